import type { Aggregate } from '#domain/account.ts';
import { todayOf } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import { foldKey } from '#domain/keys.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import { answering } from '#http/answering.ts';
import type { Call } from '#http/call.ts';
import { type CustomerEdit, changeCustomer } from '#operations/customers/change.ts';
import { createCustomer } from '#operations/customers/create.ts';
import { loadCustomer } from '#operations/customers/load.ts';
import type { NewCustomer } from '#operations/customers/new-customer.ts';
import { hashPassword } from '#operations/passwords.ts';
import { profileMatch } from './etags.ts';
import { customerNumberOf } from './params.ts';
import { type Known, readProfile } from './profile.ts';
import { CreateProfile, UpdateProfile } from './profile-schema.ts';
import { profileAnswer } from './render.ts';

/** P2: a new profile (entur.md 3.4). With e-mail and password a standard customer can sign in: the e-mail is the username. */
export async function createProfile(call: Call): Promise<Answer> {
  const { store, actor } = call;
  const { body, details, customerRef } = readProfile(call.body, CreateProfile, await knownOf(call));
  const { email, password, profileType, createdBy, createdByChannel } = body;
  const type = profileType === 'P' ? 'personnel' : 'standard';
  const signsIn = type === 'standard' && email !== undefined && password !== undefined;
  const input = compact({
    kind: 'person',
    type,
    details,
    customerRef: customerRef ?? undefined,
    username: signsIn ? foldKey(email) : undefined,
    passwordHash: password === undefined ? undefined : await hashPassword(password),
    createdBy,
    createdByChannel,
  }) as NewCustomer;
  const render = (aggregate: Aggregate) => profileAnswer(aggregate, actor.organisation.id);
  return answering(call, render, (keep) => createCustomer(store, actor, input, keep));
}

/** P4: overwrites a profile with the body, which is judged by what is stored, once more if somebody else was first (entur.md 3.4). */
export async function updateProfile(call: Call): Promise<Answer> {
  const { store, actor } = call;
  const customerNumber = customerNumberOf(call);
  const ifMatch = profileMatch(call);
  const stored = await findCustomer(call, customerNumber);
  const known = await knownOf(call, stored);
  const { password, changedBy, changedByChannel } = readProfile(call.body, UpdateProfile, known).body;
  const passwordHash = stored && password !== undefined ? await hashPassword(password) : undefined;
  const after = await changeCustomer(
    store,
    actor,
    { customerNumber },
    {
      ifMatch,
      stamp: { changedBy: changedBy as string, changedByChannel: changedByChannel as string },
      edit: (aggregate) => {
        const { details, customerRef } = readProfile(call.body, UpdateProfile, { ...known, stored: aggregate });
        return compact({ details, customerRef, passwordHash }) as CustomerEdit;
      },
    },
  );
  return profileAnswer(after, actor.organisation.id);
}

async function knownOf(call: Call, stored?: Aggregate): Promise<Known> {
  const { organisation } = call.actor;
  const parent: unknown = call.body?.parentId;
  const isNumber = typeof parent === 'number' && Number.isSafeInteger(parent) && parent > 0;
  return {
    organisationId: organisation.id,
    today: todayOf(call.actor),
    parentExists: isNumber && (await findCustomer(call, parent)) !== undefined,
    stored,
  };
}

/** The customer, or undefined where reading would be refused: whether that matters is decided later. Nothing of it is shown. */
async function findCustomer({ store, actor }: Call, customerNumber: number): Promise<Aggregate | undefined> {
  try {
    return await loadCustomer(store, actor, customerNumber);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
