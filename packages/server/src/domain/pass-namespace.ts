/** Symbologies that Tessera draws. */
export const codeTypes = ['qrcode', 'code128', 'code39', 'ean13', 'pdf417', 'azteccode', 'datamatrix'] as const;
export type CodeType = (typeof codeTypes)[number];

const otherNames = new Map<string, CodeType>([
  ['qr', 'qrcode'],
  ['aztec', 'azteccode'],
]);

/** The symbology that a client means: `Code39`, `code128`, `QR Code`, `EAN-13` (`beta:codeType`); undefined: none that Tessera draws. */
export function codeTypeOf(name: string): CodeType | undefined {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return codeTypes.find((type) => type === plain) ?? otherNames.get(plain);
}

export const checkDigits = ['none', 'luhn', 'ean13', 'mod97'] as const;
export type CheckDigit = (typeof checkDigits)[number];

/** A namespace of passes and the rules for their texts (openactive.md 3.5). Instants are ISO 8601 UTC. */
export type PassNamespace = {
  name: string;
  /** The one that dialects without namespaces use; exactly one per organisation. */
  isDefault: boolean;
  prefix?: string;
  /** Regular expression that the whole text must match; linear-time syntax (RE2). */
  pattern?: string;
  minLength: number;
  maxLength: number;
  checkDigit: CheckDigit;
  codeType: CodeType;
  maxActivePerAccount: number;
  version: number;
  createdAt: string;
  changedAt: string;
};
