import type { Tenant } from '../installation/tenant.ts';
import type { Follower } from './followers.ts';
import { judgeFollower } from './judge-followers.ts';
import { judgeMessages } from './judge-messages.ts';
import type { Receiver } from './receiver.ts';
import type { Record, TenantLog } from './record.ts';
import type { Subscriber } from './subscriptions.ts';

/** What is compared. */
export type Evidence = {
  record: Record;
  subscribers: readonly Subscriber[];
  receiver: Receiver;
  followers: readonly Follower[];
  /** How many creations were acknowledged, by tenant. */
  created: ReadonlyMap<Tenant, number>;
};

/** Every difference between what happened and what somebody was told, in sentences. */
export function judge({ record, subscribers, receiver, followers, created }: Evidence): string[] {
  const logOf = (tenant: Tenant) => record.logs.find((log) => log.tenant === tenant) as TenantLog;
  const left = record.pending > 0 ? [`${record.pending} changes or deliveries were still waiting in the end`] : [];
  return [
    ...left,
    ...record.logs.flatMap((log) => judgeLog(log, created.get(log.tenant) ?? 0)),
    ...receiver.faults,
    ...subscribers.flatMap((subscriber) => judgeMessages(subscriber, logOf(subscriber.tenant), record, receiver)),
    ...followers.flatMap((follower) => judgeFollower(follower, logOf(follower.tenant))),
  ];
}

/** The log itself: dense, and one customer for each creation, however often it was sent. */
function judgeLog({ tenant, changes, customers }: TenantLog, created: number): string[] {
  const gap = changes.findIndex(({ number }, index) => number !== index + 1);
  return [
    ...(gap < 0 ? [] : [`${tenant.name}: change ${gap + 1} is not in the log`]),
    ...(customers === created ? [] : [`${tenant.name} has ${customers} customers after ${created} creations`]),
  ];
}
