import { Type } from 'typebox';
import { allChangeKinds, kindsOf } from '#domain/change-kinds.ts';
import { enturEvent } from '#domain/entur-event.ts';
import type { LoggedChange } from '#domain/logged-change.ts';
import { type Fault, refuseFaults } from '#domain/refusal.ts';
import type { Call } from '#http/call.ts';
import { leastPosition } from '#http/position.ts';
import type { Search } from '#operations/changes/read.ts';
import { oneOf } from './one-of.ts';

export const ChangeQuery = Type.Object(
  {
    after: Type.Optional(
      Type.Unsafe<number | 'now'>({
        type: ['integer', 'string'],
        minimum: 0,
        pattern: '^now$',
        description:
          'must be the number up to which you know the changes (default 0: none), or now: begin at the newest',
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'items per page, default 200' })),
    wait: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 30,
        description: 'seconds to wait for a change when there is none, default 0',
      }),
    ),
    kind: Type.Optional(
      Type.String({ minLength: 1, maxLength: 2000, description: 'only changes of these kinds, separated by commas' }),
    ),
    include: Type.Optional(
      Type.Literal('account', {
        description:
          "account: with each account's last change on the page the account as it is now. Needs the scope accounts:read as well",
      }),
    ),
    format: Type.Optional(oneOf(['native', 'entur'], "default native; entur: only what Entur's consumers are told")),
  },
  { additionalProperties: false },
);

/** What a follower asks for. */
export type Following = Omit<Search, 'after'> & {
  /** Undefined: begin at the newest. */
  after: number | undefined;
  includeAccount: boolean;
  format: 'native' | 'entur';
};

/** @throws Refusal `invalid` with every fault that the schema cannot see; `scope` */
export function followingOf({ request, query, actor, assertScope }: Call): Following {
  const { after = 0, limit = 200, kind, include, format = 'native' } = query;
  const kinds = kind === undefined ? undefined : new Set<string>(kind.split(','));
  refuseFaults([...kindFaults(kinds), ...formatFaults(include, format)], 'query');
  if (include) assertScope('accounts:read');
  const ofKind = kinds && ((change: LoggedChange) => kindsOf(change).some((one) => kinds.has(one)));
  const told = (change: LoggedChange) => enturEvent(change, actor.organisation.id) !== undefined;
  const wanted = format === 'entur' ? (change: LoggedChange) => told(change) && (ofKind?.(change) ?? true) : ofKind;
  const includeAccount = include !== undefined;
  const from = after === 'now' ? undefined : after;
  return { after: from, limit, wanted, least: leastPosition(request), includeAccount, format };
}

/** The address that goes on from a position, with all else as it was asked for. */
export function nextUrl({ actor, query }: Call, position: number): string {
  const parameters = new URLSearchParams(query);
  parameters.set('after', String(position));
  return `${actor.organisation.baseUrl}/v1/changes?${parameters}`;
}

function kindFaults(kinds: ReadonlySet<string> = new Set()): Fault[] {
  const unknown = [...kinds].find((kind) => !(allChangeKinds as string[]).includes(kind));
  if (unknown === undefined) return [];
  // What looks like a kind may be told; anything else may be anything.
  const name = /^[a-z.-]{1,60}$/.test(unknown) ? `"${unknown}"` : 'one of them';
  const message = `must be kinds separated by commas, and ${name} is none; /docs lists them at GET /v1/changes`;
  return [{ path: ['kind'], code: 'value', message }];
}

function formatFaults(include: string | undefined, format: string): Fault[] {
  if (include === undefined || format !== 'entur') return [];
  return [{ path: ['include'], code: 'combination', message: 'cannot be had in the format entur' }];
}
