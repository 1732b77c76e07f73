/** A form of files, by their contents, and texts. */
export function form(files: (Uint8Array<ArrayBuffer> | string)[], texts: [string, string][] = []): FormData {
  const data = new FormData();
  for (const file of files) data.append('file', new Blob([file], { type: 'image/jpeg' }), 'photo.jpg');
  for (const [name, value] of texts) data.append(name, value);
  return data;
}

const boundary = 'x-boundary';
export const multipart = { 'content-type': `multipart/form-data; boundary=${boundary}` };

/** A form written by hand: parts as header lines and content. */
export function handmade(...parts: [header: string, content: string | Buffer][]): Buffer<ArrayBuffer> {
  const pieces = parts.flatMap(([header, content]) => [
    Buffer.from(`--${boundary}\r\n${header}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

/** The header of a part that is a file. */
export const filePart = (name = 'file') => `Content-Disposition: form-data; name="${name}"; filename="a.pdf"`;
