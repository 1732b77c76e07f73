// What webhooks can do, and what they cost. Prints tables and writes them to bench/webhooks.md. Takes about a quarter of an hour on a
// machine that has nothing else to do; `--quick` is for trying it out, and writes nothing. Arguments pick parts by their names.
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { clearWorkspace, openWorkspace } from '../scripts/test/workspace.mjs';
import { commit } from './report/machine.ts';
import { machine, table } from './report.ts';
import { measureBacklog } from './webhooks/backlog.mjs';
import { measureDeadEndpoint } from './webhooks/dead-endpoint.mjs';
import { measureLatency } from './webhooks/latency.mjs';
import { openStage } from './webhooks/stage.mjs';
import { measureWritePath } from './webhooks/write-path.mjs';

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
const parts = values.quick
  ? {
      backlog: [measureBacklog, { size: 5000, rounds: 1 }],
      latency: [measureLatency, { seconds: 3, rounds: 1, perSecond: 200 }],
      'dead-endpoint': [measureDeadEndpoint, { seconds: 3, rounds: 1, perSecond: 100 }],
      'write-path': [measureWritePath, { seconds: 2, rounds: 1 }],
    }
  : {
      backlog: [measureBacklog, { size: 100_000, rounds: 3 }],
      latency: [measureLatency, { seconds: 20, rounds: 3, perSecond: 200 }],
      'dead-endpoint': [measureDeadEndpoint, { seconds: 10, rounds: 5, perSecond: 100 }],
      'write-path': [measureWritePath, { seconds: 5, rounds: 5 }],
    };

const workspace = openWorkspace();
const sections = [];
try {
  for (const [name, [measure, options]] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const { title, head, rows } = await measure(workspace, options);
    sections.push(`## ${title}\n\n${extent(options)}\n\n${table(head, rows)}\n`);
    process.stdout.write(`${sections.at(-1)}\n`);
    await sleep(1000);
  }
  const versions = `${await postgres()}, Tessera ${commit()}`;
  const text = `# Webhooks\n\n${machine(versions)}\nMedians of the rounds, and their spread in brackets.\n\n${sections.join('\n')}`;
  if (!values.quick && positionals.length === 0) writeFileSync(new URL('webhooks.md', import.meta.url), text);
} finally {
  await clearWorkspace(workspace);
}

/** How much of a part was measured. */
function extent({ rounds, seconds }) {
  const times = rounds === 1 ? 'One round' : `${rounds} rounds`;
  return seconds === undefined ? `${times}.` : `${times} of ${seconds} s.`;
}

async function postgres() {
  const stage = await openStage(workspace);
  try {
    const [{ server_version: version }] = await stage.query('show server_version');
    return `PostgreSQL ${version} (embedded)`;
  } finally {
    await stage.close();
  }
}
