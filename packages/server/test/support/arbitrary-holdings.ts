import fc from 'fast-check';
import { adoptedUriFault } from '#domain/catalogue-rules.ts';
import type { EvidencePolicy } from '#domain/entitlement-list.ts';
import { actionKinds } from '#domain/outstanding-action.ts';
import { hostileText } from './hostile-text.ts';

/*
 * What accounts may hold, as hostile as any dialect can write it: texts that look like markup, addresses that validators take for
 * something else.
 */

const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 2 });

/** An address on the web, often one that OpenActive's validator does not accept. */
export const webAddress = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom(
    'https://intranet/',
    'http://[::1]/',
    'https://example.com/?a=1&copy=2',
    'https://example.com/?a=1&b=2',
    'https://example.com/{id}',
    'https://schema.org/email',
    'https://openactive.io/gender',
  ),
);

/** An address under which a scheme or concept of somebody else's can be adopted. */
export const adoptedUri = fc
  .oneof(
    webAddress,
    fc.constantFrom('https://schema.org/', 'https://openactive.io/ns#x', 'http://openactive.io/Concept'),
  )
  .filter((uri) => adoptedUriFault(uri, 'https://accounts.example.com') === undefined);

/** An entitlement type, without its id. */
export const anyType = fc.record({
  label: hostileText({ maxLength: 200 }),
  hidden: fc.constantFrom(false, false, false, true),
  evidence: fc.constantFrom<EvidencePolicy>('none', 'before', 'after'),
  evidenceDeadlineDays: fc.integer({ min: 1, max: 30 }),
  evidenceName: optional(hostileText({ maxLength: 100 })),
  evidenceDescription: optional(hostileText({ maxLength: 1000 })),
  evidenceUrl: optional(fc.constantFrom('https://www.example.com/proof', 'https://www.example.com/?proof=1#a')),
});

const printable = fc.constantFrom(
  ...[...Array(95).keys()].map((code) => String.fromCharCode(32 + code)).filter((c) => !/[<>&]/.test(c)),
);

/** What the text of a pass may end with. */
export const passEnding = fc.array(printable, { maxLength: 100 }).map((characters) => characters.join('').trimEnd());

let texts = 0;

/** The text of a pass with this ending that no other has, also when the case is tried again while it is made smaller. */
export function newPassText(ending: string): string {
  texts += 1;
  return `${texts}_${ending}`;
}

/** The members of a pass beside its text. */
export const passMembers = fc.record({
  codeType: optional(fc.oneof(hostileText({ maxLength: 40 }), fc.constantFrom('qrcode', 'code128', 'Code39'))),
  url: optional(webAddress),
});

/** An action of an operator; the id is given by whoever uses it. */
export const anyAction = fc.record({
  kind: fc.constantFrom(...actionKinds),
  name: hostileText({ maxLength: 100 }),
  description: optional(hostileText({ maxLength: 1000 })),
  deadline: optional(fc.constantFrom('2026-12-01T09:30:00.000Z', '2020-02-29T23:59:59.999Z')),
  target: optional(webAddress),
  blocksBooking: fc.boolean(),
});

/** How far the proof of an entitlement has come. */
export const evidenceStep = fc.constantFrom('none', 'ask', 'submit', 'approve', 'reject', 'withdraw');

/** The days of an entitlement around a given one. */
export function daysAround(today: string): fc.Arbitrary<{ validFrom: string; validUntil?: string }> {
  const day = (days: number) => new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10);
  return fc
    .record({ from: fc.integer({ min: -400, max: 2 }), length: optional(fc.integer({ min: 1, max: 500 })) })
    .map(({ from, length }) => {
      const validFrom = day(from);
      // What is granted ends after today.
      return length === undefined
        ? { validFrom }
        : { validFrom, validUntil: day(Math.max(from + length, 1, from + 1)) };
    });
}
