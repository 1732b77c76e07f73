import { addDays, lastDate } from './time.ts';

/** Years, months, weeks and days, none of them more than about a century. */
const form = /^P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$/;
const most = { years: 100, months: 1200, weeks: 5200, days: 36_500 };

type Duration = { years: number; months: number; weeks: number; days: number };

/** Whether the text is an ISO 8601 duration of whole days or more, such as `P1Y` or `P6M14D`: not zero, each part within a century. */
export function isDuration(text: string): boolean {
  const parts = parse(text);
  if (!parts) return false;
  const values = Object.entries(parts) as [keyof Duration, number][];
  return values.some(([, value]) => value > 0) && values.every(([part, value]) => value <= most[part]);
}

/**
 * A date plus a duration in calendar arithmetic (openactive.md 3.1): first years and months, the day clamped to the month's last
 * one, then weeks and days. One year after 29 February is 28 February.
 *
 * @param date `YYYY-MM-DD`
 * @param duration one for which {@link isDuration} holds
 */
export function addDuration(date: string, duration: string): string {
  const parts = parse(duration);
  if (!parts) throw new RangeError('not a duration of years, months, weeks and days');
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const months = year * 12 + (month - 1) + parts.years * 12 + parts.months;
  const first = `${String(Math.floor(months / 12)).padStart(4, '0')}-${String((months % 12) + 1).padStart(2, '0')}`;
  const shifted = `${first}-${String(Math.min(day, lastDay(months))).padStart(2, '0')}`;
  if (months >= 10_000 * 12) return lastDate;
  const end = addDays(shifted, parts.weeks * 7 + parts.days);
  return end.startsWith('+') ? lastDate : end;
}

function parse(text: string): Duration | undefined {
  const match = form.exec(text);
  if (!match) return undefined;
  const [years, months, weeks, days] = match.slice(1).map((digits) => Number(digits ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return { years, months, weeks, days };
}

/** Number of days of a month counted from the year 0. */
function lastDay(months: number): number {
  const month = (months % 12) + 1;
  if (month === 2) return isLeapYear(Math.floor(months / 12)) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
