import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureGrowth } from './growth/growth.ts';
import { assertRoom, scalesOf } from './growth/scales.ts';
import { tesseraVariants } from './load/tessera.ts';
import { measureLimited } from './measure/limited.ts';
import { memory, peakRss } from './measure/processes.ts';
import { measureProfiles } from './measure/profile.ts';
import { grouped, lineOf, type Results, runRounds } from './measure/rounds.ts';
import { measureStarts } from './measure/start.ts';
import { titleOf } from './measure/variant.ts';
import { type Options, wants } from './options.ts';
import { errorsIn, type Outcome } from './outcome.ts';
import { bestReferences } from './references/best.ts';
import { chart } from './report/chart.ts';
import { documentOf } from './report/document.ts';
import { panelsOf } from './report/panels.ts';
import { guard } from './stage/guard.ts';
import { openOthers } from './stage/others.ts';
import { openStage, type Stage } from './stage/stage.ts';
import { findTools, type Tools } from './stage/tools.ts';
import { Trouble } from './trouble.ts';

/** Loading takes longer than measuring there. */
const growthRounds = 3;

/** Long enough for what 256 connections had under way when the client left. */
const pauseOfWarmUp = 500;

/** Measures what the options ask for and reports it. Returns the exit code: 1 when there were errors. */
export async function run(workspace: string, options: Options): Promise<number> {
  const began = performance.now();
  const tools = findTools();
  for (const sentence of tools.missing) tell(sentence);
  if (!tools.wrk) return 1;
  const measured = await measure(workspace, options, tools);
  const outcome = { ...measured, minutes: (performance.now() - began) / 60_000 };
  report(outcome, workspace);
  const errors = errorsIn(outcome);
  if (errors > 0) tell(`${errors} answers were not as expected: see the table.`);
  return errors > 0 || outcome.growthFailed ? 1 : 0;
}

async function measure(workspace: string, options: Options, tools: Tools): Promise<Omit<Outcome, 'minutes'>> {
  const growing = options.scale !== undefined && wants(options, 'growth') ? scalesOf(options.scale) : [];
  // Said before half an hour has gone by.
  const noRoom = growing.length > 0 ? await lackOf(workspace, growing) : undefined;
  if (noRoom !== undefined && options.scale === '10m') throw new Trouble(noRoom);
  const whole = await compare(workspace, options, tools);
  if (noRoom !== undefined) return { ...whole, missing: [...whole.missing, noRoom] };
  if (growing.length === 0) return whole;
  const { seconds, warmUp } = options;
  const rounds = Math.min(options.rounds, growthRounds);
  try {
    return { ...whole, growth: await measureGrowth(workspace, { counts: growing, rounds, seconds, warmUp }, tell) };
  } catch (error) {
    const { message, stack } = firstOf(error);
    tell(`Growth ended: ${stack}`);
    // What was compared before is as good as ever.
    return { ...whole, growthFailed: true, missing: [...whole.missing, `growth: ${message}`] };
  }
}

/** What went wrong before the end of something went wrong for it. */
function firstOf(error: unknown): Error {
  return error instanceof SuppressedError ? firstOf(error.suppressed) : (error as Error);
}

/** Why growth cannot be measured, if so. */
function lackOf(workspace: string, counts: readonly number[]): Promise<string | undefined> {
  return assertRoom(workspace, counts).then(
    () => undefined,
    (error) => (error as Error).message,
  );
}

async function compare(workspace: string, options: Options, tools: Tools): Promise<Omit<Outcome, 'minutes'>> {
  await using open = new AsyncDisposableStack();
  tell('Starting the database and the server, and loading accounts ...');
  const stage = await openStage(workspace, { kind: options.postgres, accounts: options.accounts });
  open.defer(stage.close);
  const { server, database, tenant, reference } = stage;
  const facts = await guard(server, database, tenant, reference.key);
  tell('Starting what it is compared with ...');
  const others = await openOthers(stage, options, open);
  const references = await bestReferences(stage, options, tools, tell);
  const variants = grouped([
    ...[...tesseraVariants(stage), ...others.variants]
      .filter(({ part }) => wants(options, part))
      .map(({ variant }) => variant),
    ...[...references.best.values()].flat(),
  ]);
  const { warmUps } = references;
  for (const variant of variants) {
    const measured = await variant.run(options.warmUp);
    tell(`warm-up: ${titleOf(variant)}: ${lineOf(measured)}`);
    warmUps.push(measured);
    await sleep(pauseOfWarmUp);
  }
  const results: Results = await runRounds(variants, options, tell);
  const { pid } = server;
  const loaded = { ...memory([pid]), peak: peakRss(pid) };
  if (wants(options, 'start')) tell('Starting servers, for the time that it takes ...');
  const started = wants(options, 'start') ? await measureStarts(stage, options.quick ? 2 : 5) : [];
  const limited = wants(options, 'start') ? { limited: await measureLimited(stage, options.seconds) } : {};
  if (wants(options, 'profile')) tell('Profiling ...');
  const profiles = wants(options, 'profile') ? await measureProfiles(stage, options.seconds) : [];
  return {
    options,
    facts,
    versions: versionsOf(stage, tools, others.peers),
    results,
    best: new Map([...references.best].map(([name, ones]) => [name, ones.map(titleOf)])),
    tried: references.tried,
    warmUps,
    loaded,
    started,
    profiles,
    ...limited,
    missing: [...tools.missing, ...others.missing],
  };
}

function versionsOf({ database }: Stage, tools: Tools, peers: string[]): [string, string][] {
  return [
    ['Node', process.versions.node],
    ['PostgreSQL', database.version],
    ['Clients', Object.values(tools.versions).join('; ')],
    ['Peers', peers.join(', ') || 'none'],
  ];
}

/** A whole run is kept in the repository; a quick one beside it, for whoever tries it out; a part is only shown. */
function report(outcome: Outcome, workspace: string): void {
  const { quick, only } = outcome.options;
  const name = quick ? 'quick-report' : 'report';
  const text = documentOf(outcome, workspace, only ? undefined : `${name}.svg`);
  tell(`\n${text}`);
  if (only) return;
  const file = (ending: string) => join(import.meta.dirname, `${name}.${ending}`);
  writeFileSync(file('md'), text);
  writeFileSync(
    file('svg'),
    chart('A second, at 64 connections: median of the rounds, and their spread', panelsOf(outcome)),
  );
  tell(`Written to bench/${name}.md and bench/${name}.svg.`);
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
