import { Type } from 'typebox';
import type { AccessPass } from '#domain/access-pass.ts';
import { compact } from '#domain/compact.ts';
import type { Organisation } from '#domain/organisation.ts';
import { pictureOf } from '#operations/access-passes/link.ts';
import { shownText, shownUrl } from './emission.ts';
import type { Profile } from './profile.ts';

/** A pass as it is shown. */
export type BarcodeView = {
  '@type': 'Barcode';
  text: string;
  url?: string;
  'beta:codeType'?: string;
  'tessera:passNamespace'?: string;
};

/** A pass inside an account that is shown. */
export const Barcode = Type.Object(
  {
    '@type': Type.Literal('Barcode'),
    text: Type.String({ minLength: 1, description: 'What a scanner reads; leading zeros count' }),
    url: Type.Optional(
      Type.String({
        format: 'uri',
        description: 'Picture of the pass: the stored one, else the one Tessera draws. It needs no key',
      }),
    ),
    'beta:codeType': Type.Optional(Type.String({ minLength: 1, description: 'Symbology; extended profile only' })),
    'tessera:passNamespace': Type.Optional(
      Type.String({ description: 'Namespace in which the text is unique; extended profile only' }),
    ),
  },
  { additionalProperties: false, title: 'Barcode' },
);

/** Barcode (openactive.md 2.5). The core model has neither symbology nor namespace. */
export function barcodeView(pass: AccessPass, organisation: Organisation, profile: Profile): BarcodeView {
  return compact({
    '@type': 'Barcode',
    text: pass.text,
    url: shownUrl(pictureOf(organisation, pass)),
    ...(profile === 'extended'
      ? { 'beta:codeType': shownText(pass.codeType), 'tessera:passNamespace': pass.namespace }
      : {}),
  }) as BarcodeView;
}
