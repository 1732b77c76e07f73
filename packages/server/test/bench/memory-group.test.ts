import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { madeIn, placeOf } from '../../../../bench/measure/memory-group.ts';

test('a control group is only made where ours is the root: others look after theirs', () => {
  const mounts =
    'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n';
  const directory = (version: 1 | 2, memberships: string, mounted = mounts) => {
    const place = placeOf(version, memberships, mounted);
    return typeof place === 'string' ? place : place.directory;
  };
  assert.equal(directory(1, '4:memory:/\n0::/\n'), '/sys/fs/cgroup/memory');
  assert.equal(directory(2, '4:memory:/a\n0::/\n'), '/sys/fs/cgroup/unified');
  assert.match(directory(1, '4:memory:/a/b\n0::/\n'), /others have made/);
  assert.match(directory(2, '0::/user.slice\n'), /others have made/);
  assert.match(directory(1, '0::/\n', 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n'), /not counted/);
});

test('a group of version 1 has its limit, takes a program in, and is removed', () => {
  const parent = mkdtempSync(join(tmpdir(), 'groups-'));
  try {
    const place = { version: '1', directory: parent, limits: () => [] };
    const group = madeIn(place, 1000);
    if (typeof group === 'string') return assert.fail(group);
    const [program = '', ...parameters] = [...group.before, 'echo', 'ran'];
    const { stdout } = spawnSync(program, parameters, { encoding: 'utf8' });
    assert.equal(stdout, 'ran\n');
    const [name = ''] = readdirSync(parent);
    const procs = join(parent, name, 'cgroup.procs');
    assert.match(readFileSync(procs, 'utf8'), /^\d+\n$/);
    rmSync(procs); // in a real one it goes with the directory
    group.remove();
    assert.deepEqual(readdirSync(parent), []);
    assert.match(String(madeIn({ ...place, limits: () => [['memory.limit_in_bytes', '1']] }, 1)), /ENOENT/);
    assert.deepEqual(readdirSync(parent), []);
  } finally {
    rmSync(parent, { recursive: true });
  }
});
