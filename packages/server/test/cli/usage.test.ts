import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPlace } from '../support/program.ts';

// Nothing here may touch a database: a place without one would get an embedded one created in it.

const bounded = { timeout: 60_000 };

const helped: [string[], RegExp[]][] = [
  [[], [/start/, /migrate/, /organisation/, /key/, /Exit codes/, /DATABASE_URL/]],
  [['start'], [/PORT/, /HOST/, /PUBLIC_URL/, /DATABASE_URL/, /DATA_DIR/, /LOG_LEVEL/, /DEMO/]],
  [['migrate'], [/--json/]],
  [['organisation'], [/create/, /list/, /update/]],
  [
    ['organisation', 'create'],
    [/--name/, /--slug/, /--time-zone/, /--base-url/, /--json/],
  ],
  [['organisation', 'list'], [/--json/]],
  [
    ['organisation', 'update'],
    [/<slug>/, /--base-url/, /--broker-list/, /--json/],
  ],
  [['key'], [/create/, /list/, /revoke/]],
  [
    ['key', 'create'],
    [/--scope/, /customers:read/, /consents:les/, /--per-second/, /--entur-per-minute/, /--json/],
  ],
  [
    ['key', 'list'],
    [/--organisation/, /--json/],
  ],
  [
    ['key', 'revoke'],
    [/<id>/, /--organisation/, /--json/],
  ],
];
for (const [command, words] of helped) {
  test(`help of ${['tessera', ...command].join(' ')}`, bounded, async (t) => {
    const { code, stdout, stderr } = await openPlace(t).run([...command, '--help']);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    for (const word of words) assert.match(stdout, word);
  });
}

const misused: [string[], RegExp][] = [
  [[], /Usage: tessera/],
  [['organisation'], /Usage: tessera organisation/],
  [['keys'], /unknown command 'keys'/],
  [['migrate', '--force'], /unknown option '--force'/],
  [['migrate', 'now'], /too many arguments/],
  [['organisation', 'create'], /required option '--name <name>' not specified/],
  [['organisation', 'update', 'demo'], /one of the options '--base-url <url>' and '--broker-list <slug>' is required/],
  [['key', 'create', '--name', 'x'], /required option '--organisation <slug>' not specified/],
  [['key', 'create', '--organisation', 'x', '--name', 'x', '--per-second', '0'], /whole number/],
  [['key', 'revoke', 'tsk_1_2_3', '--organisation', 'x'], /must be a number/],
];
for (const [command, words] of misused) {
  test(`wrong usage, exit code 2: ${['tessera', ...command].join(' ')}`, bounded, async (t) => {
    const { code, stdout, stderr } = await openPlace(t).run(command);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.match(stderr, words);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });
}

test('mistakes in the environment end every command, all listed', bounded, async (t) => {
  for (const command of [['start'], ['migrate', '--json'], ['organisation', 'list']]) {
    const { code, stdout, stderr } = await openPlace(t).run(command, { PORT: 'x', DEMO: 'maybe', LOG_LEVEL: 'loud' });
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    assert.match(stderr, /^The environment has mistakes:\n {2}- PORT .*\n {2}- LOG_LEVEL .*\n {2}- DEMO .*\n$/);
  }
});

const unreachable: [string, RegExp][] = [
  ['postgres://tessera:hunter2@127.0.0.1:1/tessera', /ECONNREFUSED/],
  ['postgresql://tessera@/tessera?host=/nowhere', /ENOENT/],
];
for (const [url, reason] of unreachable) {
  test(`a database that cannot be reached is told in a sentence: ${reason.source}`, bounded, async (t) => {
    for (const command of [['start'], ['key', 'list', '--organisation', 'demo']]) {
      const { code, stdout, stderr } = await openPlace(t).run(command, { DATABASE_URL: url });
      assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
      assert.match(stderr, /^The database that DATABASE_URL names cannot be reached: .*\.\n$/);
      assert.match(stderr, reason);
      assert.doesNotMatch(stderr, /hunter2/);
    }
  });
}
