import { type Fault, Refusal, refuseFaults } from '#domain/refusal.ts';
import { cleanText } from './json.ts';
import { maxBytes, type Upload, type UploadForm, type UploadLimits } from './upload.ts';
import { GrowingBytes, type UploadShare } from './upload-memory.ts';

/** What the header of a part says. */
export type PartHeader = {
  name: string | undefined;
  fileName: string | undefined;
  type: string;
  transferEncoding: string;
};

/** Takes one part: its bytes as they come, then its end. */
export type PartSink = { push: (chunk: Buffer) => void; end: () => void };

const discarded: PartSink = { push: () => {}, end: () => {} };

/**
 * Judges the parts of a form as they come. Faulty ones are read over, so that the caller hears of all faults at once; a limit that
 * is passed ends it at once.
 */
export class FormParts {
  readonly #form: UploadForm;
  readonly #limits: UploadLimits;
  readonly #share: UploadShare;
  readonly #faults: Fault[] = [];
  readonly #seen = new Set<string>();
  readonly #upload: Upload = { files: [], texts: {} };
  #files = 0;

  constructor(form: UploadForm, limits: UploadLimits, share: UploadShare) {
    this.#form = form;
    this.#limits = limits;
    this.#share = share;
  }

  /** Begins a part. Its sink throws Refusal `too-large`, `malformed` (a text with control characters), `unavailable` (no memory left). */
  begin(header: PartHeader): PartSink {
    const { name, transferEncoding } = header;
    if (name === undefined) throw new Refusal({ kind: 'malformed', message: 'has a part without a name' });
    const isFile = name === this.#form.file;
    if (!isFile && !Object.hasOwn(this.#form.texts, name)) {
      const known = [this.#form.file, ...Object.keys(this.#form.texts)].join(' and ');
      return this.#refuse(name, 'unknown', `is an unknown part; known are ${known}`);
    }
    if (!['7bit', '8bit', 'binary'].includes(transferEncoding)) {
      if (isFile) this.#files += 1;
      return this.#refuse(name, 'encoding', 'must be sent as it is, without Content-Transfer-Encoding');
    }
    if (isFile) return this.#file(header);
    if (this.#seen.has(name)) return this.#refuse(name, 'repeated', 'must be given once');
    this.#seen.add(name);
    return this.#text(name);
  }

  /** All parts, when the last one has ended. Throws Refusal `invalid` with every fault. */
  upload(): Upload {
    if (this.#files === 0) this.#refuse(this.#form.file, 'required', 'is required: send at least one file');
    refuseFaults(this.#faults);
    return this.#upload;
  }

  #file({ fileName, type }: PartHeader): PartSink {
    const { file, maxFiles } = this.#form;
    const content = new GrowingBytes(this.#share, this.#limits.file);
    let index: number | undefined;
    // Browsers send a part without name and content for a file that was not chosen.
    const count = () => {
      index = this.#files++;
      if (index === maxFiles) this.#refuse(file, 'too-long', `must be at most ${maxFiles} files`);
    };
    return {
      push: (chunk) => {
        if (index === undefined) count();
        if ((index as number) >= maxFiles) return;
        if (!content.push(chunk)) throw new Refusal({ kind: 'too-large', limit: this.#limits.file, part: file });
      },
      end: () => {
        if (index === undefined && fileName) {
          count();
          this.#refuse(file, 'empty', 'must not be an empty file');
        }
        if (index === undefined || content.length === 0) return;
        const name = fileName && !controls.test(fileName) ? { name: fileName.normalize('NFC').slice(0, 255) } : {};
        this.#upload.files[index] = { bytes: content.bytes, declaredType: type, ...name };
      },
    };
  }

  #text(name: string): PartSink {
    const maxLength = this.#form.texts[name]?.maxLength as number;
    const content = new GrowingBytes(this.#share, maxBytes(maxLength));
    let whole = true;
    return {
      push: (chunk) => {
        whole = whole && content.push(chunk);
      },
      end: () => {
        const text = whole ? cleanText(this.#decode(name, content.bytes).trim(), [name]) : '';
        if (!whole || [...text].length > maxLength)
          this.#refuse(name, 'too-long', `must have at most ${maxLength} characters`);
        else if (text !== '') this.#upload.texts[name] = text;
      },
    };
  }

  #decode(name: string, bytes: Buffer): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new Refusal({ kind: 'malformed', message: 'is not valid UTF-8', path: [name], in: 'body' });
    }
  }

  #refuse(name: string, code: string, message: string): PartSink {
    if (!this.#faults.some(({ path, code: known }) => path[0] === name && known === code))
      this.#faults.push({ path: [name], code, message });
    return discarded;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const controls = /[\u0000-\u001f\u007f-\u009f]/;
