import type { CodeType } from './pass-namespace.ts';

/** active: opens doors; retired: taken out of use, its text stays the account's until released (openactive.md 3.5). */
export type PassState = 'active' | 'retired' | 'released';

/** A barcode, QR code, card or token in a namespace that points at one account. Instants are ISO 8601 UTC. */
export type AccessPass = {
  id: string;
  namespace: string;
  /** Always text: leading zeros count. */
  text: string;
  state: PassState;
  /** Symbology to draw it in; absent: the namespace's. As given by the client where it is none that Tessera draws. */
  codeType?: CodeType | (string & {});
  /** Picture kept elsewhere; wins over the one Tessera draws. */
  url?: string;
  assignedAt: string;
  assignedBy: string;
  retiredAt?: string;
  retiredBy?: string;
  /** Why it was retired: the operator's word, or `lost`, `replaced`, `removed`. */
  reason?: string;
};

/** The same namespace and text mean the same pass. */
export function passKey({ namespace, text }: { namespace: string; text: string }): string {
  return `${namespace} ${text}`;
}

/** The passes, newest first; of two assigned at one instant the one that was added later. */
export function newestFirst(passes: readonly AccessPass[]): AccessPass[] {
  return [...passes].reverse().sort((a, b) => (a.assignedAt < b.assignedAt ? 1 : a.assignedAt > b.assignedAt ? -1 : 0));
}
