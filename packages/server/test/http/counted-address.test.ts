import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countedAddress } from '#http/counted-address.ts';

for (const [address, counted] of [
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:00::1', '2001:db8:0:0::/64'],
  ['2001::4:5:6:7:8', '2001:0:0:4::/64'],
  ['2001:db8:1::4:5:6:7', '2001:db8:1:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
] as const) {
  test(`${address} is counted as ${counted}`, () => assert.equal(countedAddress(address), counted));
}

for (const address of [
  '::ffff:192.0.2.1',
  '::ffff:c000:201',
  '64:ff9b::192.0.2.1',
  '::1',
  '192.0.2.1:80',
  'unknown',
  '',
]) {
  test(`${address || 'nothing'} is counted by itself`, () => assert.equal(countedAddress(address), address));
}
