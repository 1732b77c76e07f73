import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const together = 8;

/**
 * Files to run instead of the given ones: several in one process, one after the other, because loading the server takes longer than
 * most of their tests (1.3 s of CPU, 350 times). Those that start, stop or kill processes and
 * databases, or measure memory, stay alone.
 *
 * @param directory where the files that import others are written
 */
export function grouped(files, directory) {
  mkdirSync(directory, { recursive: true });
  const groups = new Map();
  const alone = [];
  for (const file of files) {
    if (!/[/]test[/](changes|contract|domain|jobs|store)[/](?!embedded)/.test(file)) {
      alone.push(file);
      continue;
    }
    const open = groups.get(dirname(file)) ?? [];
    groups.set(dirname(file), open);
    if (open.length === 0 || open.at(-1).length === together) open.push([]);
    open.at(-1).push(file);
  }
  const written = [...groups.values()].flat().map((group, index) => {
    const path = join(directory, `group-${String(index + 1).padStart(3, '0')}.test.mjs`);
    const tests = group.map((file) => `test('${basename(file)}', () => import('${pathToFileURL(file)}'));\n`);
    writeFileSync(path, `import { test } from 'node:test';\n${tests.join('')}`);
    return path;
  });
  return [...alone, ...written];
}
