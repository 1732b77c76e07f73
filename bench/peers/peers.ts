import { directus } from './directus.ts';
import { parseServer } from './parse-server.ts';
import type { Peer } from './peer.ts';

export type { Peer } from './peer.ts';

/** Whom Tessera is compared with. */
export const peers: Peer[] = [parseServer, directus];
