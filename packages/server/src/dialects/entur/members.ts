import type { Fault } from '#domain/refusal.ts';

/** The same text in both languages of an ErrorMessage. */
export type Texts = { en: string; nb: string };

/** What is asked of a member, and the error code when it is not given. */
type Rule = Texts & { code: number };

const length = (most: number): Texts => ({ en: `1 to ${most} characters`, nb: `1 til ${most} tegn` });
const telephone = {
  en: 'digits, may begin with +, at most 20 characters',
  nb: 'sifre, kan begynne med +, høyst 20 tegn',
};

/** The members of all bodies and paths, in the order of the tables of entur.md (2.3, 3.4, 3.6): the first faulty one gives the code. */
const rules: Record<string, Rule> = {
  accountId: {
    code: 400,
    en: '1 to 60 characters, no control characters, not . or ..',
    nb: '1 til 60 tegn, ingen kontrolltegn, ikke . eller ..',
  },
  alias: { code: 400, ...length(60) },
  isDefault: { code: 400, en: 'true or false', nb: 'true eller false' },
  createdBy: { code: 400, ...length(100) },
  createdByChannel: { code: 400, ...length(100) },
  changedBy: { code: 400, ...length(100) },
  changedByChannel: { code: 400, ...length(100) },
  firstName: { code: 606, ...length(100) },
  surname: { code: 606, ...length(100) },
  organisationId: {
    code: 400,
    en: "the number of the token's organisation",
    nb: 'nummeret til organisasjonen i tokenet',
  },
  email: {
    code: 603,
    en: 'one @, no blanks, a domain with a dot, at most 80 characters',
    nb: 'én @, ingen mellomrom, et domene med punktum, høyst 80 tegn',
  },
  customerRef: {
    code: 400,
    en: '1 to 40 characters, not digits only unless it is the own customer number',
    nb: '1 til 40 tegn, ikke bare sifre med mindre det er eget kundenummer',
  },
  countryCode: {
    code: 605,
    en: '+ and 1 to 3 digits, together with telephoneNumberNoCountryCode',
    nb: '+ og 1 til 3 sifre, sammen med telephoneNumberNoCountryCode',
  },
  telephoneNumberNoCountryCode: {
    code: 605,
    en: '4 to 14 digits, together with countryCode',
    nb: '4 til 14 sifre, sammen med countryCode',
  },
  telephoneNumber: { code: 605, ...telephone },
  landlineNumber: { code: 605, ...telephone },
  dateOfBirth: {
    code: 400,
    en: 'a date YYYY-MM-DD from 1900-01-01 to today',
    nb: 'en dato ÅÅÅÅ-MM-DD fra 1900-01-01 til i dag',
  },
  password: {
    code: 600,
    en: '7 to 128 characters with at least one letter and one digit',
    nb: '7 til 128 tegn med minst én bokstav og ett siffer',
  },
  languagePreferenceISO6393: {
    code: 400,
    en: 'three letters (ISO 639-3)',
    nb: 'tre bokstaver (ISO 639-3)',
  },
  nationality: { code: 400, en: 'ISO 3166-1 alpha-3, such as NOR', nb: 'ISO 3166-1 alpha-3, som NOR' },
  vippsId: { code: 400, ...length(100) },
  parentId: {
    code: 400,
    en: 'the number of another customer of the organisation',
    nb: 'nummeret til en annen kunde i organisasjonen',
  },
  profileType: { code: 400, en: 'S or P', nb: 'S eller P' },
  postalAddresses: { code: 400, en: 'an array of at most 100 addresses', nb: 'en liste med høyst 100 adresser' },
  'postalAddresses.postalAddress': { code: 400, ...length(120) },
  'postalAddresses.postCode': {
    code: 604,
    en: 'four digits in Norway, elsewhere 1 to 12 characters',
    nb: 'fire sifre i Norge, ellers 1 til 12 tegn',
  },
  'postalAddresses.city': { code: 400, ...length(60) },
  'postalAddresses.country': { code: 400, en: 'ISO 3166-1 alpha-2, such as NO', nb: 'ISO 3166-1 alpha-2, som NO' },
};

/** What is asked of parameters that no body has; where a name stands in both, the body's rule is about values, this about forms. */
const parameterRules: Record<string, Texts> = {
  customerNumber: {
    en: 'a whole number from 1 to 9223372036854775807, digits only',
    nb: 'et heltall fra 1 til 9223372036854775807, bare sifre',
  },
  accountId: rules.accountId as Rule,
  organisationId: rules.organisationId as Rule,
  dateOfBirth: { en: 'a date YYYY-MM-DD', nb: 'en dato ÅÅÅÅ-MM-DD' },
  expirationDate: { en: 'a date or date-time (ISO 8601)', nb: 'en dato eller et tidspunkt (ISO 8601)' },
  travelDate: { en: 'a date or date-time (ISO 8601)', nb: 'en dato eller et tidspunkt (ISO 8601)' },
  excludeSubContracts: rules.isDefault as Rule,
  maxResultSet: { en: 'a whole number from 1 to 500', nb: 'et heltall fra 1 til 500' },
  includeTemporary: rules.isDefault as Rule,
  includeECards: rules.isDefault as Rule,
  includePersonnelTicket: rules.isDefault as Rule,
  'If-Match': { en: '* or a list of quoted entity tags', nb: '* eller en liste med entity tags i anførselstegn' },
  'Idempotency-Key': { en: '1 to 255 printable ASCII characters', nb: '1 til 255 skrivbare ASCII-tegn' },
};

const order = Object.keys(rules);

/** Faults of a body in the order of the contract's tables; members that do not belong there come last. */
export function inTableOrder(faults: readonly Fault[]): Fault[] {
  const place = (fault: Fault) => (ruleFor(fault) ? order.indexOf(keyOf(fault)) : order.length);
  return [...faults].sort((a, b) => place(a) - place(b));
}

/** The error code of a faulty body member. */
export function codeOf(fault: Fault): number {
  return ruleFor(fault)?.code ?? 400;
}

/** What would be right for a faulty body member. */
export function ruleOf(fault: Fault): Texts {
  return ruleFor(fault) ?? { en: 'not valid', nb: 'ikke gyldig' };
}

function ruleFor(fault: Fault): Rule | undefined {
  const key = keyOf(fault);
  // Names of unknown members are the caller's: `constructor` is one.
  return fault.code !== 'unknown' && Object.hasOwn(rules, key) ? rules[key] : undefined;
}

/** What would be right for a faulty parameter of path, query or header. */
export function parameterRule({ code, path }: Fault): Texts {
  if (code === 'repeated') return { en: 'may be given once only', nb: 'kan bare oppgis én gang' };
  const name = String(path[0]);
  return (
    (Object.hasOwn(parameterRules, name) && parameterRules[name]) || {
      en: 'must not be empty',
      nb: 'kan ikke være tom',
    }
  );
}

/** `postalAddresses[0].postCode`; at most 100 characters, because names of unknown members are the caller's. */
export function nameOf({ path }: Pick<Fault, 'path'>): string {
  const [first = '', ...rest] = path;
  const name = `${first}${rest.map((step) => (isIndex(step) ? `[${step}]` : `.${step}`)).join('')}`;
  return name.length > 100 ? `${name.slice(0, 99)}…` : name;
}

function keyOf({ path }: Fault): string {
  return path.filter((step) => !isIndex(step)).join('.');
}

function isIndex(step: string | number): boolean {
  return typeof step === 'number' || /^\d+$/.test(step);
}
