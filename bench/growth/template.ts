import type { Account } from '../../packages/server/src/domain/account.ts';
import { withAction } from '../../packages/server/src/domain/action-changes.ts';
import type { Actor } from '../../packages/server/src/domain/actor.ts';
import { typeUri } from '../../packages/server/src/domain/entitlement-list.ts';
import { foldKey } from '../../packages/server/src/domain/keys.ts';
import { createAccount } from '../../packages/server/src/operations/accounts/create.ts';
import { createEntitlementList } from '../../packages/server/src/operations/entitlement-lists/create.ts';
import { createEntitlementType } from '../../packages/server/src/operations/entitlement-types/create.ts';
import { withInitial } from '../../packages/server/src/operations/holdings/initial.ts';
import { createPassNamespace } from '../../packages/server/src/operations/pass-namespaces/create.ts';
import type { Store } from '../../packages/server/src/store/store.ts';

/** What the loaded accounts share: the namespace of their passes, and the type of their entitlements in its list. */
export const catalogue = { namespace: 'card', list: 'bench', type: 'adult-resident' };

/** Words that occur nowhere else in what is stored of an account, so that they can be replaced wherever they stand. */
const marks = {
  identifier: 'bench-template',
  email: 'nobody@example.org',
  telephone: '+449990000000',
  givenName: 'Quillon',
  familyName: 'Marchbanks',
  birthDate: '1901-02-03',
  street: 'Paragon Passage',
  locality: 'Harrowmere',
  postalCode: 'ZZ99 9ZZ',
  pass: '0000000000',
};

/** A text in the rows of the template that is another one in every account: `is` names what it stands for. */
export type Mark = { is: string; text: string };

/** An account that the server itself has made, and where in its rows there is what differs from account to account. */
export type Template = { customerNumber: number; marks: Mark[] };

/** The account `bench-template` of the organisation, made by the server's operations with all that it needs, where it is not there. */
export async function openTemplate(store: Store, actor: Actor): Promise<Template> {
  const stored = await store.customers.findByAccount(actor.organisation.id, marks.identifier);
  const aggregate = stored?.state === 'active' ? stored.aggregate : await createTemplate(store, actor);
  const { customer, accounts } = aggregate;
  const [account] = accounts as [Account];
  const [pass, entitlement, action] = [account.accessPass[0], account.entitlement[0], account.outstandingAction[0]];
  const [address] = customer.details.addresses ?? [];
  if (!pass || !entitlement || !action || !address) throw new Error(`${marks.identifier} is not as it was made`);
  return {
    customerNumber: customer.number,
    marks: [
      ...Object.entries(marks).map(([is, text]) => ({ is, text })),
      { is: 'givenNameKey', text: foldKey(marks.givenName) },
      { is: 'familyNameKey', text: foldKey(marks.familyName) },
      { is: 'streetKey', text: foldKey(marks.street) },
      { is: 'uuid', text: customer.uuid },
      { is: 'passId', text: pass.id },
      { is: 'entitlementId', text: entitlement.id },
      { is: 'actionId', text: action.id },
      { is: 'customerMember', text: `"customerNumber":${customer.number}` },
      { is: 'customerOwnMember', text: `"number":${customer.number}` },
      { is: 'accountMember', text: `"number":${account.number}` },
      { is: 'addressMember', text: `"id":${address.id}` },
    ],
  };
}

async function createTemplate(store: Store, actor: Actor) {
  const { id, baseUrl } = actor.organisation;
  const { namespace, list, type } = catalogue;
  if (!(await store.passNamespaces.find(id, namespace))) await createPassNamespace(store, actor, { name: namespace });
  if (!(await store.entitlementLists.find(id, list)))
    await createEntitlementList(store, actor, { slug: list, title: 'Resident schemes' });
  const [known] = await store.entitlementTypes.find(id, [{ list, id: type }]);
  const wanted = { id: type, label: 'Adult Resident', defaultDuration: 'P1Y' };
  const entitlementType = typeUri(baseUrl, known ?? (await createEntitlementType(store, actor, list, wanted)));

  const { identifier, email, telephone, givenName, familyName, birthDate, street, locality, postalCode, pass } = marks;
  const address = { streetAddress: street, addressLocality: locality, postalCode, addressCountry: 'GB' };
  const details = { givenName, familyName, email, telephone, birthDate, addresses: [address] };
  const action = {
    kind: 'details',
    name: 'Check your telephone number',
    description: 'Is it still the same?',
  } as const;
  const held = async (account: Account) => {
    const input = { accessPass: [{ namespace, text: pass }], entitlement: [{ entitlementType }] };
    return withAction(await withInitial(store, actor, account, input), action, actor);
  };
  return (await createAccount(store, actor, { customer: { kind: 'person', details } }, { identifier, held })).aggregate;
}
