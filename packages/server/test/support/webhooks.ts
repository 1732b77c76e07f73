import { evidence } from './evidence.ts';

/** As a server has it whose operator allows receivers on this machine. The key is the installation's, as that of evidence is. */
export const webhooks = { allowedNetworks: ['127.0.0.0/8'], key: evidence.key as Buffer };
