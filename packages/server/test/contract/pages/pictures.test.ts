import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { idIn, organisationIn, tokenOf } from '#operations/secret-token.ts';
import { alone } from '../../support/one-server.ts';
import { startTestServer } from '../../support/server.ts';
import { holdingsApi } from '../native/holdings-support.ts';

/** The picture of a pass, by its link: what was asked for over HTTP is read by an independent reader. */
const server = await startTestServer();
const { send, app, organisation } = server;
const api = holdingsApi(server);

before(() => {
  const wasm = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
  prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer } });
});

const linkOf = async (pass: string) => new URL((await api.get(pass)).body.url).pathname;
const open = (url: string) => send('GET', url, { key: null });

async function read(url: string): Promise<{ text: string; format: string }[]> {
  const { rawPayload, statusCode } = await app.inject({ url });
  assert.equal(statusCode, 200);
  const { data, info } = await sharp(rawPayload, { density: 144 })
    .flatten()
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const image = { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
  return (await readBarcodes(image as Parameters<typeof readBarcodes>[0])).map(({ text, format }) => ({
    text,
    format,
  }));
}

test('200 without a key, PNG and SVG, in the namespace’s symbology', async () => {
  const namespace = (await api.namespace({ codeType: 'code128' })).split('/').at(-1);
  const link = await linkOf(await api.pass(await api.account(), { namespace, text: 'NM 0042/170' }));
  for (const url of [link, link.replace(/png$/, 'svg')])
    assert.deepEqual(await read(url), [{ text: 'NM 0042/170', format: 'Code128' }]);
});

test('200 in the symbology of the pass; one that Tessera does not draw, or that cannot hold the text, as QR code', async () => {
  const account = await api.account();
  const link = await linkOf(await api.pass(account, { text: '4006381333931', codeType: 'ean13' }));
  assert.deepEqual(await read(link), [{ text: '4006381333931', format: 'EAN13' }]);
  const other = await linkOf(await api.pass(account, { text: 'MAXI-1', codeType: 'MaxiCode' }));
  assert.deepEqual(await read(other), [{ text: 'MAXI-1', format: 'QRCode' }]);
  const namespace = await api.namespace();
  const name = namespace.split('/').at(-1);
  const small = await linkOf(await api.pass(account, { namespace: name, text: 'lower case' }));
  const change = await send('PATCH', namespace, { body: { codeType: 'code39' } });
  assert.equal(change.status, 200, change.text);
  assert.deepEqual(await read(small), [{ text: 'lower case', format: 'QRCode' }]);
});

test('what it says to browsers and proxies', async () => {
  const link = await linkOf(await api.pass(await api.account()));
  const { headers } = await open(link);
  assert.equal(headers['content-type'], 'image/png');
  assert.equal((await open(link.replace('.png', '.svg'))).headers['content-type'], 'image/svg+xml');
  assert.equal(headers['cache-control'], 'private, max-age=300');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(String(headers['content-security-policy']), /^sandbox; default-src 'none'/);
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.equal((await open(`${link}?utm_source=mail`)).status, 200);
  assert.equal((await send('HEAD', link, { key: null })).status, 200);
});

test('an SVG is shapes only: no script, no style, no text, nothing from elsewhere', async () => {
  const link = await linkOf(await api.pass(await api.account(), { text: '"><script>1'.replaceAll(/[<>]/g, '') }));
  const { text } = await open(link.replace('.png', '.svg'));
  assert.match(text, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.doesNotMatch(text, /script|style|href|<text|<image|on\w+=/);
});

test('404 in a sentence as soon as the pass is retired, released or erased; a new one has a new link', async () => {
  const account = await api.account();
  const pass = await api.pass(account, { text: 'VOID-1' });
  const link = await linkOf(pass);
  await api.post(`${pass}/retire`, { reason: 'lost' }, 200);
  const gone = await open(link);
  assert.equal(gone.status, 404);
  assert.match(String(gone.headers['content-type']), /^text\/plain/);
  assert.equal(gone.text, 'There is nothing here. The link may be incomplete or no longer in use.\n');
  const back = await linkOf(await api.pass(account, { text: 'VOID-1' }));
  assert.notEqual(back, link);
  assert.equal((await open(link)).status, 404);
  assert.equal((await open(back)).status, 200);
  const { customerNumber } = (await api.get(account)).body;
  assert.equal((await send('DELETE', `/v1/customers/${customerNumber}`)).status, 204);
  assert.equal((await open(back)).status, 404);
});

test('404 for every link that was made up', async () => {
  const link = await linkOf(await api.pass(await api.account()));
  const token = link.slice('/passes/'.length, -'.png'.length);
  const forged = Buffer.from(token, 'base64url');
  const bent = Array.from(forged, (_, index) => {
    const copy = Buffer.from(forged);
    copy[index] = (copy[index] as number) ^ 1;
    return copy.toString('base64url');
  });
  const others = [
    '',
    'x',
    token.slice(1),
    `${token}A`,
    `${token}.x`,
    'A'.repeat(54),
    '%00',
    '../v1/accounts',
    '__proto__',
  ];
  for (const made of [...bent, ...others]) {
    const response = await open(`/passes/${made}.png`);
    assert.equal(response.status, made === '%00' ? 400 : 404, made);
    assert.match(String(response.headers['content-type']), /^(text\/plain|application\/problem)/);
  }
  for (const url of [link.replace('.png', '.gif'), link.replace('.png', ''), `/o/nobody${link}`])
    assert.equal((await open(url)).status, 404, url);
  assert.equal((await send('POST', link, { key: null })).status, 405);
});

test('a link of one organisation is none of another, with and without its slug before it', async () => {
  const { organisation: other, key } = await server.organisationWithKey('Riverside');
  const created = await send('POST', '/v1/accounts', {
    key,
    body: { customer: { name: 'N' }, accessPass: [{ text: 'R 1' }] },
  });
  const url = new URL(created.body.accessPass[0].url);
  assert.ok(url.href.startsWith(`${other.baseUrl}/passes/`), url.href);
  assert.deepEqual(await read(url.pathname), [{ text: 'R 1', format: 'QRCode' }]);
  assert.equal((await open(url.pathname.replace('/o/riverside', ''))).status, 200);
  assert.equal((await open(url.pathname.replace('/o/riverside', `/o/${organisation.slug}`))).status, 404);
  const id = created.body.accessPass[0].id;
  assert.equal((await open(`/passes/${tokenOf('pass', organisation, id)}.png`)).status, 404);
  assert.equal((await open(`/passes/${tokenOf('pass', { ...other, id: organisation.id }, id)}.png`)).status, 404);
});

test('a token is 54 characters, says whose it is, and holds for its organisation only', () => {
  const id = '01a1fe76-0fef-73e8-b3e0-872d6fd76f60';
  const token = tokenOf('pass', organisation, id);
  assert.match(token, /^[A-Za-z0-9_-]{54}$/);
  assert.equal(organisationIn(token), organisation.id);
  assert.equal(idIn('pass', organisation, token), id);
  assert.equal(idIn('pass', { ...organisation, digestKey: Buffer.alloc(32) }, token), undefined);
  assert.equal(idIn('pass', { ...organisation, id: organisation.id + 1 }, token), undefined);
  assert.equal(idIn('evidence', organisation, token), undefined);
  assert.equal(organisationIn(`${token.slice(0, -1)}!`), undefined);
  assert.equal(organisationIn('_'.repeat(54)), undefined);
});

test(...alone('429 for an address that asks too much, in a sentence'), async () => {
  const statuses = await Promise.all(Array.from({ length: 400 }, async () => (await open('/passes/x.png')).status));
  assert.ok(statuses.includes(429));
  const response = await open('/passes/x.png');
  assert.equal(response.status, 429);
  assert.match(String(response.headers['retry-after']), /^[1-9]/);
  assert.match(response.text, /try again/);
});
