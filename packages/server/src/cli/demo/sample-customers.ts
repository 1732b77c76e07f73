import type { Address } from '#domain/customer.ts';
import type { Sample } from './demo.ts';
import { samplePeople } from './sample-people.ts';

type WithAccount = Sample & { accounts: [Sample['accounts'][number], ...Sample['accounts']] };

/** Everything here is invented: e-mail addresses below example.com, telephone numbers kept free for drama, post codes nobody has. */
const poolAddress: Omit<Address, 'id'> = {
  streetAddress: '1 Lido Lane',
  addressLocality: 'Northmere',
  addressRegion: 'Westshire',
  postalCode: 'ZZ1 1AA',
  addressCountry: 'GB',
};

/** The customer in the examples: has a bit of everything. */
const ada: WithAccount = {
  customer: {
    kind: 'person',
    customerRef: 'DL-ADA',
    details: {
      givenName: 'Ada',
      familyName: 'Marlow',
      email: 'ada.marlow@example.com',
      telephone: '+44 7700 900001',
      birthDate: '1988-02-29',
      gender: 'https://schema.org/Female',
      is13OrOver: true,
      jobTitle: 'Lifeguard',
      language: 'ENG',
      addresses: [{ ...poolAddress, streetAddress: '12 Harbour Street', postalCode: 'ZZ1 4BX' }],
      emergencyContact: { name: 'Bram Marlow', telephone: '+44 7700 900002' },
    },
  },
  accounts: [
    { identifier: 'demo-1001', accountNumber: 'DL-100001', alias: 'swimming', isDefault: true },
    { identifier: 'DEM:CustomerAccount:1001', alias: 'travel' },
  ],
};

const club: Sample = {
  customer: {
    kind: 'organization',
    details: {
      name: 'Northmere Swimming Club',
      legalName: 'Northmere Swimming Club CIC',
      email: 'office@northmere-swimming.example.com',
      telephone: '+44 1632 960100',
      url: 'https://northmere-swimming.example.com',
      sameAs: ['https://social.example.com/northmere-swimming'],
      vatID: 'GB000000000',
      addresses: [poolAddress],
    },
  },
  accounts: [{ identifier: 'demo-1002', accountNumber: 'DL-100002', isDefault: true }],
};

/** All sample customers, the one in the examples first. Identifiers and e-mail addresses are fixed, so that none is created twice. */
export const sampleCustomers: [WithAccount, ...Sample[]] = [ada, club, ...samplePeople(1003)];
