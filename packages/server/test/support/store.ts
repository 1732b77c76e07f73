import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import type { Organisation } from '#domain/organisation.ts';
import { openStore, type Store } from '#store/store.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

export type TestStore = {
  database: TestDatabase;
  store: Store;
  other: Store;
  organisation: Organisation;
  newOrganisation: (slug: string) => Promise<Organisation>;
};

/** Two stores on one database, as two servers would have them, and an organisation. Closed and dropped when the test file ends. */
export async function startTestStore(): Promise<TestStore> {
  const database = await createTestDatabase();
  const [store, other] = [
    openStore(database.connection, { maxConnections: 6 }),
    openStore(database.connection, { maxConnections: 6 }),
  ];
  after(async () => {
    await Promise.all([store.close(), other.close()]);
    await database.drop();
  });
  const newOrganisation = async (slug: string) => {
    const created = await store.organisations.create({
      slug,
      name: slug,
      timeZone: 'Europe/London',
      baseUrl: `https://${slug}.example.com`,
      digestKey: randomBytes(32),
    });
    return created as Organisation;
  };
  return { database, store, other, organisation: await newOrganisation('demo'), newOrganisation };
}
