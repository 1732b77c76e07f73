import type { Memory } from '../measure/processes.ts';
import type { Outcome } from '../outcome.ts';
import { digits, shown, table } from '../report.ts';

/** Memory of the server idle and at the end of the load, and how long it takes to be ready. */
export function startTable({ started, loaded }: Outcome): string {
  const memory = ({ rss, pss }: Memory) => [digits(rss), pss === undefined ? '' : digits(pss)];
  const rows = started.flatMap(({ database, ready, idle, postgres }) => [
    [`idle, ${database}`, ...memory(idle), shown(ready)],
    ...(postgres ? [[`its PostgreSQL, ${postgres.processes} processes`, ...memory(postgres), '']] : []),
  ]);
  const all = [
    ...rows,
    ['at the end of the load', ...memory(loaded), ''],
    ['most at any time', digits(loaded.peak), '', ''],
  ];
  return table(['', 'RSS, MB', 'PSS, MB', 'ready after, ms'], all);
}

/** How the server did with as much memory as a small container has. */
export function limitedText({ limited }: Outcome): string {
  if (!limited) return '';
  const { how, runs, peak, survived } = limited;
  const did = runs.map(
    ({ name, measured }) => `${name} ${Math.round(measured.perSecond)}/s with ${measured.errors} errors`,
  );
  return `As in a container of 256 MB: ${how}. At 64 connections: ${did.join(', ')}. Most memory at any time (RSS): ${digits(peak)} MB. Afterwards the server ${survived ? 'was ready' : '**did not answer any more**'}.`;
}
