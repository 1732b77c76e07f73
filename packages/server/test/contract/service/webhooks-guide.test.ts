import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { retryDelays } from '#changes/retry.ts';
import { webhookHeaders } from '#changes/signature.ts';
import { Change } from '#dialects/native/change-schema.ts';
import { IminMessage, NativeMessage } from '#dialects/native/webhook-messages.ts';
import { NewWebhookSubscription } from '#dialects/native/webhook-schema.ts';
import { allChangeKinds, changeKinds } from '#domain/change-kinds.ts';
import { nameOfKind } from '#domain/webhook-kinds.ts';
import { newSecret } from '#domain/webhook-secret.ts';
import { validatorOf } from '#http/validation.ts';

/** docs/webhooks.md is held to what it describes. */
const guide = readFileSync(new URL('../../../../../docs/webhooks.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, code]) => code as string);
const rows = (header: string) => {
  const [, table = ''] = guide.split(`| ${header} |`);
  return (table.split('\n\n')[0] as string)
    .split('\n')
    .filter((line) => /^\| [^-]/.test(line))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | ?\|$/g, '').trim()));
};

test('the table of kinds is the catalogue', () => {
  const cell = (name: string | undefined, kind: string) =>
    name === undefined ? '' : name === kind ? 'the same' : `\`${name}\``;
  assert.deepEqual(
    rows('kind | what happened | in `imin` | in `entur`'),
    allChangeKinds.map((kind) => [
      `\`${kind}\``,
      changeKinds[kind],
      cell(nameOfKind('imin', kind), kind),
      cell(nameOfKind('entur', kind), kind),
    ]),
  );
});

test('the table of attempts is the schedule', () => {
  const units: Record<string, number> = { second: 1000, minute: 60_000, hour: 3_600_000 };
  const [first, ...later] = rows('attempt | after the one before').map(([, delay = '']) => delay);
  assert.equal(first, 'at once');
  assert.deepEqual(
    later.map((delay) => {
      const [count, unit = ''] = delay.split(' ');
      return Number(count) * (units[unit.replace(/s$/, '')] ?? Number.NaN);
    }),
    retryDelays,
  );
});

test('the table of members has all that a new subscription takes', () => {
  const named = rows('member | meaning').map(([member = '']) => member.replaceAll('`', ''));
  assert.deepEqual(named.sort(), Object.keys(NewWebhookSubscription.properties).sort());
});

test('the examples fit their schemas', () => {
  const [native = '', imin = ''] = blocks('json');
  assert.deepEqual(validatorOf(NativeMessage)(JSON.parse(native)), []);
  assert.deepEqual(validatorOf(Change)(JSON.parse(native).data), []);
  assert.deepEqual(validatorOf(IminMessage)(JSON.parse(imin)), []);
  const [subscribe = ''] = blocks('sh');
  const [, body = ''] = subscribe.match(/-d '(.*)'/) ?? [];
  assert.deepEqual(validatorOf(NewWebhookSubscription)(JSON.parse(body)), []);
});

test('the receiver of the guide takes what Tessera signs, once, and nothing else', async (t) => {
  const secret = newSecret();
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as { port: number };
  free.close();
  await once(free, 'close');
  const receiver = spawn(process.execPath, ['--input-type=module', '-e', blocks('js')[0] as string], {
    env: { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(async () => {
    receiver.kill();
    await once(receiver, 'exit');
  });
  const printed: string[] = [];
  receiver.stdout.on('data', (chunk) => printed.push(String(chunk)));
  const body = JSON.stringify({ type: 'account.created' });
  const send = async (headers: Record<string, string>): Promise<number> => {
    const all = { 'content-type': 'application/json', 'tessera-event-type': 'account.created', ...headers };
    for (;;) {
      try {
        return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers: all, body })).status;
      } catch (error) {
        if ((error as { cause?: { code?: string } }).cause?.code !== 'ECONNREFUSED') throw error; // it is still starting
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  const signed = (secrets: string[], at = new Date()) => webhookHeaders({ id: 'msg_1', at, body, secrets });
  assert.equal(await send(signed([newSecret()])), 400);
  assert.equal(await send(signed([secret], new Date(Date.now() - 360_000))), 400);
  assert.equal(await send({}), 400);
  assert.equal(await send(signed([newSecret(), secret])), 204);
  assert.equal(await send(signed([secret])), 204);
  assert.deepEqual(printed.join('').match(/account\.created/g)?.length, 2); // the header and the body, of one of the two
});
