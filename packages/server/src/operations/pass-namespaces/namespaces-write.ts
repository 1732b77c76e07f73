import type { Actor } from '#domain/actor.ts';
import { changedMembers } from '#domain/catalogue-rules.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import type { CatalogueChange, CatalogueWrite, Guard } from '#store/catalogue-writer.ts';
import type { Store } from '#store/store.ts';

/** The write that makes a namespace what it becomes; one that becomes the default takes that from the one that was it. */
export async function namespacesWrite(
  store: Store,
  actor: Actor,
  operation: string,
  before: PassNamespace | undefined,
  after: PassNamespace,
): Promise<CatalogueWrite> {
  const write = {
    operation,
    subjectKey: after.name,
    guards: [guardOf(after.name, before)],
    namespaces: [after],
    changes: [changeOf(before, after)],
  };
  if (!after.isDefault || before?.isDefault) return write;
  const former = await store.passNamespaces.findDefault(actor.organisation.id);
  const plain = raised({ ...former, isDefault: false }, actor);
  return {
    ...write,
    guards: [...write.guards, guardOf(former.name, former)],
    namespaces: [plain, after],
    changes: [...write.changes, changeOf(former, plain)],
  };
}

/** A namespace with the version it has after a write. */
export function raised(namespace: PassNamespace, actor: Actor): PassNamespace {
  return { ...namespace, version: namespace.version + 1, changedAt: actor.now.toISOString() };
}

/** It is written only as long as it is as it was read. */
export function guardOf(name: string, read: PassNamespace | undefined): Guard {
  return { subject: 'pass-namespace', key: name, expected: read?.version ?? null };
}

function changeOf(before: PassNamespace | undefined, after: PassNamespace): CatalogueChange {
  const { name, version } = after;
  const kind = before ? 'updated' : 'created';
  return { subject: 'pass-namespace', key: name, kind, version, members: changedMembers(before, after) };
}
