import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseUrlFault } from '#operations/organisations/base-url.ts';

test('a base URL is one that may stand in an @id', () => {
  for (const good of [
    'http://127.0.0.1:8080',
    'http://localhost:8080',
    'https://accounts.example.com',
    'https://accounts.example.com/o/northmoor',
    'https://accounts.example.com:8443/tessera',
  ]) {
    assert.deepEqual(baseUrlFault(good), [], good);
  }
  for (const bad of [
    '',
    'accounts.example.com',
    'ftp://accounts.example.com',
    'https://accounts.example.com/',
    'https://accounts.example.com?x=1',
    'https://accounts.example.com/#x',
    'https://user@accounts.example.com',
    'https://accounts.example.com/a&b',
    'https://accounts',
    'http://0.0.0.0:8080',
    'http://[::1]:8080',
    'https://accounts.example.c',
    'https://192.168.0.255',
  ]) {
    assert.equal(baseUrlFault(bad).length, 1, bad);
  }
});
