import type { AccessPass } from '#domain/access-pass.ts';
import type { Organisation } from '#domain/organisation.ts';
import { tokenOf } from '../secret-token.ts';

/** Formats in which a pass is drawn, by the ending of its address. */
export const pictureFormats = ['png', 'svg'] as const;
export type PictureFormat = (typeof pictureFormats)[number];

/**
 * The address under which a pass is shown: a picture kept elsewhere wins over the one Tessera draws. Ours names no text and is void
 * when the pass is retired, since a pass that comes back has a new id. PNG, because mail programs and apps show no SVG; the same
 * address ending in `.svg` is the picture in shapes.
 */
export function pictureOf(
  organisation: Pick<Organisation, 'id' | 'digestKey' | 'baseUrl'>,
  { id, url }: Pick<AccessPass, 'id' | 'url'>,
): string {
  return url ?? `${organisation.baseUrl}/passes/${tokenOf('pass', organisation, id)}.png`;
}
