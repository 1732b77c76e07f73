import { differences } from './differences.ts';
import type { Message, Receiver } from './receiver.ts';
import type { CommittedChange, Record, StoredDelivery, TenantLog } from './record.ts';
import type { Format, Subscriber } from './subscriptions.ts';

/** A message that was accepted at least once, with its body. */
// biome-ignore lint/suspicious/noExplicitAny: each format has its own members
type Accepted = Message & { body: any };

/** Whether a subscriber got what it asked for: everything, nothing else, each under one webhook-id. */
export function judgeMessages(
  { tenant, format, id, path }: Subscriber,
  { changes }: TenantLog,
  { fromChange, deliveries }: Record,
  receiver: Receiver,
): string[] {
  const begin = fromChange.get(id) ?? 0;
  const log = changes.filter(({ number }) => number > begin);
  const messages = [...receiver.messages.values()]
    .filter((message) => message.path === path && message.acceptedAt.length > 0)
    .map((message): Accepted => ({ ...message, body: JSON.parse(message.text) }));
  const own = deliveries.filter(({ subscriptionId }) => subscriptionId === id);
  const what = `${tenant.name}: the subscription in the format ${format}`;
  return [
    ...differences(
      `${what}, by the record,`,
      own.map(({ webhookId, state }) => `${webhookId} delivered, which is ${state}`),
      messages.map((message) => `${message.id} delivered, which is delivered`),
    ),
    ...judgeFormat[format](what, log, messages, own),
  ];
}

type Judge = (what: string, log: CommittedChange[], messages: Accepted[], deliveries: StoredDelivery[]) => string[];

const judgeFormat: { [format in Format]: Judge } = { native: judgeNative, imin: judgeImin, entur: judgeEntur };

/** One message for each change, which says what the change says. */
function judgeNative(what: string, log: CommittedChange[], messages: Accepted[]): string[] {
  const told = messages.map(({ eventType, body: { type, timestamp, data } }) =>
    wordsOf({ ...data, at: timestamp, kind: `${type}${eventType.split(',')[0] === type ? '' : ` (${eventType})`}` }),
  );
  const happened = log.map((change) =>
    wordsOf({ ...change, at: change.at.toISOString(), kind: `${change.subject}.${change.kind}` }),
  );
  return differences(what, happened, told);
}

type Told = {
  number: number;
  at: string;
  kind: string;
  version: number;
  customerNumber?: number | null;
  accountNumber?: number | null;
  identifier?: string | null;
};

function wordsOf({ number, at, kind, version, customerNumber, accountNumber, identifier }: Told): string {
  const of = [customerNumber ?? '-', accountNumber ?? '-', identifier ?? '-'].join('/');
  return `change ${number}: ${kind}, version ${version} of ${of} at ${at}`;
}

/** One message for each event of entur.md 5, with its four members. */
function judgeEntur(what: string, log: CommittedChange[], messages: Accepted[]): string[] {
  const types: { [kind: string]: string } = { created: 'CREATE', updated: 'UPDATE', deleted: 'DELETE' };
  const told = messages.map(
    ({ eventType, body }) => `${eventType}: ${body.type} of ${body.customerNumber} at ${body.timestamp}`,
  );
  const happened = log
    .filter(({ subject, cause }) => subject === 'customer' || (subject === 'account' && cause !== 'customer'))
    .map(
      ({ subject, kind, customerNumber, at }) =>
        `${subject}.${kind}: ${types[kind]} of ${customerNumber} at ${at.toISOString()}`,
    );
  return differences(what, happened, told);
}

/**
 * "Read this account again" for each change of an account, and after it: one message may stand for several changes, but none for one
 * that was made after it was sent. That is told by the record of deliveries and by when the message came.
 */
function judgeImin(what: string, log: CommittedChange[], messages: Accepted[], deliveries: StoredDelivery[]): string[] {
  const changes = log.filter(({ subject }) => subject === 'account');
  const byNumber = new Map(changes.map((change) => [change.number, change]));
  const byId = new Map(messages.map((message) => [message.id, message]));
  const faults: string[] = [];
  const covered = new Set<number>();
  const ofAccount = Map.groupBy(changes, ({ accountNumber }) => accountNumber);
  for (const { webhookId, accountNumber, first, last } of deliveries) {
    const message = byId.get(webhookId);
    const newest = byNumber.get(last);
    if (!message || !newest) continue; // told of above
    if (message.body.identifier !== newest.identifier)
      faults.push(`${what} got ${webhookId} of ${message.body.identifier}, for a change of ${newest.identifier}`);
    if (Math.max(...message.acceptedAt) < newest.at.getTime())
      faults.push(`${what} got ${webhookId} before change ${last}, which it stands for`);
    for (const { number } of ofAccount.get(accountNumber) ?? [])
      if (number >= first && number <= last) covered.add(number);
  }
  const missed = changes.filter(({ number }) => !covered.has(number));
  return [...faults, ...missed.map(({ number, identifier }) => `${what} missed change ${number} of ${identifier}`)];
}
