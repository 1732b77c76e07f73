import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withPass } from '#domain/pass-changes.ts';
import { createPassNamespace } from '#operations/pass-namespaces/create.ts';
import { actorOf, inParallel } from '../../support/fixtures.ts';
import { accountOf, base, faultsOf, newIdentifier, person, startTester, withoutPictures } from './support.ts';

const tester = await startTester();
const { account, put, born, hold, stored, send, store, organisation, clock } = tester;
const operator = actorOf(organisation);
await createPassNamespace(store, operator, { name: 'gate', maxActivePerAccount: 3 });
await createPassNamespace(store, operator, {
  name: 'strict',
  prefix: 'NM',
  pattern: 'NM[0-9]+',
  minLength: 9,
  maxLength: 9,
});
await createPassNamespace(store, operator, { name: 'luhn', checkDigit: 'luhn' });

const extended = { prefer: 'profile=extended' };

/** The passes that an account shows, with symbology and namespace. */
const passesOf = async (identifier: string) =>
  (await account('GET', identifier, { headers: extended })).body.accessPass;

const patch = (identifier: string, accessPass: unknown, members: object = {}) =>
  account('PATCH', identifier, { body: { accessPass, ...members } });

let count = 0;
/** A text that no other test uses. */
const newText = () => `T${String(++count).padStart(8, '0')}`;

test('201 with passes of several namespaces: texts as they were sent, newest first, a picture for each', async () => {
  const text = newText();
  const identifier = await put(person(), {
    accessPass: [
      { '@type': 'Barcode', text: '000420', 'beta:codeType': 'Code39' },
      { text, 'tessera:passNamespace': 'gate', url: 'https://www.example.com/passes/1.png' },
      { text, 'tessera:passNamespace': null, url: null, 'beta:codeType': null },
    ],
  });
  const { body } = await account('GET', identifier, { headers: extended });
  assert.deepEqual(withoutPictures(body).accessPass, [
    { '@type': 'Barcode', text, 'tessera:passNamespace': 'card' },
    { '@type': 'Barcode', text, url: 'https://www.example.com/passes/1.png', 'tessera:passNamespace': 'gate' },
    { '@type': 'Barcode', text: '000420', 'beta:codeType': 'code39', 'tessera:passNamespace': 'card' },
  ]);
  const [first, , third] = body.accessPass;
  assert.match(first.url, new RegExp(`^${base}/passes/[\\w-]{54}\\.png$`));
  assert.notEqual(first.url, third.url);
  const core = (await account('GET', identifier)).body.accessPass;
  assert.deepEqual(
    core.map((pass: object) => Object.keys(pass)),
    Array(3).fill(['@type', 'text', 'url']),
  );
});

test('201 without passes for null and for an empty list', async () => {
  for (const accessPass of [null, []]) {
    const identifier = await put(person(), { accessPass, entitlement: accessPass });
    assert.equal((await account('GET', identifier)).body.accessPass, undefined);
  }
});

test('201 and 200 with any symbology: names that are no symbology of Tessera stay as they were sent', async () => {
  const text = newText();
  const accessPass = [{ text, 'beta:codeType': 'Maxi <Code> &copy' }];
  const identifier = await put(person(), { accessPass });
  const [pass] = await passesOf(identifier);
  assert.equal(pass['beta:codeType'], 'Maxi ‹Code> ＆copy');
  // Sent back as it is shown, it is no new value.
  const before = await stored(identifier);
  assert.equal((await patch(identifier, [pass])).status, 200);
  assert.deepEqual(await stored(identifier), before);
  await patch(identifier, [{ text, 'beta:codeType': 'QR Code' }]);
  assert.equal((await passesOf(identifier))[0]['beta:codeType'], 'qrcode');
});

const invalid: [string, unknown, string[]][] = [
  ['passes that are no array', { text: 'A' }, ['/accessPass: must be an array or null']],
  ['a pass that is no object', ['A'], ['/accessPass/0: must be an object']],
  ['a pass without text', [{ '@type': 'Barcode' }], ['/accessPass/0/text: is required']],
  ['a number as text', [{ text: 420 }], ['/accessPass/0/text: must be a text']],
  ['null as text', [{ text: null }], ['/accessPass/0/text: must be a text']],
  [
    'texts that are none',
    [{ text: '' }, { text: ' a' }, { text: 'a<b' }, { text: 'é' }, { text: 'x'.repeat(129) }],
    [0, 1, 2, 3, 4].map(
      (index) =>
        `/accessPass/${index}/text: must be 1 to 128 printable ASCII characters other than angle brackets and ampersands, with no space at either end`,
    ),
  ],
  [
    'the rules of a namespace, the first that is not met',
    [
      { 'tessera:passNamespace': 'strict', text: 'XX' },
      { 'tessera:passNamespace': 'strict', text: 'XX1234567' },
      { 'tessera:passNamespace': 'strict', text: 'NM123456X' },
      { 'tessera:passNamespace': 'luhn', text: '79927398710' },
    ],
    [
      '/accessPass/0/text: does not have the length required in namespace strict',
      '/accessPass/1/text: does not have the expected prefix',
      '/accessPass/2/text: does not have the form required in namespace strict',
      '/accessPass/3/text: does not have a correct check digit',
    ],
  ],
  [
    'a namespace that is not there',
    [{ text: 'A', 'tessera:passNamespace': 'nowhere' }],
    ['/accessPass/0/tessera:passNamespace: is not a namespace of passes'],
  ],
  [
    'the same pass twice, with and without its namespace',
    [
      { text: 'TWICE' },
      { text: 'TWICE', 'tessera:passNamespace': 'gate' },
      { text: 'TWICE', 'tessera:passNamespace': 'card' },
    ],
    ['/accessPass/2/text: is in the list twice'],
  ],
  [
    'a picture that is nowhere',
    [
      { text: 'A', url: 'passes/1.png' },
      { text: 'B', url: 'data:image/png;base64,AA' },
    ],
    [
      '/accessPass/0/url: must be an absolute http or https URL',
      '/accessPass/1/url: must be an absolute http or https URL',
    ],
  ],
  [
    'a symbology without name',
    [{ text: 'A', 'beta:codeType': ' ' }],
    ['/accessPass/0/beta:codeType: must not be empty'],
  ],
];

for (const [what, accessPass, faults] of invalid) {
  test(`400 for ${what}, on PUT and PATCH alike`, async () => {
    const answers = [
      await account('PUT', newIdentifier(), { body: accountOf(person(), { accessPass }) }),
      await patch(await put(), accessPass),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.body.additionalType, `${base}/openactive/ns#InvalidRequest`);
      assert.deepEqual(faultsOf(answer), faults);
    }
  });
}

test('400 for members that a pass does not have', async () => {
  const accessPass = [{ text: 'A', '@id': base, 'beta:other': 1, 'tessera:grantState': 'x', identifier: 'y' }];
  const faults = [
    '/accessPass/0/@id: unknown property',
    '/accessPass/0/beta:other: unknown extension property',
    '/accessPass/0/tessera:grantState: unknown extension property',
    '/accessPass/0/identifier: unknown property',
  ];
  const created = await account('PUT', newIdentifier(), { body: accountOf(person(), { accessPass }) });
  assert.equal(created.body.additionalType, `${base}/openactive/ns#InvalidRequest`);
  assert.deepEqual(faultsOf(created), faults);
  const patched = await patch(await put(), accessPass);
  assert.equal(patched.body['@type'], 'PatchContainsExcessivePropertiesError');
  assert.deepEqual(faultsOf(patched), faults);
});

test('409 for a text that another account has or had, named by its place, never whose; nothing else is done', async () => {
  const [active, retired, gated] = [newText(), newText(), newText()];
  const owner = await put(person(), {
    accessPass: [{ text: active }, { text: retired }, { text: gated, 'tessera:passNamespace': 'gate' }],
  });
  await patch(owner, [{ text: active }, { text: gated, 'tessera:passNamespace': 'gate' }]);
  const cases: [object[], string][] = [
    [[{ text: newText() }, { text: active }], '/accessPass/1/text: is already in use in namespace card'],
    [[{ text: retired, 'tessera:passNamespace': 'card' }], '/accessPass/0/text: is already in use in namespace card'],
    [
      [{ text: gated }, { text: gated, 'tessera:passNamespace': 'gate' }],
      '/accessPass/1/text: is already in use in namespace gate',
    ],
  ];
  for (const [accessPass, description] of cases) {
    const identifier = newIdentifier();
    const created = await account('PUT', identifier, { body: accountOf(person(), { accessPass }) });
    const other = await put(person({ jobTitle: 'Coach' }));
    const patched = await patch(other, accessPass, { customer: { jobTitle: 'Referee' } });
    for (const { status, body } of [created, patched]) {
      assert.equal(status, 409);
      assert.equal(body.additionalType, `${base}/openactive/ns#Conflict`);
      assert.equal(body.description, description);
    }
    assert.equal((await account('GET', identifier)).status, 404);
    const untouched = await account('GET', other);
    assert.equal(untouched.headers.etag, '"1.0"');
    assert.equal(untouched.body.customer.jobTitle, 'Coach');
  }
});

test('409 for more passes than a namespace allows', async () => {
  const gated = (text: string) => ({ text, 'tessera:passNamespace': 'gate' });
  const four = [newText(), newText(), newText(), newText()].map(gated);
  const created = await account('PUT', newIdentifier(), { body: accountOf(person(), { accessPass: four }) });
  assert.equal(created.status, 409);
  assert.equal(created.body.description, 'An account can hold 3 passes of one namespace.');
  const identifier = await put(person(), { accessPass: four.slice(0, 3) });
  assert.equal((await patch(identifier, four)).status, 409);
  // What leaves makes room.
  assert.equal((await patch(identifier, four.slice(1))).status, 200);
});

test('201 or 200 for exactly one of many accounts that ask for the same text at once', async () => {
  const text = newText();
  const others = await Promise.all([...Array(6)].map(() => put()));
  const results = await inParallel(12, 12, (index) =>
    index < 6
      ? patch(others[index] as string, [{ text }])
      : account('PUT', newIdentifier(), { body: accountOf(person(), { accessPass: [{ text }] }) }),
  );
  const statuses = results.map((result) => (result.status === 'fulfilled' ? result.value.status : 0));
  assert.equal(statuses.filter((status) => status === 200 || status === 201).length, 1, String(statuses));
  assert.equal(statuses.filter((status) => status === 409).length, 11);
});

test('201 once and 200 for the rest when the same PUT with passes arrives many times at once', async () => {
  const identifier = newIdentifier();
  const body = accountOf(person(), { accessPass: [{ text: newText() }, { text: newText() }] });
  const results = await inParallel(12, 12, () => account('PUT', identifier, { body }));
  const statuses = results.map((result) => (result.status === 'fulfilled' ? result.value.status : 0)).sort();
  assert.deepEqual(statuses, [...Array(11).fill(200), 201]);
  assert.equal((await stored(identifier)).account.accessPass.length, 2);
});

test('200 finds an account by an active pass: byte for byte, in one namespace or in all', async () => {
  clock.now = undefined;
  const find = async (query: string, key?: string) => {
    const { status, body } = await send('GET', `/openactive/customer-accounts?${query}`, { key });
    assert.equal(status, 200, JSON.stringify(body));
    return (body.itemListElement ?? []).map((element: { identifier: string }) => element.identifier);
  };
  const text = '00 42+a%';
  const inGate = { text, 'tessera:passNamespace': 'gate' };
  const first = await put(person(), { accessPass: [{ text }, { ...inGate, text: 'ONLY-GATE' }] });
  const second = await put(person(), { accessPass: [inGate] });
  const encoded = encodeURIComponent(text);
  assert.deepEqual((await find(`accessPass.text=${encoded}`)).sort(), [first, second].sort());
  assert.deepEqual(await find(`accessPass.text=${encoded}&accessPass.namespace=card`), [first]);
  assert.deepEqual(await find(`accessPass.text=${encoded}&accessPass.namespace=gate`), [second]);
  assert.deepEqual(await find('accessPass.text=ONLY-GATE'), [first]);
  for (const none of [
    'accessPass.text=42',
    'accessPass.text=only-gate',
    `accessPass.text=${encoded}&accessPass.namespace=nowhere`,
    `accessPass.text=${encoded}%20`,
  ]) {
    assert.deepEqual(await find(none), [], none);
  }
  // An account that has the text in two namespaces is one account.
  await patch(second, [inGate, { text, 'tessera:passNamespace': 'luhn-free' }]).then(({ status }) =>
    assert.equal(status, 400),
  );
  await createPassNamespace(store, operator, { name: 'luhn-free' });
  await patch(second, [inGate, { text, 'tessera:passNamespace': 'luhn-free' }]);
  assert.deepEqual((await find(`accessPass.text=${encoded}`)).sort(), [first, second].sort());
  const other = await tester.organisationWithKey('Elsewhere');
  assert.deepEqual(await find(`accessPass.text=${encoded}`, other.key), []);
  await patch(first, []);
  assert.deepEqual(await find(`accessPass.text=${encoded}&accessPass.namespace=card`), []);
  await account('DELETE', second);
  assert.deepEqual(await find(`accessPass.text=${encoded}`), []);
});

test('400 when more than 50 passes have the text, until the namespace is named', async () => {
  const text = newText();
  for (let index = 0; index <= 50; index += 1) {
    const namespace = await createPassNamespace(store, operator, { name: `many-${index}` });
    const identifier = await born({ details: { name: 'Ida Moss' } });
    await hold(identifier, (before, actor) => withPass(before, { namespace, text }, actor));
    if (index === 49) {
      const fifty = await send('GET', `/openactive/customer-accounts?accessPass.text=${text}`);
      assert.equal(fifty.body.numberOfItems, 50);
    }
  }
  const { status, body } = await send('GET', `/openactive/customer-accounts?accessPass.text=${text}`);
  assert.equal(status, 400);
  assert.equal(
    body.description,
    '?accessPass.text: more than 50 accounts match; name the namespace by accessPass.namespace',
  );
  const named = await send('GET', `/openactive/customer-accounts?accessPass.text=${text}&accessPass.namespace=many-7`);
  assert.equal(named.body.numberOfItems, 1);
});
