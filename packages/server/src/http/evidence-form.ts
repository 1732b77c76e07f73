import { acceptedTypes } from '#operations/evidence/clean-file.ts';
import type { UploadForm } from './upload.ts';

/** The form with which proof is sent, in every dialect (imin.md 2.8). */
export const evidenceForm: UploadForm = {
  file: 'file',
  maxFiles: 5,
  types: acceptedTypes,
  texts: { note: { maxLength: 1000, description: 'words of the customer' } },
};
