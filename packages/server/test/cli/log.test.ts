import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { LineBuffer } from '#cli/start/line-buffer.ts';
import { logOptions } from '#cli/start/log.ts';
import { terminalStream } from '#cli/start/terminal-log.ts';

/** What `log` writes, as JSON lines or as a terminal shows it. */
function written(log: (logger: pino.Logger) => void, terminal = false): string {
  const texts: string[] = [];
  const sink = { write: (text: string) => void texts.push(text) };
  log(pino(logOptions('info'), terminal ? terminalStream(sink) : sink));
  return texts.join('');
}

const violation = Object.assign(new Error('duplicate key value violates unique constraint "customer_email"'), {
  code: '23505',
  detail: 'Key (email_key)=(ada.marlow@example.com) already exists.',
  where: 'Ada Marlow',
});

test('errors of PostgreSQL are logged without the values they quote', () => {
  const text = written((log) => log.error({ err: violation }, 'unexpected error'));
  const { level, err } = JSON.parse(text);
  assert.equal(level, 'error');
  assert.equal(err.code, '23505');
  assert.match(err.stack, /log\.test/);
  assert.doesNotMatch(text, /marlow/i);
});

test('a terminal gets a short line per request', () => {
  const request = { method: 'GET', route: '/v1/accounts/:identifier', status: 200, ms: 3.1, requestId: 'x' };
  assert.match(
    written((log) => log.info(request, 'request'), true),
    /^\d\d:\d\d:\d\d {2}GET \/v1\/accounts\/:identifier 200, 3\.1 ms\n$/,
  );
});

test('a terminal shows what is serious, with the stack of defects only', () => {
  const refused = Object.assign(new Error('connect ENOENT'), { code: 'ENOENT' });
  assert.match(
    written((log) => log.warn({ err: refused }, 'not ready'), true),
    /^[\d:]{8} {2}warning: not ready: connect ENOENT\n$/,
  );
  assert.match(
    written((log) => log.error({ err: violation }, 'unexpected error'), true),
    /error: unexpected error: Error: duplicate key.*\n\s+at /,
  );
  assert.match(
    written((log) => log.info('stopping'), true),
    /^[\d:]{8} {2}stopping\n$/,
  );
});

test('lines are written together, in order, none cut, and those that wait when they are asked for or after a second', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const written: string[] = [];
  const lines = new LineBuffer(
    { write: (text) => void written.push(text), flushSync: () => written.push('flushed') },
    10,
  );
  for (const line of ['1234\n', '5678\n', '9\n', 'longer than all\n', 'a\n']) lines.write(line);
  assert.deepEqual(written, ['1234\n5678\n', '9\n', 'longer than all\n']);
  context.mock.timers.tick(1000);
  assert.deepEqual(written.splice(0).at(-1), 'a\n');
  lines.write('b\n');
  lines.flushSync();
  context.mock.timers.tick(1000);
  assert.deepEqual(written, ['b\n', 'flushed']);
});
