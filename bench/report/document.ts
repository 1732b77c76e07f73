import { growthReport } from '../growth/growth-report.ts';
import { tolerated } from '../measure/rounds.ts';
import { disturbance, errorsIn, type Outcome } from '../outcome.ts';
import { shown, summary, table } from '../report.ts';
import { publicUrl, serverSettings } from '../server.ts';
import { commit, machineFacts } from './machine.ts';
import { limitedText, startTable } from './memory.ts';
import { profileTable } from './profile.ts';
import { costTable, rateTable, triedTable } from './tables.ts';
import { floorText, targetTable } from './targets.ts';

/** Per cent of the machine that others may take: PostgreSQL's and Tessera's ratios shift with more. */
const quiet = 5;

/** The whole report, as Markdown. @param chart name of the picture beside it; undefined: none */
export function documentOf(outcome: Outcome, workspace: string, chart: string | undefined): string {
  const { options, facts, versions, results, best, tried, missing, minutes, growth, profiles } = outcome;
  const errors = errorsIn(outcome);
  const { given } = options;
  const command = ['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
  const disturbed = disturbance(outcome);
  const sections: (string | undefined)[] = [
    '# What Tessera can do',
    options.quick
      ? `**A quick run (\`${command}\`), to see that the benchmark works. Its figures mean nothing.**`
      : `Written by \`${command}\`, which took ${Math.round(minutes)} minutes, on ${new Date().toISOString().slice(0, 10)}.`,
    listed([
      ...machineFacts(workspace),
      ['Tessera', commit()],
      ...versions,
      ...(disturbed.runs === 0 ? [] : othersTook(disturbed)),
      ['Answers that were not as expected', String(errors)],
    ]),
    summary(disturbed.elsewhere).median > quiet
      ? '**Other work was going on on this machine: the rates below, and their ratios, do not hold.**'
      : undefined,
    ...missing.map((sentence) => `Not measured: ${sentence}`),
    '## Targets',
    'Met or missed by the median of the rounds; the spread of the rounds in brackets.',
    targetTable(outcome),
    floorText(outcome),
    chart && `![How many a second, at 64 connections](${chart})`,
    '## How it is measured',
    howText(outcome),
    '## Requests and transactions',
    '`@` stands before the connections or clients. A ratio is of the same round, to the faster of the two forms of pgbench that went into the rounds; its median and spread are over the ratios.',
    rateTable(results, best),
    '## Processor time',
    'Microseconds that one request or transaction cost each party; the client is wrk or pgbench. "Elsewhere" is what other processes of the machine took meanwhile, with the time that its host held back, as a share of all processors: above a few per cent, trust the microseconds before the rates.',
    costTable(results),
    profiles.length > 0 ? '## Where the time of the server goes' : undefined,
    profiles.length > 0
      ? 'Shares of the busy time of its main thread from a profile of a server of its own. What was tried to lower them is in [ADR 10](../docs/decisions/0010-what-a-request-costs.md).'
      : undefined,
    profiles.length > 0 ? profileTable(profiles) : undefined,
    tried.length > 0 ? '## How many clients pgbench was given' : undefined,
    tried.length > 0
      ? 'Every form at every count was tried once before the rounds. The best two of each reference went into them.'
      : undefined,
    tried.length > 0 ? triedTable(tried) : undefined,
    '## Memory and start',
    startTable(outcome),
    limitedText(outcome),
    '## What was not switched off',
    'Asked of the server and the database that were measured, before the first round, and likewise of the server with two workers and of those of growth. The run, or growth, ends where one of them does not hold.',
    table(
      ['', 'found'],
      facts.map(({ what, found }) => [what, found]),
    ),
    growth && '## Growth',
    growth && growthReport(growth),
  ];
  return `${sections.filter((section) => section !== undefined && section !== '').join('\n\n')}\n`;
}

function howText({ options }: Outcome): string {
  const { rounds, seconds, warmUp, accounts } = options;
  const settings = serverSettings({ databaseUrl: '(a unix socket)', dataDir: '(temporary)', port: 0 });
  return [
    `Everything runs on this one machine and shares its processors; nothing is pinned. Rounds: ${rounds}. In each, every row of the table below runs once for ${seconds} s, one after the other with a pause of a second, in another order each time, what is compared close together. What no target compares with anything runs at 8 and 256 connections for half as long. A run during which other processes took more than ${tolerated * 100} % of the machine is done again once, and the quieter of the two counts. Autovacuum and checkpoints come as they come. Before that each ran for ${warmUp} s to warm up.`,
    `There are ${accounts.toLocaleString('en')} accounts, each with a customer, an address, an active pass, an active entitlement and an open action, and the same in a second organisation, on which pgbench works. Accounts are drawn by lot. Creates add to the tables as the run goes on, for all alike.`,
    `The server is \`tessera start\` as a process of its own with ${Object.entries(settings)
      .map(([name, value]) => `\`${name}=${value.replace(publicUrl, '...')}\``)
      .join(
        ' ',
      )}; its log goes to a file. What is not named has its default. The key has rate limits that are never reached; they are counted all the same.`,
    'HTTP is asked by `wrk -t 1`, which sends a request as soon as the one before is answered: its latencies say nothing about arrivals at a fixed rate. It makes each request anew and looks at each status; any that is not expected is an error.',
    'PostgreSQL is asked by `pgbench -n -M prepared` over the same socket, as the server’s role with row-level security, and like it with plans that are made once. "read" is the server’s own statement for one account; "read, with the key" also asks who has the key, as each get would if it shared its questions with none. "scan" and "eligibility" are the server’s own statements for a pass with its account, and for an entitlement type and an account, each for one key. "create" and "patch" write the rows that one request of the server was seen to leave behind, in the same tables and sizes, with numbers from a sequence and without the lock that gives the server’s changes their order. They check nothing. Their foreign keys lock the row of the one organisation, shared, as any transaction on these tables must.',
    'Bare Fastify has no authentication, no tenant, no validation, no log and no rate limit. "constant" answers a text as long as a native get; "get" and "create" send the statements above to PostgreSQL one after the other, prepared, by the `pg` driver.',
    'Peers run as one process each, on a PostgreSQL of their own with the same settings, and hold an equal model; bench/peers says what they do not do.',
  ].join('\n\n');
}

function othersTook({ elsewhere, repeated, runs }: ReturnType<typeof disturbance>): [string, string][] {
  return [
    ['Taken by other processes meanwhile', `${shown(elsewhere)} % of the machine, over all runs`],
    [`Runs done again, because that was more than ${tolerated * 100} %`, `${repeated} of ${runs}`],
  ];
}

function listed(rows: readonly [string, string][]): string {
  return rows.map(([name, value]) => `- ${name}: ${value}`).join('\n');
}
