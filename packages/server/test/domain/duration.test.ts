import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDuration, isDuration } from '#domain/duration.ts';

const sums: [string, string, string][] = [
  ['2026-04-01', 'P1Y', '2027-04-01'],
  ['2026-04-01', 'P12M', '2027-04-01'],
  ['2026-04-01', 'P6M', '2026-10-01'],
  ['2026-04-01', 'P4W', '2026-04-29'],
  ['2026-04-01', 'P30D', '2026-05-01'],
  ['2026-12-31', 'P1D', '2027-01-01'],
  // clamped to the month's last day
  ['2026-01-31', 'P1M', '2026-02-28'],
  ['2028-01-31', 'P1M', '2028-02-29'],
  ['2026-03-31', 'P1M', '2026-04-30'],
  ['2026-10-31', 'P4M', '2027-02-28'],
  // leap days
  ['2024-02-29', 'P1Y', '2025-02-28'],
  ['2024-02-29', 'P4Y', '2028-02-29'],
  ['2096-02-29', 'P4Y', '2100-02-28'],
  ['2000-02-29', 'P100Y', '2100-02-28'],
  ['1900-01-31', 'P1M', '1900-02-28'],
  ['2000-01-31', 'P1M', '2000-02-29'],
  ['2024-02-28', 'P1D', '2024-02-29'],
  ['2025-02-28', 'P365D', '2026-02-28'],
  ['2024-02-28', 'P365D', '2025-02-27'],
  // months before days, as one step each
  ['2026-01-31', 'P1M1D', '2026-03-01'],
  ['2026-01-30', 'P1Y1M1W1D', '2027-03-08'],
  ['2026-11-30', 'P3M', '2027-02-28'],
  ['2026-12-15', 'P1M', '2027-01-15'],
  ['2026-12-15', 'P13M', '2028-01-15'],
  // years have four digits
  ['9998-06-01', 'P1Y', '9999-06-01'],
  ['9999-06-01', 'P1Y', '9999-12-31'],
  ['9999-12-31', 'P1D', '9999-12-31'],
  ['0001-01-31', 'P1M', '0001-02-28'],
];
for (const [date, duration, sum] of sums) {
  test(`${date} + ${duration} = ${sum}`, () => assert.equal(addDuration(date, duration), sum));
}

test('durations of whole days or more, within a century', () => {
  for (const text of ['P1D', 'P1W', 'P1M', 'P1Y', 'P1Y2M3W4D', 'P0Y1D', 'P100Y', 'P1200M', 'P5200W', 'P36500D', 'P06M'])
    assert.ok(isDuration(text), text);
  for (const text of [
    '',
    'P',
    '1Y',
    'p1y',
    'P1',
    'PT1H',
    'P1DT1H',
    'P0D',
    'P0Y0M',
    'P-1D',
    'P1.5Y',
    'P1,5Y',
    'P1D1M',
    'P101Y',
    'P1201M',
    'P5201W',
    'P36501D',
    'P99999D',
    'P1Y\n',
    ' P1Y',
  ])
    assert.ok(!isDuration(text), JSON.stringify(text));
});

test('what is no duration cannot be added', () => {
  assert.throws(() => addDuration('2026-01-01', 'PT1H'), RangeError);
});

test('every day of four years plus one month: the same day, or the last one', () => {
  for (let time = Date.UTC(2024, 0, 1); time < Date.UTC(2028, 0, 1); time += 86_400_000) {
    const date = new Date(time).toISOString().slice(0, 10);
    const [year, month, day] = date.split('-').map(Number) as [number, number, number];
    const last = new Date(Date.UTC(year, month + 1, 0));
    const expected = new Date(Date.UTC(year, month, Math.min(day, last.getUTCDate()))).toISOString().slice(0, 10);
    assert.equal(addDuration(date, 'P1M'), expected, date);
  }
});
