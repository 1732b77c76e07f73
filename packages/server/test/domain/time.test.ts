import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateIn, isDate, isTimeZone, parseInstant } from '#domain/time.ts';

test('dates are real calendar dates', () => {
  for (const good of ['2024-02-29', '2000-02-29', '1900-01-01', '2026-12-31']) assert.ok(isDate(good), good);
  for (const bad of [
    '2023-02-29',
    '1900-02-29',
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '0000-00-00',
    '2026-1-1',
    '20260101',
    '2026-01-01T00:00:00Z',
    '',
  ])
    assert.ok(!isDate(bad), bad);
});

test('today is the date in the organisation’s time zone, also across summer time', () => {
  const at = (zone: string, instant: string) => dateIn(zone, new Date(instant));
  assert.equal(at('Europe/London', '2026-03-28T23:59:59Z'), '2026-03-28');
  assert.equal(at('Europe/London', '2026-03-31T22:59:59Z'), '2026-03-31');
  assert.equal(at('Europe/London', '2026-03-31T23:00:00Z'), '2026-04-01');
  assert.equal(at('Pacific/Auckland', '2026-11-20T11:00:00Z'), '2026-11-21');
  assert.equal(at('America/Los_Angeles', '2026-11-21T07:59:59Z'), '2026-11-20');
});

test('instants are RFC 3339 with an offset; a date is its midnight in UTC', () => {
  assert.equal(parseInstant('2026-04-01')?.toISOString(), '2026-04-01T00:00:00.000Z');
  assert.equal(parseInstant('2027-11-20T10:45:33+01:00')?.toISOString(), '2027-11-20T09:45:33.000Z');
  for (const bad of [
    '2026-04-01T10:00:00',
    '2026-02-30T10:00:00Z',
    '2026-04-01T24:00:00Z',
    '2026-04-01 10:00:00Z',
    'now',
    '2026-04-01T10:00:00+25:00',
  ])
    assert.equal(parseInstant(bad), undefined, bad);
});

test('time zones are IANA names', () => {
  for (const good of ['Europe/London', 'UTC', 'America/Argentina/Buenos_Aires']) assert.ok(isTimeZone(good), good);
  for (const bad of ['', 'London', '+01:00', 'Europe/Nowhere']) assert.ok(!isTimeZone(bad), bad);
});
