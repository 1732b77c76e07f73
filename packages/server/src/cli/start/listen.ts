import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from '#config';
import type { Database } from '#store/database.ts';
import { Failure, reasonOf } from '../failure.ts';

/** How long running requests, or a running job, may take to end. Milliseconds. */
export const patience = 10_000;
/** How long those may take that are refused then. */
const patienceForRefusals = 1000;

/** The port to listen on. For PORT=0 a free one: it has to be known before, because it is part of the public URL. */
export async function choosePort({ port, host }: Config): Promise<number> {
  if (port !== 0) return port;
  const probe = createServer();
  try {
    await once(probe.listen(0, host), 'listening');
    return (probe.address() as AddressInfo).port;
  } catch (error) {
    throw listenFailure(error as NodeJS.ErrnoException, host, port);
  } finally {
    probe.close();
  }
}

/** Throws a Failure that says what stands in the way. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw listenFailure(error as NodeJS.ErrnoException, host, port);
  }
}

/**
 * Accepts nothing new, and lets running requests end. After 10 seconds those that wait for the database are refused, and a second later
 * whoever still has a request is cut off.
 */
export async function closeHttp(app: FastifyInstance, database?: Database): Promise<void> {
  const closed = app.close();
  const refusals = setTimeout(() => void database?.refuseUntil(closed), patience);
  const deadline = setTimeout(() => app.server.closeAllConnections(), patience + patienceForRefusals);
  // A connection whose request ends only now would be kept alive for the next one.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50);
  try {
    await closed;
  } finally {
    clearTimeout(refusals);
    clearTimeout(deadline);
    clearInterval(sweep);
  }
}

/** Errors of the system become sentences; anything else is a defect and passes through. */
function listenFailure(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new Failure(`Port ${port} of ${host} is in use already. Stop what uses it, or set PORT to another.`);
    case 'EACCES':
      return new Failure(`Port ${port} is reserved for administrators. Set PORT to one above 1023.`);
    case undefined:
      return error;
    default:
      return new Failure(`Listening on HOST=${host}, PORT=${port} is not possible: ${reasonOf(error)}.`);
  }
}
