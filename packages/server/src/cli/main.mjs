#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=16
import './node-version.mjs';
import './memory.mjs';
import './compile-cache.mjs';

// Up to here it is JavaScript: Node loads what turns TypeScript into it, 8 MB, unless all that it meets is in the cache.
await import('./run.ts');
