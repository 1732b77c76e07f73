import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { grouped } from './group-files.mjs';

const testTimeout = 5 * 60_000; // unless a test says otherwise
const patience = 20 * 60_000; // a file whose tests are over may still not end

/**
 * Runs test files, each in a process of its own or a few together, with the report on standard output. Resolves with the number of
 * tests that passed and failed, and what the failed ones say. Counted are the innermost tests: what only groups others (a suite, a test with subtests) is not.
 *
 * @param directory for files of our own
 */
export async function runFiles(files, signal, directory) {
  const counts = { passed: 0, failed: 0, ran: 0, failures: [] };
  let previousNesting = 0;
  const ending = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  // One more than there are cores: many tests wait, for a process to end or a time to pass.
  const processes = grouped(files, directory);
  const events = run({
    files: processes,
    concurrency: availableParallelism() + 1,
    timeout: testTimeout,
    signal: ending,
  });
  const count = (member) => (event) => {
    // A parent is reported right after its last child.
    const groups = event.details.type === 'suite' || previousNesting > event.nesting;
    previousNesting = event.nesting;
    if (event.skip !== undefined || event.todo !== undefined) return;
    if (member === 'failed' && (!groups || !isFailureOfChildren(event))) {
      counts.failed++;
      counts.failures.push(retold(event));
    }
    if (member === 'passed' && !groups && !isFile(event, processes)) counts.passed++;
    counts.ran = counts.passed + counts.failed;
  };
  events.on('test:pass', count('passed'));
  events.on('test:fail', count('failed'));
  const report = events.compose(spec);
  for await (const chunk of report) process.stdout.write(chunk);
  return counts;
}

/** A failure in few lines, for the end of a long output. */
function retold({ name, file, details }) {
  const { error } = details;
  const text = String(error?.cause?.stack ?? error?.cause ?? error?.message ?? error);
  return `FAILED: ${name} (${file})\n${text.split('\n').slice(0, 12).join('\n')}`;
}

/** A group that failed only because something in it did has been counted there; one whose hook failed has not. */
function isFailureOfChildren({ details }) {
  return details.error?.failureType === 'subtestsFailed';
}

/** A file without a single test is reported as a test with the file's name. */
function isFile({ name }, files) {
  return files.includes(name);
}
