import type { UniqueKey } from '#domain/refusal.ts';
import type { Texts } from './members.ts';
import { resourceExists } from './short-texts.ts';

type Clash = { status: 400; code?: number; short?: Texts; long: Texts };

/** What is said when a value that must be unique is taken: always 400, with the code of the key (entur.md 1.4, 2.3, 3.4). */
export const clashes: Record<UniqueKey, Clash> = {
  identifier: {
    status: 400,
    short: resourceExists,
    long: {
      en: 'A customer account with this accountId already exists in the organisation.',
      nb: 'Det finnes allerede en kundekonto med denne accountId i organisasjonen.',
    },
  },
  alias: {
    status: 400,
    code: 624,
    long: {
      en: 'Another account of this customer has this alias.',
      nb: 'En annen konto hos kunden har dette aliaset.',
    },
  },
  email: {
    status: 400,
    code: 602,
    long: {
      en: 'Another customer of the organisation has this email.',
      nb: 'En annen kunde i organisasjonen har denne e-postadressen.',
    },
  },
  username: {
    status: 400,
    code: 602,
    long: {
      en: 'Another customer of the organisation has this email as username.',
      nb: 'En annen kunde i organisasjonen har denne e-postadressen som brukernavn.',
    },
  },
  customerRef: {
    status: 400,
    short: resourceExists,
    long: {
      en: 'Another customer of the organisation has this customerRef.',
      nb: 'En annen kunde i organisasjonen har denne customerRef.',
    },
  },
  accountNumber: {
    status: 400,
    short: resourceExists,
    long: {
      en: 'Another account of the organisation has this account number.',
      nb: 'En annen konto i organisasjonen har dette kontonummeret.',
    },
  },
  accessPass: {
    status: 400,
    short: resourceExists,
    long: {
      en: 'Another account of the organisation has this access pass.',
      nb: 'En annen konto i organisasjonen har dette kortet.',
    },
  },
};
