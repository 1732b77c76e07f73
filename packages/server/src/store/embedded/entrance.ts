import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseError } from 'pg';
import { type Hold, type Role, takeHold } from './hold.ts';
import { ensureRunning, type Place, stopRunning } from './postmaster.ts';
import { runningPostmaster } from './processes.ts';
import { StartError } from './start-error.ts';

const connectPatience = 15_000;
const recoveryPatience = 10 * 60_000;
const cannotConnectNow = '57P03'; // starting up, recovering or shutting down

/**
 * Gets a hold of the PostgreSQL of `place`, starting it if need be. Goes round again when it vanishes in between, as it does
 * when its last user is just stopping it.
 */
export async function enter(place: Place, role: Role, signal?: AbortSignal): Promise<Hold> {
  const begun = Date.now();
  for (;;) {
    try {
      const hold = await takeHold(await ensureRunning(place), role, place.dataDir);
      await hold.prepare().catch(async (error) => {
        await leave(place, hold);
        throw error;
      });
      return hold;
    } catch (error) {
      const recovering = (error as DatabaseError).code === cannotConnectNow;
      const patience = recovering ? recoveryPatience : connectPatience;
      if (error instanceof StartError || signal?.aborted || Date.now() > begun + patience) throw error;
      await sleep(50);
    }
  }
}

/** `enter` after `pause` ms, and after growing pauses until it succeeds; undefined when `signal` ends it first. */
export async function enterAgain(
  place: Place,
  role: Role,
  signal: AbortSignal,
  pause: number,
): Promise<Hold | undefined> {
  let said: string | undefined;
  for (let wait = pause; !signal.aborted; wait = Math.min(wait * 2 + 100, 5_000)) {
    await sleep(wait, undefined, { signal }).catch(() => {});
    try {
      if (!signal.aborted) return await enter(place, role, signal);
    } catch (error) {
      const { message } = error as Error;
      if (message !== said) place.log(`PostgreSQL could not be started again, trying on: ${message}`);
      said = message;
    }
  }
  return undefined;
}

/** Gives `hold` up and stops PostgreSQL when nobody else uses it. A lost hold is renewed first: others may depend on it. */
export async function leave(place: Place, hold: Hold): Promise<void> {
  let current = hold;
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      if (await current.isLastUser()) await stopRunning(place);
      return await current.close();
    } catch {
      await current.close();
    }
    const running = runningPostmaster(place.cluster);
    if (!running) return;
    await sleep(250);
    current = await takeHold(running, 'tool', place.dataDir).catch(() => current);
  }
  place.log(`PostgreSQL could not be asked whether others use it and keeps running; see ${place.logFile}.`);
}
