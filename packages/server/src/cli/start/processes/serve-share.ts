import '../../closed-readers.ts';
import type { Logger } from 'pino';
import { createMetrics } from '#http/metrics.ts';
import { openStore } from '#store/store.ts';
import { sentenceOf } from '../../failure.ts';
import { replicaOf } from '../../replica.ts';
import { createApp } from '../app.ts';
import { closeHttp, listen } from '../listen.ts';
import { withLog } from '../with-log.ts';
import { Channel } from './channel.ts';
import type { Task } from './messages.ts';
import { collectNews } from './news.ts';

const channel = new Channel();
const task = await Promise.race([channel.task, channel.stopped]);
process.exit(task ? await run(task) : 0);

async function run(task: Task): Promise<number> {
  try {
    await withLog(task.config.logLevel, (log) => serveShare(task, log), true);
    return 0;
  } catch (error) {
    await channel.failed(sentenceOf(error));
    return 1;
  }
}

/** HTTP and a store, nothing else; what there is once the first process has. */
async function serveShare({ config, connection, maxConnections, port, key }: Task, log: Logger): Promise<void> {
  await using open = new AsyncDisposableStack();
  // The first process has made sure of the database, which may be away just when this one takes the place of another.
  const onError = (err: Error) => log.warn({ err }, 'database error');
  const store = openStore(connection, { maxConnections, onError, replica: replicaOf(config, log) });
  open.defer(store.close);
  await store.positioned.start(); // as it is with the database; the log tells of a replica that cannot be used
  store.positions.tellOthers(collectNews((organisations) => channel.committed(organisations)));
  const metrics = { ...createMetrics(), text: () => channel.scrape() };
  const app = createApp(config, { store, log, metrics, port, key });
  open.defer(() => closeHttp(app, store.database));
  await store.readRecords.start().catch((err) => log.warn({ err }, 'database error'));
  await Promise.race([listen(app, config.host, port), channel.stopped]); // without the channel it would wait for ever
  channel.ready(
    (organisations) => organisations.forEach((id) => void store.positions.heard(id)),
    () => metrics.registry.getMetricsAsJSON(),
  );
  await channel.stopped;
}
