/** The package brings no types. */
declare module 'heic-decode' {
  type Image = { width: number; height: number; decode: () => Promise<{ data: Uint8ClampedArray<ArrayBuffer> }> };
  const decode: { all: (options: { buffer: Uint8Array }) => Promise<Image[] & { dispose: () => void }> };
  export default decode;
}
