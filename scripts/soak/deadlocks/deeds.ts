import { any, anyEmail, anyIdentifier, type Estate, passTexts, type Slot, settle } from './estate.ts';

/** Something that a writer does; with one of the accounts that everybody fights for. */
type Deed = (
  estate: Estate,
  place: { slot: Slot; identifier: string; account: string; customer: string },
) => Promise<unknown>;

/** Whoever comes too late: it is gone, taken, or in another state. */
export const late = [400, 404, 409, 410];
export const words = ['Ash', 'Birch', 'Cedar', 'Elm'];
const day = (ahead: number) => new Date(Date.now() + ahead * 24 * 3_600_000).toISOString().slice(0, 10);

/** What writers do with customers and accounts, and how often. */
const deeds: readonly (readonly [weight: number, deed: Deed])[] = [
  [
    36,
    ({ agent }, { customer }) => {
      const body = { givenName: any(words), ...(Math.random() < 0.3 && { email: anyEmail() }) };
      return agent.ask('PATCH', customer, { body, allowed: [200, ...late] });
    },
  ],
  [
    12,
    ({ agent }, { customer }) => {
      const address = {
        streetAddress: `${any(words)} Lane 1`,
        postalCode: 'NB1 2ZZ',
        addressLocality: 'New Brightsea',
      };
      const body = { address: Math.random() < 0.3 ? null : address };
      return agent.ask('PATCH', customer, { body, allowed: [200, ...late] });
    },
  ],
  [
    30,
    ({ agent }, { account }) => agent.ask('PATCH', account, { body: { alias: any(words) }, allowed: [200, ...late] }),
  ],
  [36, ({ agent }, { account }) => agent.ask('POST', `${account}/make-default`, { allowed: [200, ...late] })],
  [
    60,
    ({ agent }, { customer, identifier }) => {
      const body = { identifier, isDefault: Math.random() < 0.5, accountNumber: `N-${any(words)}` };
      return agent.ask('POST', `${customer}/accounts`, { body, allowed: [201, ...late] });
    },
  ],
  [9, ({ agent }, { account }) => agent.ask('DELETE', account, { allowed: [204, ...late] })],
  [
    24,
    ({ agent }, { account }) =>
      agent.ask('POST', `${account}/access-passes`, { body: { text: any(passTexts) }, allowed: [201, ...late] }),
  ],
  [18, movePass],
  [
    6,
    ({ agent }) => {
      const texts = [any(passTexts), any(passTexts)];
      return agent.ask('POST', '/v1/pass-namespaces/card/reserve', { body: { texts }, allowed: [201, ...late] });
    },
  ],
  [
    9,
    ({ agent }) => agent.ask('POST', `/v1/access-passes/card/${any(passTexts)}/release`, { allowed: [204, ...late] }),
  ],
  [
    18,
    ({ agent, types }, { account }) => {
      const body = { entitlementType: any(types), validUntil: day(1 + Math.floor(Math.random() * 3)) };
      return agent.ask('POST', `${account}/entitlements`, { body, allowed: [201, ...late] });
    },
  ],
  [9, (estate, { account }) => withOne(estate, `${account}/entitlements`, 'revoke')],
  [
    15,
    ({ agent }, { account }) => {
      const body = { kind: 'debt', name: any(words), blocksBooking: true };
      return agent.ask('POST', `${account}/outstanding-actions`, { body, allowed: [201, ...late] });
    },
  ],
  [15, (estate, { account }) => withOne(estate, `${account}/outstanding-actions`, any(['complete', 'cancel']))],
  [9, submitEvidence],
  [9, createTwice],
  [12, ({ agent }, { account }) => agent.ask('GET', `${account}/history`, { allowed: [200, 404] })],
  [
    2,
    async (estate, { customer, slot }) => {
      const answer = await estate.agent.ask('DELETE', customer, { allowed: [204, ...late] });
      if (answer) await settle(estate, slot);
    },
  ],
  [
    1,
    async (estate, { slot }) => {
      const path = `/customers/v2/profiles/${slot.customerNumber}?expirationDate=${day(1)}`;
      const answer = await estate.agent.ask('DELETE', path, { allowed: [200, ...late] });
      if (answer) await settle(estate, slot);
    },
  ],
];
const drawn = deeds.flatMap(([weight, deed]) => Array<Deed>(weight).fill(deed));

/** Does one thing, to whatever everybody is changing. */
export async function doAnything(estate: Estate): Promise<void> {
  const deed = any(drawn);
  const slot = any(estate.slots);
  const identifier = anyIdentifier(slot);
  const place = {
    slot,
    identifier,
    account: `/v1/accounts/${identifier}`,
    customer: `/v1/customers/${slot.customerNumber}`,
  };
  await deed(estate, place);
}

/** Takes what an account has one of, and does something with it. */
async function withOne({ agent }: Estate, path: string, step: string): Promise<void> {
  const answer = await agent.ask('GET', path, { allowed: [200, 404, 410] });
  const items: { id: string; state: string }[] = answer?.body?.items ?? [];
  const one = any(items.filter(({ state }) => ['open', 'active', 'pending'].includes(state)));
  const body = { reason: 'It was time.' };
  if (one)
    await agent.ask('POST', `${path}/${one.id}/${step}`, {
      ...(step !== 'complete' && { body }),
      allowed: [200, ...late],
    });
}

/** From one account to another, of the same customer or not. */
async function movePass({ agent, slots }: Estate, { account }: { account: string }): Promise<void> {
  const answer = await agent.ask('GET', `${account}/access-passes`, { allowed: [200, 404, 410] });
  const pass = any((answer?.body?.items ?? []) as { id: string; text: string }[]);
  if (!pass) return;
  const body = { reason: 'It moves.' };
  await agent.ask('POST', `${account}/access-passes/${pass.id}/retire`, { body, allowed: [200, ...late] });
  await agent.ask('POST', `/v1/access-passes/card/${pass.text}/release`, { allowed: [204, ...late] });
  const to = `/v1/accounts/${anyIdentifier(any(slots))}`;
  await agent.ask('POST', `${to}/access-passes`, { body: { text: pass.text }, allowed: [201, ...late] });
}

/** Sends proof for what waits for it, and judges it. */
async function submitEvidence({ agent }: Estate): Promise<void> {
  const answer = await agent.ask('GET', '/v1/evidence-requests?state=requested', { allowed: [200] });
  const one = any((answer?.body?.items ?? []) as { id: string }[]);
  if (!one) return;
  const form = new FormData();
  form.append('file', new Blob(['%PDF-1.7\n%%EOF\n'], { type: 'application/pdf' }), 'proof.pdf');
  const path = `/v1/evidence-requests/${one.id}`;
  await agent.ask('POST', `${path}/submissions`, { form, allowed: [200, 201, ...late] });
  await agent.ask('POST', `${path}/approve`, { body: {}, allowed: [200, ...late] });
}

/** Two servers get the same request at once: it is done once. */
async function createTwice({ agent }: Estate): Promise<void> {
  const idempotencyKey = crypto.randomUUID();
  const wish = { body: { familyName: 'Twice', email: anyEmail() }, idempotencyKey, allowed: [201, 409] };
  const [one, other] = await Promise.all([
    agent.ask('POST', '/v1/customers', wish),
    agent.ask('POST', '/v1/customers', wish),
  ]);
  const numbers = new Set([one, other].flatMap((answer) => answer?.body?.customerNumber ?? []));
  if (numbers.size > 1) throw new Error(`One Idempotency-Key made the customers ${[...numbers].join(' and ')}`);
  for (const number of numbers) await agent.ask('DELETE', `/v1/customers/${number}`, { allowed: [204, 410] });
}
