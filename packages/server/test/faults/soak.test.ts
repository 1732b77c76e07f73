import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Connection } from '../../../../scripts/installation/database.ts';
import { figuresText } from '../../../../scripts/soak/figures.ts';
import { soak } from '../../../../scripts/soak/soak.ts';
import { createTestDatabase } from '../support/database.ts';

// The short form of `npm run soak`.

test('whoever is killed and whatever the receiver does, everybody is told of every change', {
  timeout: 120_000,
}, async (t) => {
  const database = await createTestDatabase();
  const directory = mkdtempSync(join(tmpdir(), 'soak-'));
  t.after(async () => {
    await database.drop();
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  const { figures, violations } = await soak({
    database: { connection: database.connection as Connection },
    directory,
    changes: 300,
    rate: 80,
    organisations: 2,
    servers: 1,
    workers: 1,
    killEvery: 1,
    mostKills: 3,
    minutes: 1.5,
    interrupted: t.signal,
  });
  t.diagnostic(figuresText(figures));
  assert.deepEqual(violations.slice(0, 10), []);
  assert.ok(figures.kills > 0 && figures.changes >= 300 && figures.requests > figures.messages);
});
