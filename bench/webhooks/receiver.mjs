// A receiver of webhooks in a process of its own, started by receiving.mjs. What comes to /dead is never answered, all else at once.
import { createServer } from 'node:http';

/** By path: how many came, and the milliseconds from the instant in the body to here. */
let paths = new Map();

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (!request.url.startsWith('/dead')) response.writeHead(204).end();
    const seen = paths.get(request.url) ?? { count: 0, latencies: [] };
    paths.set(request.url, seen);
    seen.count += 1;
    const { timestamp } = JSON.parse(Buffer.concat(chunks));
    seen.latencies.push(Date.now() - Date.parse(timestamp));
  });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

process.on('message', ({ id, reset }) => {
  const found = Object.fromEntries(paths);
  if (reset) paths = new Map();
  const counts = Object.fromEntries(Object.entries(found).map(([path, { count }]) => [path, count]));
  process.send({ id, ...(reset ? { found } : { counts }) });
});
process.on('disconnect', () => process.exit());
