import { anyGrant, type Grant, withGrant } from '#domain/grant.ts';
import { changeEntitlementType } from '#operations/entitlement-types/change.ts';
import { actorOf } from '../../support/fixtures.ts';
import { typeOf } from '../../support/holdings.ts';
import { base, startTester } from './support.ts';

const residents = `${base}/openactive/entitlement-lists/residents`;

/** The URI of a concept of the list below. */
export const uri = (id: string) => `${residents}#${id}`;

/** A tester on 21 November 2026, with a list of concepts of every sort, and what tests of entitlements do again and again. */
export async function startEntitlementTester() {
  const tester = await startTester();
  const { account, hold, store, organisation, clock } = tester;
  clock.now = new Date('2026-11-21T12:00:00Z');
  const operator = actorOf(organisation, clock.now);
  const adult = await typeOf(store, operator, { id: 'adult', label: 'Adult' });
  await typeOf(store, operator, { id: 'junior', label: 'Junior' });
  await typeOf(store, operator, { id: 'yearly', label: 'Yearly', defaultDuration: 'P1Y' });
  const hidden = await typeOf(store, operator, { id: 'hidden', label: 'Staff discount', hidden: true });
  const retired = await typeOf(store, operator, { id: 'retired', label: 'Retired' });
  await changeEntitlementType(store, operator, { list: 'residents', id: 'retired' }, { edit: { status: 'retired' } });
  const before = await typeOf(store, operator, { id: 'before', label: 'Before', evidence: 'before' });

  const patch = (identifier: string, entitlement: unknown, members: object = {}) =>
    account('PATCH', identifier, { body: { entitlement, ...members } });
  const give = (identifier: string, grant: Grant) =>
    hold(identifier, (held, actor) => withGrant(held, grant, actor, anyGrant));

  /** What an account shows: type, first day, end. */
  async function listed(identifier: string): Promise<string[]> {
    const { body } = await account('GET', identifier);
    return (body.entitlement ?? []).map(
      (one: { validFrom: string; validUntil?: string; entitlementType: { '@id': string } }) =>
        `${one.entitlementType['@id'].replace(`${residents}#`, '')} ${one.validFrom} ${one.validUntil ?? 'open'}`,
    );
  }
  return { ...tester, operator, types: { adult, hidden, retired, before }, patch, give, listed };
}
