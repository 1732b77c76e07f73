import '../../memory.mjs';
import '../../compile-cache.mjs';

/*
 * The program of the processes that serve requests when there are several. A Ctrl-C in the terminal and a stop of the service reach all
 * processes; the first one has to know that the others do not end by themselves, and tells them when to (supervise.ts).
 */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

await import('./serve-share.ts');
