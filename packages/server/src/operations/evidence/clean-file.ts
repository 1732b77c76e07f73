import type { Sharp, SharpConstructor } from 'sharp';
import { Refusal } from '#domain/refusal.ts';
import { kindOf } from './file-kind.ts';
import { decodeHeic } from './heic.ts';
import { Slots } from './slots.ts';

/** A file as it is kept. */
export type CleanFile = { contentType: 'application/pdf' | 'image/jpeg' | 'image/png'; bytes: Buffer };

/** Media types that may be sent (imin.md 2.8). */
export const acceptedTypes = ['application/pdf', 'image/jpeg', 'image/png', 'image/heic'] as const;

/** Photos of phones have up to 50 million; decoded they take three or four bytes each. */
const maxPixels = 50_000_000;
/** Pixels of the longer side: an A4 page at 340 dpi. */
const longestSide = 4000;
const maxSeconds = 30;

/** Pictures are decoded at most two at once, HEIC one at once: of 48 million pixels they fill 350 MB for a moment, as HEIC 600 MB. */
const slots = new Slots(2);
const heicSlots = new Slots(1);

/**
 * Makes a file safe to keep and to show to a reviewer. What it is, its content decides. Photos are decoded and written anew: nothing
 * but the picture is left (no place where it was taken, no comment, no code behind the picture), upright, and reduced to 4000 pixels.
 * A PDF is kept as it is, also one that only opens with a password: it can hold code, and must never be shown inline from our origin.
 *
 * @param maxSize bytes: a picture that is larger when it is written anew, as drawings in few colours are, becomes a JPEG
 * @throws Refusal `invalid` with the path `file`
 */
export async function cleanFile(bytes: Buffer, maxSize: number): Promise<CleanFile> {
  const kind = kindOf(bytes);
  switch (kind) {
    case undefined:
      throw refusal('type', 'must be a PDF document or a photo (JPEG, PNG or HEIC)');
    case 'pdf':
      return { contentType: 'application/pdf', bytes };
    case 'heic':
      return heicSlots.run(() => slots.run(() => cleanHeic(bytes, maxSize)));
    default:
      return slots.run(() => cleanPicture(kind, bytes, maxSize));
  }
}

async function cleanPicture(kind: 'jpeg' | 'png', bytes: Buffer, maxSize: number): Promise<CleanFile> {
  const sharp = await loadSharp();
  // The header only, so that a small file that claims to be a huge picture is not decoded.
  const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata().catch(unreadable);
  if (width * height > maxPixels) throw tooManyPixels();
  const picture = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'truncated', sequentialRead: true });
  return encode(kind, picture.autoOrient(), maxSize);
}

async function cleanHeic(bytes: Buffer, maxSize: number): Promise<CleanFile> {
  const sharp = await loadSharp();
  const decoded = await decodeHeic({ bytes, maxPixels }, maxSeconds * 1000);
  if ('data' in decoded) {
    const { data, width, height } = decoded;
    const picture = sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: maxPixels });
    return encode('jpeg', picture, maxSize);
  }
  switch (decoded.fault) {
    case 'too-many-pixels':
      throw tooManyPixels();
    case 'too-slow':
      throw tooSlow();
    case 'unreadable':
      throw refusal('unreadable', 'is damaged, or of a kind of HEIC that cannot be read: send it as JPEG');
  }
}

async function encode(kind: 'jpeg' | 'png', picture: Sharp, maxSize: number): Promise<CleanFile> {
  const fitting = picture
    .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
    .timeout({ seconds: maxSeconds });
  if (kind === 'png') {
    const bytes = await fitting.clone().png().toBuffer().catch(unreadable);
    if (bytes.length <= maxSize) return { contentType: 'image/png', bytes };
  }
  const jpeg = fitting.clone().flatten({ background: 'white' }).jpeg({ quality: 85 });
  const bytes = await jpeg.toBuffer().catch(unreadable);
  if (bytes.length > maxSize)
    throw refusal('too-large', 'is a photo with more detail than can be kept: send a smaller one');
  return { contentType: 'image/jpeg', bytes };
}

let loading: Promise<SharpConstructor> | undefined;

/** Loaded with the first picture: a server that never sees one does not spend the memory. */
function loadSharp(): Promise<SharpConstructor> {
  loading ??= importSharp();
  return loading;
}

async function importSharp(): Promise<SharpConstructor> {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  // Only the decoders of what is accepted: of everything else libvips could read, no fault can be reached.
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] });
  return sharp;
}

/** libvips says what is wrong in words for its developers; they stay with the refusal as its cause. */
function unreadable(cause: Error): never {
  if (cause.message.startsWith('timeout')) throw tooSlow();
  throw Object.assign(refusal('unreadable', 'is damaged or incomplete, and cannot be read as a photo'), { cause });
}

function tooSlow(): Refusal {
  return refusal('too-large', `is a photo that takes longer than ${maxSeconds} seconds to read: send a simpler one`);
}

function tooManyPixels(): Refusal {
  return refusal('too-large', `is a photo of more than ${maxPixels / 1_000_000} million pixels: send a smaller one`);
}

function refusal(code: string, message: string): Refusal {
  return new Refusal({ kind: 'invalid', faults: [{ path: ['file'], code, message }], in: 'body' });
}
