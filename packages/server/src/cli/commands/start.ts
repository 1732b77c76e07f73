import type { Command } from 'commander';
import { readConfig } from '#config';
import { whenInterrupted } from '../interruption.ts';

const help = `
Environment (an empty variable counts as unset):
  PORT          port to listen on (8080; 0: any free one)
  HOST          address to listen on (127.0.0.1)
  PUBLIC_URL    where clients find this server, without trailing slash (http://HOST:PORT)
  DATABASE_URL  PostgreSQL 15 or newer (unset: the embedded PostgreSQL)
  DATABASE_REPLICA_URL  a hot standby of it, for feeds, history and exports (unset: none)
  DATA_DIR      where the embedded PostgreSQL keeps its data (./.tessera)
  LOG_LEVEL     fatal, error, warn, info, debug, trace or silent (info); the log goes to standard error
  DEMO          false: no sample data on an empty database (true)
  EVIDENCE_KEY  what files of evidence and secrets of webhooks are encrypted with, 32 bytes in base64
                (unset: evidence.key in DATA_DIR, made once)
  EVIDENCE_MAX_FILE_MIB, EVIDENCE_RETENTION_DAYS: largest file (10), days it is kept after the decision (30)
  WORKERS       processes that serve requests, on the one port (1)
  WORKER        false: leave webhooks and periodic jobs to "tessera worker" (true)
  WEBHOOK_ALLOWED_NETWORKS, WEBHOOK_TIMEOUT_SECONDS, WEBHOOK_RETRY_SECONDS,
  TRUSTED_PROXIES, ADDRESS_LIMIT, ADDRESS_LIMIT_UNIDENTIFIED: see the README`;

/** `tessera start` */
export function addStart(parent: Command): void {
  parent
    .command('start')
    .description('run the server until Ctrl-C (same as npm start)')
    .addHelpText('after', help)
    .action(async () => {
      const interrupted = whenInterrupted();
      const config = readConfig(process.env, process.cwd());
      // Loaded only here: the other commands need no HTTP server and start quicker without.
      const { serve } = await import('../start/serve.ts');
      await serve(config, interrupted);
    });
}
