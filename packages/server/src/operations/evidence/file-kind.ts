/** What the content of a file says it is. */
export type FileKind = 'pdf' | 'jpeg' | 'png' | 'heic';

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Major brands of HEIF files with HEVC pictures, which phones take. */
const heicBrands = ['heic', 'heix', 'hevc', 'hevx', 'mif1', 'msf1'];

/**
 * Decides by the first bytes, never by a name or a declared type; undefined for anything that is not accepted. A PDF has to begin with
 * its mark: readers take a mark further behind, too, so that a page of HTML could be one.
 */
export function kindOf(bytes: Buffer): FileKind | undefined {
  if (isPdf(bytes)) return 'pdf';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (bytes.subarray(0, 8).equals(pngSignature)) return 'png';
  if (bytes.toString('latin1', 4, 8) === 'ftyp' && heicBrands.includes(bytes.toString('latin1', 8, 12))) return 'heic';
  return undefined;
}

/** `%PDF-1.7` at the beginning and `%%EOF` in the last KiB, where Acrobat looks for it too: cut off, it would be missing. */
function isPdf(bytes: Buffer): boolean {
  return /^%PDF-[12]\.\d/.test(bytes.toString('latin1', 0, 8)) && bytes.subarray(-1024).includes('%%EOF');
}
