import type { ChangeKind } from './change-kinds.ts';
import { encodeIdentifier } from './identifier.ts';
import type { LoggedChange, ThinChange } from './logged-change.ts';

/** "Read this account again" (imin.md 2.11): these members and nothing more. */
export type IminBody = { '@context': string; '@type': 'CustomerAccount'; '@id': string; identifier: string };

/** @param baseUrl of the organisation */
export function iminBody(baseUrl: string, identifier: string): IminBody {
  return {
    '@context': 'https://openactive.io/',
    '@type': 'CustomerAccount',
    '@id': `${baseUrl}/api/v2/customer-accounts/${encodeIdentifier(identifier)}`,
    identifier,
  };
}

/** The envelope of Standard Webhooks around a change as the change feed has it. */
export type NativeBody = { type: ChangeKind; timestamp: string; data: ThinChange & { account?: object } };

/** @param account as it is now, in native form, where the subscription asks for it */
export function nativeBody(change: ThinChange, account?: object): NativeBody {
  return {
    type: change.kind,
    timestamp: change.at,
    data: { ...change, ...(account === undefined ? {} : { account }) },
  };
}

/**
 * A fictional change of a kind, for examples. Nothing real has its numbers: changes and accounts are counted from 1, customers from
 * 4100001.
 */
export function exampleChange(kind: ChangeKind): LoggedChange {
  const [subject, verb] = kind.split('.') as [string, string];
  switch (subject) {
    case 'customer':
      return { ...base, ...verbOf(verb), subject, ...customer, events: verb === 'merged' ? [kind] : [] };
    case 'account':
      return { ...base, ...verbOf(verb), ...account };
    case 'entitlement-list':
    case 'entitlement-type':
    case 'pass-namespace':
    case 'organisation':
    case 'webhook-subscription': {
      const change = { ...base, ...verbOf(verb), subject, key: keys[subject] };
      return { ...change, events: [...new Set([`${subject}.${change.kind}`, kind])] };
    }
    default:
      if (kind === 'access-pass.reserved')
        return { ...base, subject, kind: 'created', key: keys['pass-namespace'], events: [kind] };
      if (kind === 'access-pass.released')
        return { ...base, subject, kind: 'deleted', key: keys['pass-namespace'], events: [kind] };
      return { ...base, ...account, events: [happened(kind)] };
  }
}

const base: LoggedChange = {
  number: 0,
  at: '2026-04-01T09:00:00.000Z',
  subject: 'account',
  kind: 'updated',
  cause: 'own',
  version: 2,
  members: [],
  events: [],
  auditNumber: 0,
  clientId: 0,
};
const customer = { customerNumber: 4_100_000 };
const account = { ...customer, accountNumber: 0, identifier: 'example-account' };
const keys = {
  'entitlement-list': 'example-list',
  'entitlement-type': 'example-list#example-type',
  'pass-namespace': 'example-namespace',
  organisation: 'example',
  'webhook-subscription': '019d0000-0000-7000-8000-000000000000',
} as const;

/** How a change with such a verb in its kind is stored. */
function verbOf(verb: string): Pick<LoggedChange, 'kind' | 'cause' | 'version'> {
  if (verb === 'created') return { kind: 'created', cause: 'own', version: 1 };
  if (verb === 'deleted') return { kind: 'deleted', cause: 'delete', version: 3 };
  return { kind: 'updated', cause: 'own', version: 2 };
}

/** The event in which something that an account holds shows up. Proof that is rejected takes its entitlement with it. */
function happened(kind: ChangeKind): ChangeKind {
  return kind === 'entitlement.removed-after-evidence' ? 'evidence.rejected' : kind;
}
