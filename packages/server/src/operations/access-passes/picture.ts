import type { RenderOptions } from 'bwip-js/node';
import type { CodeType } from '#domain/pass-namespace.ts';
import { textFormFault } from '#domain/pass-rules.ts';
import { type Fault, Refusal } from '#domain/refusal.ts';
import { symbologyFault } from '#domain/symbology.ts';

/** What is drawn: the text of a pass in a symbology. */
export type Drawable = { text: string; codeType: CodeType };

type Options = Omit<RenderOptions, 'text'>;

/** Bars with the text below them, the quiet zones on both sides ten bars wide as ISO/IEC 15417 and 16388 ask. */
const bars = {
  scale: 2,
  height: 15,
  paddingwidth: 10,
  paddingheight: 4,
  includetext: true,
  textxalign: 'center',
  textyoffset: -1,
} as const;

/** The library's units are half a module of a matrix code, a whole one of the others. */
const modules = 2;

const options: Record<CodeType, Options> = {
  qrcode: { bcid: 'qrcode', scale: 4, padding: 4 * modules },
  azteccode: { bcid: 'azteccode', scale: 4, padding: 2 * modules },
  datamatrix: { bcid: 'datamatrix', scale: 4, padding: 2 * modules },
  pdf417: { bcid: 'pdf417', scale: 3, padding: 2 },
  code128: { bcid: 'code128', ...bars },
  code39: { bcid: 'code39', ...bars },
  // The first digit stands to the left of the bars, which makes that quiet zone the wider one.
  ean13: { bcid: 'ean13', scale: 3, height: 20, paddingwidth: 7, paddingheight: 4, includetext: true },
};

/** Why a text cannot be drawn in a symbology; the path is `text` or `codeType`. */
export function drawingFault(text: string, codeType: CodeType): Fault | undefined {
  const ill = textFormFault(text);
  return ill ? { path: ['text'], ...ill } : symbologyFault(text, codeType);
}

/** Whether {@link drawPass} can draw a text in a symbology. */
export function canDraw(text: string, codeType: CodeType): boolean {
  return drawingFault(text, codeType) === undefined;
}

/**
 * A pass as a picture on white with the quiet zone its symbology asks for; bars have the text below them. SVG consists of shapes only,
 * letters too, so there is no text, style or script in it.
 *
 * @throws Refusal `invalid` when the symbology cannot hold the text, see {@link drawingFault}
 */
export function drawPass(pass: Drawable, format: 'svg'): Promise<string>;
export function drawPass(pass: Drawable, format: 'png'): Promise<Buffer>;
export function drawPass(pass: Drawable, format: 'svg' | 'png'): Promise<string | Buffer>;
export async function drawPass({ text, codeType }: Drawable, format: 'svg' | 'png'): Promise<string | Buffer> {
  const fault = drawingFault(text, codeType);
  if (fault) throw new Refusal({ kind: 'invalid', faults: [fault] });
  // Loaded when it is needed: it is large, and many servers never draw.
  const { toBuffer, toSVG } = await import('bwip-js/node');
  // Made anew each time: the library changes what it is given.
  const drawing: RenderOptions = { ...options[codeType], text, backgroundcolor: 'FFFFFF' };
  // What is read below the bars is the text, without the asterisks that Code 39 has at its ends.
  if (codeType === 'code39') drawing.alttext = text;
  return format === 'svg' ? toSVG(drawing) : toBuffer(drawing);
}
