import type { Texts } from './members.ts';

/** Error codes with their fixed short texts (entur.md 1.4). A code without an entry there is the HTTP status. */
export const shortTexts: Record<number, Texts> = {
  400: { en: 'Invalid request', nb: 'Ugyldig forespørsel' },
  401: { en: 'Invalid credentials', nb: 'Ugyldige påloggingsdata' },
  403: { en: 'Forbidden', nb: 'Ingen tilgang' },
  404: { en: 'Unknown URI', nb: 'Ukjent URI' },
  405: { en: 'Method not allowed', nb: 'Metoden er ikke tillatt' },
  406: { en: 'Not acceptable', nb: 'Ikke akseptabelt' },
  412: { en: 'Precondition failed', nb: 'Forutsetningen feilet' },
  413: { en: 'Request too large', nb: 'Forespørselen er for stor' },
  414: { en: 'URI too long', nb: 'For lang URI' },
  415: { en: 'Unsupported media type', nb: 'Medietypen støttes ikke' },
  429: { en: 'Too many requests', nb: 'For mange forespørsler' },
  500: { en: 'Server error', nb: 'Serverfeil' },
  503: { en: 'Temporarily unavailable', nb: 'Midlertidig utilgjengelig' },
  600: { en: 'Invalid password format', nb: 'Ugyldig passordformat' },
  602: { en: 'Email already registered', nb: 'E-postadressen er allerede registrert' },
  603: { en: 'Invalid email', nb: 'Ugyldig e-postadresse' },
  604: { en: 'Invalid post code', nb: 'Ugyldig postnummer' },
  605: { en: 'Invalid telephone number', nb: 'Ugyldig telefonnummer' },
  606: { en: 'Invalid name', nb: 'Ugyldig navn' },
  611: { en: 'Not authenticated', nb: 'Ikke autentisert' },
  617: { en: 'Not found', nb: 'Ikke funnet' },
  621: { en: 'Personnel customer cannot be deleted', nb: 'Personalkunde kan ikke slettes' },
  624: { en: 'Alias already in use', nb: 'Aliaset er allerede i bruk' },
};

/** The short texts of code 400 where something that must be unique is there already. */
export const resourceExists: Texts = { en: 'Resource exists', nb: 'Ressursen finnes allerede' };
