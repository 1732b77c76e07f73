import type { Command } from 'commander';
import { readConfig } from '#config';
import { whenInterrupted } from '../interruption.ts';

const help = `
A server does this too unless it is started with WORKER=false. Any number of workers share the work.

Environment: DATABASE_URL, DATA_DIR, LOG_LEVEL, EVIDENCE_KEY and the WEBHOOK_ variables as for start, and
  WORKER_PORT   port on HOST for /healthz, /readyz and /metrics of this process (unset: none)`;

/** `tessera worker` */
export function addWorker(parent: Command): void {
  parent
    .command('worker')
    .description('deliver webhooks and run the periodic jobs until Ctrl-C, without serving requests')
    .addHelpText('after', help)
    .action(async () => {
      const interrupted = whenInterrupted();
      const config = readConfig(process.env, process.cwd());
      const { work } = await import('../start/work.ts');
      await work(config, interrupted);
    });
}
