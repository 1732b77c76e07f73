import type { Fault, RefusalReason } from '#domain/refusal.ts';
import { evidenceForm } from '#http/evidence-form.ts';
import type { Upload } from '#http/upload.ts';
import { megabytes } from './words.ts';

const { file: filePart, maxFiles } = evidenceForm;

/**
 * What was wrong with an upload, in sentences for the customer; undefined when it is nothing that the customer could do otherwise.
 *
 * @param files what came, to call the faulty ones by the names that the customer knows
 */
export function faultSentences(
  reason: RefusalReason,
  { files, maxFileSize }: { files: Upload['files']; maxFileSize: number },
): string[] | undefined {
  switch (reason.kind) {
    case 'invalid':
      return reason.faults.map((fault) => sentenceOf(fault, files));
    case 'too-large':
      return [
        `Each file can have at most ${megabytes(maxFileSize)}, and all together ${megabytes(maxFiles * maxFileSize)}. Please send smaller ones, or a few at a time.`,
      ];
    case 'too-many':
      return [`No more than ${reason.limit} files can be sent in all.`];
    case 'passive':
      return ['Nothing can be sent for this account at present. Please contact us.'];
    case 'malformed':
      return ['They did not arrive whole. Please try again.'];
    default:
      return undefined;
  }
}

function sentenceOf({ path: [member, index], code, message }: Fault, files: Upload['files']): string {
  if (member === filePart && typeof index === 'number') {
    const name = files[index]?.name;
    return `${name === undefined ? `File ${index + 1}` : `“${name}”`} ${message}.`;
  }
  if (member === filePart && code === 'required') return 'Please choose at least one file.';
  if (member === filePart && code === 'empty') return 'One of the files is empty. Please choose another one.';
  if (member === filePart && code === 'too-long') return `Please send at most ${maxFiles} files at a time.`;
  if (member === 'note') return `The note ${message}.`;
  return 'They were not sent by the form on this page. Please use it.';
}
