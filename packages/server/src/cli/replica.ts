import type { Logger } from 'pino';
import type { Config } from '#config';
import type { ReplicaOptions } from '#store/replica.ts';
import type { Store } from '#store/store.ts';
import { Failure } from './failure.ts';

/** The replica that the configuration names, for openStore; what becomes of it is logged. */
export function replicaOf({ replicaUrl }: Config, log: Logger): ReplicaOptions | undefined {
  if (replicaUrl === undefined) return undefined;
  return {
    connection: { connectionString: replicaUrl },
    tell: (news) => {
      if (news.inUse) log.info('feeds, history and exports are read from the replica');
      else {
        const err = news.cause === undefined ? {} : { err: news.cause };
        log.warn(err, `feeds, history and exports are read from the primary: the replica ${news.hindrance}`);
      }
    },
  };
}

/** Begins to use the replica, if there is one, or lets it be until it can be reached. Throws a Failure when it is none. */
export async function startReplica(store: Store): Promise<void> {
  const refused = await store.positioned.start();
  if (!refused) return;
  const advice = 'Set it to a hot standby of that database, or leave it out';
  throw new Failure(`The database that DATABASE_REPLICA_URL names ${refused.message}. ${advice}.`, { cause: refused });
}
