import { setTimeout as sleep } from 'node:timers/promises';
import type { Estate } from './estate.ts';

/** How often a counter was counted up; and how often nobody knows whether it was. */
export type Count = { done: number; unknown: number };

export type Counts = { customer: Count; account: Count };

/** A count as a member of a customer or an account has it. */
export const counted = (count: number): string => `Count ${count}`;
const countIn = (text: string): number => Number(text.split(' ')[1]);

const subjects = {
  customer: { path: ({ counter }: Estate) => `/v1/customers/${counter.customerNumber}`, member: 'jobTitle' },
  account: { path: ({ counter }: Estate) => `/v1/accounts/${counter.identifier}`, member: 'alias' },
} as const;

/** Counts one up with If-Match, as often as it takes. What was acknowledged must be in the sum in the end. */
export async function countUp(estate: Estate, subject: keyof Counts, counts: Counts, over: AbortSignal): Promise<void> {
  const path = subjects[subject].path(estate);
  const { member } = subjects[subject];
  const { agent } = estate;
  while (!over.aborted) {
    const read = await agent.ask('GET', path, { allowed: [200] });
    if (!read?.etag) return;
    const body = { [member]: counted(countIn(read.body[member]) + 1) };
    const answer = await agent.ask('PATCH', path, { body, ifMatch: read.etag, allowed: [200, 412] });
    if (!answer) counts[subject].unknown += 1;
    if (answer?.status === 200) counts[subject].done += 1;
    if (answer?.status !== 412) return;
    await sleep(Math.random() * 20);
  }
}

/** Updates that got lost, or that nobody has made, in sentences. */
export async function judgeCounts(estate: Estate, counts: Counts): Promise<string[]> {
  const faults: string[] = [];
  for (const subject of ['customer', 'account'] as const) {
    const { done, unknown } = counts[subject];
    const { [subjects[subject].member]: text } = await estate.agent.must('GET', subjects[subject].path(estate));
    const sum = countIn(text);
    if (sum < done || sum > done + unknown)
      faults.push(
        `${estate.tenant.name}: the ${subject} has counted ${sum} of ${done} (and perhaps ${unknown}) updates`,
      );
  }
  return faults;
}
