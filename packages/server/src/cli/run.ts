import './closed-readers.ts';
import { CommanderError } from 'commander';
import { sentenceOf } from './failure.ts';
import { Interrupted } from './interruption.ts';
import { buildProgram } from './program.ts';

process.on('uncaughtException', (error) => {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exit(1);
});

process.exit(await run());

/** Runs the command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 interrupted. */
async function run(): Promise<number> {
  try {
    await buildProgram().parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has said why
    if (error instanceof Interrupted) return 130;
    process.stderr.write(`${sentenceOf(error)}\n`);
    return 1;
  }
}
