import { type CodeType, codeTypeOf } from '#domain/pass-namespace.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { idIn, organisationIn } from '../secret-token.ts';
import type { PictureFormat } from './link.ts';
import { canDraw, drawPass } from './picture.ts';

/**
 * Draws the active pass that a link stands for: in its own symbology, else in its namespace's. A text that this one cannot hold is
 * drawn as QR code, which holds every text and every reader knows: a picture that opens the gate is better than none.
 *
 * @param link the token, and the slug before the path where there is one: it must be the organisation's
 * @throws Refusal `not-found`: no such token, or its pass is retired, released or erased
 */
export async function showPicture(
  store: Store,
  { token, slug }: { token: string; slug?: string | undefined },
  format: PictureFormat,
): Promise<string | Buffer> {
  const nothing = new Refusal({ kind: 'not-found', subject: 'access-pass' });
  const organisationId = organisationIn(token);
  const organisation = organisationId === undefined ? undefined : await store.organisations.get(organisationId);
  const passId = organisation && idIn('pass', organisation, token);
  if (!organisation || passId === undefined || (slug !== undefined && slug !== organisation.slug)) throw nothing;
  const stored = await store.accessPasses.get(organisation.id, passId);
  if (stored?.state !== 'active') throw nothing;
  const { text, namespace, codeType } = stored.pass;
  const wanted = codeType === undefined ? await codeTypeIn(store, organisation.id, namespace) : codeTypeOf(codeType);
  return drawPass({ text, codeType: wanted && canDraw(text, wanted) ? wanted : 'qrcode' }, format);
}

async function codeTypeIn(store: Store, organisationId: number, namespace: string): Promise<CodeType | undefined> {
  return (await store.passNamespaces.find(organisationId, namespace))?.codeType;
}
