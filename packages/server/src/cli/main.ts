#!/usr/bin/env -S node --max-semi-space-size=16
import './node-version.ts';
import './memory.ts';
import './compile-cache.ts';

await import('./run.ts');
