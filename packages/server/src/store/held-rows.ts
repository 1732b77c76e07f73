import type { HeldChanges } from '#domain/holdings.ts';

/** A pass as the commit statement reads it; `i` is its position in the write, by which a clash is reported. */
export type PassRow = { i: number; namespace: string; text: string; state: string };

/** The rows that a write makes of what accounts hold, without the position of the write in its batch. */
export function heldRows(held: readonly HeldChanges[]): {
  entitlements: object[];
  evidence: object[];
  passes: PassRow[];
  actions: object[];
} {
  const all = <T>(rows: (one: HeldChanges, owner: object) => T[]): T[] =>
    held.flatMap((one) => rows(one, { customer_number: one.customerNumber, account_number: one.accountNumber }));
  return {
    entitlements: all((one, owner) =>
      one.entitlements.map((entitlement) => ({ ...owner, ...entitlementRow(entitlement) })),
    ),
    evidence: all((one, owner) =>
      one.evidence.map(({ evidence, entitlementId }) => ({
        ...owner,
        id: evidence.id,
        entitlement_id: entitlementId,
        state: evidence.state,
        requested_at: evidence.requestedAt,
        document: evidence,
        files: (evidence.files ?? []).map(({ id }) => id),
        delete_at: evidence.deleteFilesAt ?? null,
      })),
    ),
    passes: all((one, owner) =>
      one.passes.map((pass) => {
        const { id, namespace, text, state } = pass;
        return { ...owner, i: 0, id, namespace, text, state, document: pass };
      }),
    ).map((row, i) => ({ ...row, i })),
    actions: all((one, owner) =>
      one.actions.map((action) => ({ ...owner, id: action.id, state: action.state, document: action })),
    ),
  };
}

function entitlementRow({ entitlement, isNew, revised }: HeldChanges['entitlements'][number]): object {
  // The request for proof has a row of its own.
  const { evidence: _, ...document } = entitlement;
  return {
    id: entitlement.id,
    is_new: isNew,
    revised,
    type_number: entitlement.type.number,
    type_version: entitlement.type.version,
    state: entitlement.state,
    valid_from: entitlement.validFrom,
    valid_until: entitlement.validUntil ?? null,
    revision: entitlement.revision,
    document,
  };
}
