import type { Actor } from '#domain/actor.ts';
import type { KeptAnswer } from './plan.ts';

/** The audit record of a write that concerns no customer, in the columns of `audit`. */
export function auditRecord(actor: Actor, operation: string, subjectKey: string): object {
  return {
    at: actor.now,
    client_id: actor.client.id,
    client_name: actor.client.name,
    actor: actor.name,
    dialect: actor.dialect,
    operation,
    subject_key: subjectKey,
    correlation_id: actor.correlationId,
    request_id: actor.requestId,
  };
}

/** The answers to keep with such a write, none or one, in the columns of `idempotency`. */
export function answerRecords(actor: Actor, keep: KeptAnswer | undefined): object[] {
  if (!keep) return [];
  const { requestHash, bodyDigest, answer } = keep;
  const client_id = actor.client.id;
  return [{ client_id, request_hash: requestHash, body_digest: bodyDigest, answer, created_at: actor.now }];
}
