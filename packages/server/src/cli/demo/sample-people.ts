import type { DetailsInput } from '#operations/details.ts';
import type { Sample } from './demo.ts';

const names = `Bram Marlow, Chidi Okoro, Dilys Pryce, Eamon Gallagher, Farah Siddiqui, Gwen Tolley, Hamish Baird, Ines Ferreira,
  Jonas Weir, Kari Prøve, Łucja Nowak, Marcus Thorne, Nadia Haddad, Oisín Kearney, Priya Nair, Quentin Ashe, Rosa Delgado,
  Samir Aziz, Tove Lindqvist, Umar Farouk, Violet Pike, Wen Zhang, Ximena Ortiz, Yusuf Demir, Zoë Hartley, Alun Rees,
  Beatrix Crowe, Callum Innes, Delphine Roux, Elif Kaya, Felix Bauer, Grace Adeyemi, Hugo Martens, Isla Fraser`;
const streets = ['Mill Row', 'Orchard Way', 'Station Road', 'Quay Street', 'Beacon Hill'];
const towns = ['Northmere', 'Castle Denby', 'Little Wavering', 'Port Hallow'];

/**
 * Invented people. Like real ones they differ in what is known of them: some have an address, a date of birth or an emergency
 * contact, some two accounts, and the last ones none.
 *
 * @param firstNumber stands in the identifier of the first one's account
 */
export function samplePeople(firstNumber: number): Sample[] {
  const people = names.split(',').map((name) => name.trim().split(' ') as [string, string]);
  return people.map(([givenName, familyName], index) => ({
    customer: { kind: 'person', details: detailsOf(givenName, familyName, index) },
    accounts: index < people.length - 2 ? accountsOf(firstNumber + index, index) : [],
  }));
}

function detailsOf(givenName: string, familyName: string, index: number): DetailsInput {
  const phone = (number: number) => `+44 7700 900${String(number).padStart(3, '0')}`;
  const details: DetailsInput = {
    givenName,
    familyName,
    email: `${letters(givenName)}.${letters(familyName)}@example.com`,
    telephone: phone(100 + index),
  };
  if (index % 2 === 0) details.birthDate = `${1950 + index}-${two(1 + (index % 12))}-${two(1 + ((index * 7) % 28))}`;
  if (index % 3 !== 2) {
    const address = {
      streetAddress: `${3 + index * 2} ${streets[index % streets.length]}`,
      addressLocality: towns[index % towns.length] as string,
      addressRegion: 'Westshire',
      postalCode: `ZZ${2 + (index % 7)} ${index % 9}QD`,
      addressCountry: 'GB',
    };
    details.addresses = [address];
  }
  if (index % 4 === 0) details.emergencyContact = { name: `Robin ${familyName}`, telephone: phone(200 + index) };
  return details;
}

function accountsOf(number: number, index: number): Sample['accounts'] {
  const first = { identifier: `demo-${number}`, accountNumber: `DL-${99_000 + number}`, isDefault: true };
  if (index % 5 !== 0) return [first];
  return [
    { ...first, alias: 'own' },
    { identifier: `demo-${number}-family`, alias: 'family' },
  ];
}

/** The letters of a name that an e-mail address takes everywhere. */
function letters(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .normalize('NFD')
    .replace(/[^a-z]/g, '');
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
