import module from 'node:module';
import { fileURLToPath } from 'node:url';

// Before the rest is loaded: compiling it takes longer than all else that a start does. Where the directory cannot be written, nothing is kept.
module.enableCompileCache(fileURLToPath(new URL('../../../../node_modules/.cache/tessera', import.meta.url)));
