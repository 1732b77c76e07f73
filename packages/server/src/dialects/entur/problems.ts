import type { Fault, RefusalReason, Subject } from '#domain/refusal.ts';
import type { RefusedCall } from '#http/dialect.ts';
import { clashes } from './clashes.ts';
import { clientName } from './client-name.ts';
import { faultTexts, malformedTexts, ruleTexts } from './fault-texts.ts';
import { codeOf, inTableOrder, type Texts } from './members.ts';
import { resourceExists } from './short-texts.ts';

/** What an error response says, in either body. `code` is the status and `short` the code's text where absent. */
export type Problem = { status: number; code?: number; short?: Texts; long: Texts };

/** The status, code and texts for every way of refusing a request (entur.md 1.4). */
export function problemOf(reason: RefusalReason, call: RefusedCall): Problem {
  switch (reason.kind) {
    case 'malformed':
      return { status: 400, long: malformedTexts(reason) };
    case 'invalid': {
      const [first] = reason.in === undefined || reason.in === 'body' ? inTableOrder(reason.faults) : [];
      return { status: 400, code: first ? codeOf(first) : 400, long: faultTexts(reason, call.route) };
    }
    case 'missing-credentials':
      return {
        status: 401,
        code: 611,
        long: { en: 'Send a bearer token or an API key.', nb: 'Send et bearer-token eller en API-nøkkel.' },
      };
    case 'bad-credentials':
      return { status: 401, long: { en: reason.message, nb: badCredentials(reason.message) } };
    case 'scope':
      return {
        status: 403,
        long: { en: `The permission ${reason.scope} is needed.`, nb: `Rettigheten ${reason.scope} kreves.` },
      };
    case 'foreign-organisation':
      return { status: 403, long: foreignOrganisation(reason.others ?? []) };
    case 'rate-limit':
      return { status: 429, long: tooMany(reason.policy, call) };
    case 'unknown-route':
      return {
        status: 404,
        long: { en: 'There is nothing at this address.', nb: 'Det finnes ingenting på denne adressen.' },
      };
    case 'method': {
      const allow = reason.allow.join(', ');
      return { status: 405, long: { en: `Allowed: ${allow}.`, nb: `Tillatt: ${allow}.` } };
    }
    case 'not-acceptable': {
      const offered = reason.offered.join(', ');
      return { status: 406, long: { en: `Available: ${offered}.`, nb: `Tilgjengelig: ${offered}.` } };
    }
    case 'media-type': {
      const accepted = reason.accepted.join(', ');
      return { status: 415, long: { en: `Send ${accepted} in UTF-8.`, nb: `Send ${accepted} i UTF-8.` } };
    }
    case 'too-large':
      return {
        status: 413,
        long: { en: `At most ${reason.limit} bytes are taken.`, nb: `Høyst ${reason.limit} byte tas imot.` },
      };
    case 'uri-too-long':
      return { status: 414, long: { en: 'The URI is too long.', nb: 'URI-en er for lang.' } };
    case 'not-found':
    case 'gone':
      return { status: 404, code: 617, long: missing(reason.subject, call) };
    case 'precondition':
      return { status: 412, long: call.route?.path.includes('customer-accounts') ? accountChanged : profileChanged };
    case 'taken':
      return clashes[reason.key];
    case 'identifier-erased':
      return clashes.identifier;
    case 'other-content':
      return { status: 400, short: resourceExists, long: resourceExists };
    case 'passive':
      return { status: 400, long: { en: 'The customer is not active.', nb: 'Kunden er ikke aktiv.' } };
    case 'personnel':
      return {
        status: 400,
        code: 621,
        long: {
          en: 'A customer with a personnel ticket cannot be deactivated.',
          nb: 'En kunde med personalbillett kan ikke deaktiveres.',
        },
      };
    case 'too-many-accounts':
      return {
        status: 400,
        long: {
          en: `A customer has at most ${reason.limit} accounts.`,
          nb: `En kunde har høyst ${reason.limit} kontoer.`,
        },
      };
    case 'too-many':
    case 'evidence-state':
    case 'pass-state':
    case 'ended':
    case 'too-many-subscriptions':
    case 'subscription-disabled':
      return {
        status: 400,
        long: { en: 'The state of the account does not permit this.', nb: 'Kontoens tilstand tillater ikke dette.' },
      };
    case 'exists':
    case 'catalogue-state':
      return { status: 400, short: resourceExists, long: resourceExists };
    case 'idempotency-reused':
      return {
        status: 400,
        long: {
          en: 'The Idempotency-Key was used for another request.',
          nb: 'Idempotency-Key er brukt for en annen forespørsel.',
        },
      };
    case 'idempotency-busy':
      return {
        status: 503,
        long: {
          en: 'The first request with this Idempotency-Key is still running.',
          nb: 'Den første forespørselen med denne Idempotency-Key pågår ennå.',
        },
      };
    case 'idempotency-erased':
      return {
        status: 404,
        code: 617,
        long: {
          en: 'What this Idempotency-Key created has been deleted.',
          nb: 'Det som ble opprettet med denne Idempotency-Key, er slettet.',
        },
      };
    case 'changes-pruned':
    case 'history-pruned':
      return {
        status: 410,
        long: {
          en: 'Changes that far back are no longer kept.',
          nb: 'Endringer så langt tilbake er ikke lenger lagret.',
        },
      };
    case 'unavailable':
      return {
        status: 503,
        long: { en: 'Try again in a moment.', nb: 'Prøv igjen om litt.' },
      };
    case 'internal':
      return { status: 500, long: { en: 'An unexpected error occurred.', nb: 'Det oppstod en uventet feil.' } };
  }
}

function badCredentials(message: string): string {
  if (message.startsWith('The two')) return 'De to påloggingsdataene tilhører ulike klienter.';
  if (message.startsWith('Send')) return 'Send "Authorization: Bearer <nøkkel>".';
  return 'Nøkkelen er ukjent, utløpt eller trukket tilbake.';
}

function foreignOrganisation(others: readonly Fault[]): Texts {
  return ruleTexts(inTableOrder([{ path: ['organisationId'], code: 'foreign', message: 'is another one' }, ...others]));
}

function tooMany(policy: string, { request }: RefusedCall): Texts {
  const long = policy === 'token-minute' ? quotaUsedUp : spike;
  if (clientName(request) !== undefined) return { en: `${long.en}.`, nb: `${long.nb}.` };
  return {
    en: `${long.en}; send ET-Client-Name for a higher one.`,
    nb: `${long.nb}; send ET-Client-Name for høyere kvote.`,
  };
}

const quotaUsedUp = { en: 'The quota of this token is used up', nb: 'Kvoten for tokenet er brukt opp' };
const spike = {
  en: 'The quota of this address for one second is used up',
  nb: 'Kvoten for denne adressen er brukt opp for dette sekundet',
};

function missing(subject: Subject, { route }: RefusedCall): Texts {
  if (subject === 'customer') {
    return { en: 'No such customer in your organisation.', nb: 'Kunden finnes ikke i din organisasjon.' };
  }
  if (route?.path.startsWith('/profiles/:customerNumber/')) {
    return { en: 'No such account for this customer.', nb: 'Kontoen finnes ikke hos denne kunden.' };
  }
  return { en: 'No such account in your organisation.', nb: 'Kontoen finnes ikke i din organisasjon.' };
}

const accountChanged = {
  en: 'The account has changed; read it again and retry.',
  nb: 'Kontoen er endret; les den på nytt og prøv igjen.',
};
const profileChanged = {
  en: 'The profile has changed; read it again and retry.',
  nb: 'Profilen er endret; les den på nytt og prøv igjen.',
};
