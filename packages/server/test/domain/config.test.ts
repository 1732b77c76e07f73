import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, localUrlOf, publicUrlOf, readConfig } from '#config';

const read = (environment: Record<string, string> = {}) => readConfig(environment, '/srv/tessera');

/** The mistakes that a reading of this environment lists. */
function mistakesOf(environment: Record<string, string>): string[] {
  try {
    read(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message.split('\n').slice(1);
  }
  return [];
}

test('an empty environment gives the defaults', () => {
  const config = read();
  assert.deepEqual(config, {
    port: 8080,
    host: '127.0.0.1',
    dataDir: '/srv/tessera/.tessera',
    logLevel: 'info',
    demo: true,
    trustedProxies: [],
    addressLimits: { identified: 150, unidentified: 2 },
    evidence: { maxFileSize: 10 * 1024 * 1024, retentionDays: 30 },
    workers: 1,
    worker: true,
    webhooks: {
      allowedNetworks: [],
      timeout: 20_000,
      retryDelays: [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map((seconds) => seconds * 1000),
    },
  });
  assert.equal(publicUrlOf(config), 'http://127.0.0.1:8080');
});

test('every variable is read, and an empty one counts as unset', () => {
  const config = read({
    PORT: '80',
    HOST: '0.0.0.0',
    PUBLIC_URL: 'https://accounts.example.com',
    DATABASE_URL: 'postgres://tessera:s%2Fcret@db.example.com/tessera',
    DATABASE_REPLICA_URL: 'postgres://tessera:s%2Fcret@replica.example.com/tessera',
    DATA_DIR: '/var/lib/tessera',
    LOG_LEVEL: 'warn',
    DEMO: 'false',
    TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,2001:db8::/32',
    ADDRESS_LIMIT: '10',
    ADDRESS_LIMIT_UNIDENTIFIED: '',
    EVIDENCE_KEY: Buffer.alloc(32, 7).toString('base64'),
    EVIDENCE_MAX_FILE_MIB: '50',
    EVIDENCE_RETENTION_DAYS: '0',
    WORKERS: '64',
    WORKER: 'false',
    WORKER_PORT: '9464',
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8,::1',
    WEBHOOK_TIMEOUT_SECONDS: '5',
    WEBHOOK_RETRY_SECONDS: '1, 2',
  });
  assert.equal(config.replicaUrl, 'postgres://tessera:s%2Fcret@replica.example.com/tessera');
  assert.equal(config.workers, 64);
  assert.equal(config.worker, false);
  assert.equal(config.workerPort, 9464);
  const webhooks = { allowedNetworks: ['127.0.0.0/8', '::1'], timeout: 5000, retryDelays: [1000, 2000] };
  assert.deepEqual(config.webhooks, webhooks);
  assert.deepEqual(config.evidence, { key: Buffer.alloc(32, 7), maxFileSize: 50 * 1024 * 1024, retentionDays: 0 });
  assert.equal(config.port, 80);
  assert.equal(config.dataDir, '/var/lib/tessera');
  assert.equal(config.demo, false);
  assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']);
  assert.deepEqual(config.addressLimits, { identified: 10, unidentified: 2 });
  assert.equal(publicUrlOf(config), 'https://accounts.example.com');
  assert.equal(localUrlOf(config, 80), 'http://127.0.0.1:80');
});

test('all mistakes are listed at once', () => {
  const mistakes = mistakesOf({
    PORT: '8080x',
    PUBLIC_URL: 'https://accounts.example.com/',
    DATABASE_URL: 'mysql://db/tessera',
    LOG_LEVEL: 'loud',
    DEMO: 'no',
    TRUSTED_PROXIES: '10.0.0.0/8,proxy.example.com',
    ADDRESS_LIMIT: '0',
  });
  assert.deepEqual(
    mistakes.map((mistake) => mistake.split(' ')[3]),
    ['PORT', 'LOG_LEVEL', 'DEMO', 'TRUSTED_PROXIES', 'ADDRESS_LIMIT', 'PUBLIC_URL', 'DATABASE_URL'],
  );
});

const wrong: [string, string][] = [
  ['PORT', '-1'],
  ['PORT', '65536'],
  ['PORT', '1e3'],
  ['HOST', 'http://localhost'],
  ['HOST', '2001:db8::1'], // its default PUBLIC_URL could not stand in an @id
  ['HOST', 'tessera'], // likewise
  ['PUBLIC_URL', 'accounts.example.com'],
  ['PUBLIC_URL', 'ftp://accounts.example.com'],
  ['PUBLIC_URL', 'https://accounts'],
  ['PUBLIC_URL', 'https://accounts.example.com?x=1'],
  ['DATABASE_URL', 'postgres:db'],
  ['DATABASE_URL', 'postgres://db:port/tessera'],
  ['DATABASE_REPLICA_URL', 'postgres://replica/tessera'],
  ['TRUSTED_PROXIES', '10.0.0.0/33'],
  ['TRUSTED_PROXIES', '10.0.0.0/8/8'],
  ['TRUSTED_PROXIES', '2001:db8::/129'],
  ['TRUSTED_PROXIES', 'loopback'],
  ['DEMO', 'FALSE'],
  ['ADDRESS_LIMIT_UNIDENTIFIED', '1.5'],
  ['WORKERS', '0'],
  ['WORKERS', '65'],
  ['WORKER', 'no'],
  ['WORKER_PORT', '0'],
  ['WEBHOOK_ALLOWED_NETWORKS', 'localhost'],
  ['WEBHOOK_TIMEOUT_SECONDS', '61'],
  ['WEBHOOK_RETRY_SECONDS', '5,,10'],
  ['WEBHOOK_RETRY_SECONDS', '0'],
];
for (const [name, value] of wrong) {
  test(`${name}=${value} is a mistake`, () => {
    assert.equal(mistakesOf({ [name]: value }).length, 1);
  });
}

const right: [string, string][] = [
  ['PORT', '0'],
  ['HOST', '::'],
  ['HOST', 'localhost'],
  ['PUBLIC_URL', 'http://localhost:3000'],
  ['PUBLIC_URL', 'https://example.com/accounts'],
  ['DATABASE_URL', 'postgresql://user@/db?host=/run/postgresql&port=5432'],
  ['DATABASE_URL', 'postgresql:///db?host=/run/postgresql'],
  ['DATABASE_URL', 'postgres://db/tessera?options=-c%20work_mem%3D8MB'],
  ['TRUSTED_PROXIES', ' , '],
];
for (const [name, value] of right) {
  test(`${name}=${value} is fine`, () => {
    assert.deepEqual(mistakesOf({ [name]: value }), []);
  });
}

test('a mistake never shows a password', () => {
  const mistakes = mistakesOf({ DATABASE_URL: 'postgres://tessera:hunter2@db:port/tessera' });
  assert.doesNotMatch(mistakes.join(), /hunter2/);
});

test('an address that listens everywhere or on ::1 is called by one that clients can use', () => {
  assert.equal(publicUrlOf(read({ HOST: '::' }), 81), 'http://127.0.0.1:81');
  assert.equal(publicUrlOf(read({ HOST: '::1' }), 81), 'http://localhost:81');
  const remote = read({ HOST: '2001:db8::1', PUBLIC_URL: 'https://accounts.example.com' });
  assert.equal(localUrlOf(remote, 81), 'http://[2001:db8::1]:81');
});

test('EVIDENCE_KEY must be 32 bytes in base64, and is never repeated in the message', () => {
  const mistake = '  - EVIDENCE_KEY must be 32 random bytes in base64, as "openssl rand -base64 32" prints them';
  const good = Buffer.alloc(32, 7).toString('base64');
  assert.deepEqual(mistakesOf({ EVIDENCE_KEY: ` ${good} ` }), []);
  for (const wrong of [
    'secret',
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(33).toString('base64'),
    Buffer.alloc(32, 7).toString('hex'),
    good.slice(0, -1),
    `${good}!`,
  ])
    assert.deepEqual(mistakesOf({ EVIDENCE_KEY: wrong }), [mistake]);
});

test('limits of evidence are whole numbers within bounds', () => {
  for (const [name, bad, range] of [
    ['EVIDENCE_MAX_FILE_MIB', ['0', '51', '1.5', 'ten'], '1 to 50'],
    ['EVIDENCE_RETENTION_DAYS', ['-1', '3651'], '0 to 3650'],
  ] as const) {
    for (const value of bad)
      assert.deepEqual(mistakesOf({ [name]: value }), [`  - ${name} must be a whole number from ${range}`]);
  }
});
