import assert from 'node:assert/strict';
import { publicUrl, type TestServer } from '../../support/server.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into items freely
export type Item = any;

/** The list of changes as tests ask for it. */
export function changesApi({ send }: TestServer) {
  async function get(url: string, key?: string): Promise<{ items: Item[]; position: number; next: string }> {
    const response = await send('GET', url.replace(publicUrl, ''), key === undefined ? {} : { key });
    assert.equal(response.status, 200, response.text);
    return response.body;
  }

  const newest = async (key?: string) => (await get('/v1/changes?after=now', key)).position;

  /** What happens while something is done. */
  async function changesOf(work: () => Promise<unknown>, query = ''): Promise<Item[]> {
    const from = await newest();
    await work();
    return (await get(`/v1/changes?after=${from}${query}`)).items;
  }
  return { get, newest, changesOf };
}
