import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import type { Customer } from '#domain/customer.ts';
import { settingsOf } from '#domain/organisation.ts';
import type { ReadSubject } from '#store/read-records.ts';
import type { Store } from '#store/store.ts';

/** What was read: the document of an account, or a customer with all accounts. */
type Shown = { account: Pick<Account, 'number' | 'customerNumber'> } | { customer: Pick<Customer, 'number'> };

/**
 * Notes that the actor is shown personal data; one record per customer. Every operation calls this whose result shows a customer's data,
 * once it is certain that it does. Costs next to nothing, waits for nothing and does not fail. Jobs leave no records: nobody reads.
 *
 * @param operation for the record, as in the audit: `accounts.read`
 */
export function noteRead(store: Store, actor: Actor, operation: string, ...shown: Shown[]): void {
  if (shown.length === 0 || actor.dialect === 'job' || !settingsOf(actor.organisation).recordReads) return;
  const subjects = oncePerCustomer(shown.map(subjectOf));
  const note = () => store.readRecords.note(actor, operation, subjects);
  // Noted before the answer leaves, which waits for the same; and not at all when nothing will be shown.
  if (actor.admitted) void actor.admitted.then((admitted) => admitted && note());
  else note();
}

function subjectOf(shown: Shown): ReadSubject {
  if (!('account' in shown)) return { customerNumber: shown.customer.number };
  const { customerNumber, number } = shown.account;
  return { customerNumber, accountNumber: number };
}

/** Of several accounts of one customer none is named. */
function oncePerCustomer(subjects: ReadSubject[]): readonly ReadSubject[] {
  if (subjects.length === 1) return subjects;
  const once = new Map<number, ReadSubject>();
  for (const subject of subjects) {
    const { customerNumber, accountNumber } = subject;
    const other = once.get(customerNumber);
    if (!other) once.set(customerNumber, subject);
    else if (other.accountNumber !== accountNumber) once.set(customerNumber, { customerNumber });
  }
  return [...once.values()];
}
