import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

// Pictures to clean. They are made of pixels, not read: once a picture was cleaned, sharp reads JPEG and PNG only.

const colours = { red: [200, 0, 30], blue: [20, 60, 190] } as const;

/** A picture whose left half is red and whose right half is blue. */
export function redAndBlue(width = 60, height = 40): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at += 1)
    pixels.set(at % width < width / 2 ? colours.red : colours.blue, at * 3);
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Whether the pixel is red or blue; sharp's own reader, so for JPEG and PNG only. */
export async function colourAt(picture: Buffer, left: number, top: number): Promise<'red' | 'blue' | 'other'> {
  const [red = 0, , blue = 0] = await sharp(picture)
    .extract({ left, top, width: 1, height: 1 })
    .removeAlpha()
    .raw()
    .toBuffer();
  if (red > 150 && blue < 90) return 'red';
  return blue > 130 && red < 90 ? 'blue' : 'other';
}

/** A place, as phones write it into photos, and who took it. */
export const exif = {
  IFD0: { Artist: 'Grace Holloway' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1', GPSLongitudeRef: 'W', GPSLongitude: '0/1 7/1 0/1' },
};
export const xmp =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>';

/** A PNG that says it has so many pixels, and of which there is next to nothing. */
export function pngClaiming(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // eight bits, three colours
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

/** One chunk of a PNG. */
export function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

export const heic = readFileSync(new URL('../fixtures/photo.heic', import.meta.url));

/** The HEIC, but it says it has so many pixels. */
export function heicClaiming(width: number, height: number): Buffer {
  const changed = Buffer.from(heic);
  const at = changed.indexOf('ispe') + 8; // type, then version and flags
  changed.writeUInt32BE(width, at);
  changed.writeUInt32BE(height, at + 4);
  return changed;
}

export const pdf = Buffer.from('%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n');
