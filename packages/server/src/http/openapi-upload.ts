import type { Part } from './openapi-schemas.ts';
import type { UploadForm } from './upload.ts';

/** The request body of a route that takes an upload. */
export function uploadBody({ file, maxFiles, types, texts }: UploadForm): Part {
  const files = {
    type: 'array',
    minItems: 1,
    maxItems: maxFiles,
    // `format` is what most tools know a file by, `contentMediaType` what OpenAPI 3.1 says.
    items: { type: 'string', format: 'binary', contentMediaType: 'application/octet-stream' },
    description: `Parts of the form that are files, ${types.join(', ')}; the content decides what a file is. Each has at most 10 MiB, unless the server is set otherwise.`,
  };
  const text = Object.entries(texts).map(([name, { maxLength, description }]) => [
    name,
    { type: 'string', maxLength, ...(description ? { description } : {}) },
  ]);
  const properties = { [file]: files, ...Object.fromEntries(text) };
  const schema = { type: 'object', required: [file], properties, additionalProperties: false };
  const encoding = { [file]: { contentType: types.join(', ') } };
  return { required: true, content: { 'multipart/form-data': { schema, encoding } } };
}
