/** A file of a form, with the name that its sender gives it. */
export type FormFile = Uint8Array<ArrayBuffer> | { bytes: Uint8Array<ArrayBuffer>; name: string; type?: string };

/** A form with files as the body and headers of a request. */
export async function uploadOf(
  files: readonly FormFile[],
  texts: Record<string, string> = {},
): Promise<{ body: Buffer; headers: Record<string, string> }> {
  const form = new FormData();
  for (const file of files) {
    const { bytes, name, type = 'application/pdf' } = 'bytes' in file ? file : { bytes: file, name: 'proof.pdf' };
    form.append('file', new Blob([bytes], { type }), name);
  }
  for (const [name, value] of Object.entries(texts)) form.append(name, value);
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  return { body, headers: { 'content-type': encoded.headers.get('content-type') as string } };
}
