import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RoundRobin = { origin: string; close: () => Promise<void> };

/**
 * A proxy on loopback that sends each request, also those of one connection, to the next of the servers. It passes bytes on as they
 * come, both ways, and hangs up where the other side does.
 */
export async function startRoundRobin(ports: readonly number[]): Promise<RoundRobin> {
  const agent = new Agent({ keepAlive: true });
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    const port = ports[turn++ % ports.length] as number;
    passOn(incoming, outgoing, port, agent);
  });
  server.keepAliveTimeout = 60_000; // a caller could just be about to use a connection that is closed
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

function passOn(incoming: IncomingMessage, outgoing: ServerResponse, port: number, agent: Agent): void {
  const { method = 'GET', url: path = '/', rawHeaders } = incoming;
  const onward = request({ host: '127.0.0.1', port, method, path, headers: rawHeaders, agent, setHost: false });
  onward.on('response', (response) => {
    outgoing.writeHead(response.statusCode as number, response.statusMessage, response.rawHeaders);
    response.on('error', () => outgoing.destroy());
    response.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  // What a server has not read before it answered is read here, so that the connection can be used again.
  onward.on('close', () => incoming.unpipe(onward).resume());
  outgoing.on('close', () => onward.destroy()); // nothing, where the response is complete
  incoming.pipe(onward);
}
