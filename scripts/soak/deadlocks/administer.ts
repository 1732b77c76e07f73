import { late, words } from './deeds.ts';
import { any, type Estate, list } from './estate.ts';

/** What administrators do: names, settings, webhooks on and off. */
export async function administer(estate: Estate, receiver: string): Promise<void> {
  const { agent, subscriptions } = estate;
  const subscription = any(subscriptions);
  const path = `/v1/webhook-subscriptions/${subscription}`;
  const roll = Math.random();
  if (roll < 0.25) {
    const body = { label: `${any(words)} ${Math.floor(Math.random() * 100)}` };
    await agent.ask('PATCH', `/v1/entitlement-lists/${list}/types/t${Math.floor(Math.random() * 3)}`, {
      body,
      allowed: [200],
    });
  } else if (roll < 0.35) {
    const body = { codeType: any(['qrcode', 'code128']) };
    await agent.ask('PATCH', '/v1/pass-namespaces/card', { body, allowed: [200] });
  } else if (roll < 0.45) {
    const name = `space-${Math.floor(Math.random() * 3)}`;
    const answer = await agent.ask('POST', '/v1/pass-namespaces', { body: { name }, allowed: [201, 409] });
    if (answer?.status === 409) await agent.ask('DELETE', `/v1/pass-namespaces/${name}`, { allowed: [204, 404, 409] });
  } else if (roll < 0.5) {
    await agent.ask('PATCH', '/v1/organisation', { body: { readRetentionDays: any([30, 31]) }, allowed: [200] });
  } else if (subscriptions.length < 4) {
    const body = { url: `${receiver}/${estate.tenant.id}`, format: any(['native', 'imin', 'entur']) };
    const answer = await agent.ask('POST', '/v1/webhook-subscriptions', { body, allowed: [201, 409] });
    if (answer?.status === 201) subscriptions.push(answer.body.id);
  } else if (roll < 0.75) {
    const body = { state: any(['enabled', 'enabled', 'disabled']) };
    await agent.ask('PATCH', path, { body, allowed: [200, 404] });
  } else if (roll < 0.85) {
    await agent.ask('POST', `${path}/send-example`, { body: {}, allowed: [202, ...late] });
  } else if (roll < 0.95) {
    await agent.ask('POST', `${path}/recover`, {
      body: { from: new Date(Date.now() - 30_000).toISOString(), includeDelivered: true },
      allowed: [202, ...late],
    });
  } else {
    subscriptions.splice(subscriptions.indexOf(subscription as string), 1);
    await agent.ask('DELETE', path, { allowed: [204, 404] });
  }
}
