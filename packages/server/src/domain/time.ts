/** The calendar date `YYYY-MM-DD` of an instant in an IANA time zone. */
export function dateIn(timeZone: string, instant: Date): string {
  let zone = zones.get(timeZone);
  if (!zone) {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    zone = { format, minute: Number.NaN, date: '' };
    zones.set(timeZone, zone);
  }
  // Asked for again and again by one request, and by the next ones: days begin where minutes begin, everywhere since 1973.
  const minute = Math.floor(instant.getTime() / 60_000);
  if (zone.minute === minute && minute >= wholeMinutes) return zone.date;
  zone.date = zone.format.format(instant);
  zone.minute = minute;
  return zone.date;
}

const wholeMinutes = Date.UTC(1973, 0, 1) / 60_000;
const zones = new Map<string, { format: Intl.DateTimeFormat; minute: number; date: string }>();

/** Whether the name is an IANA time zone that this runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z_]+(\/[A-Za-z0-9_+-]+)*$/.test(name);
  } catch {
    return false;
  }
}

/** Whether the text is a real calendar date in the form `YYYY-MM-DD` (29 February only in leap years). */
export function isDate(text: string): boolean {
  // There is no year 0 (the database has none either).
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

/**
 * An RFC 3339 date-time, or a date (00:00 UTC), as an instant; undefined when the text is neither.
 */
export function parseInstant(text: string): Date | undefined {
  if (isDate(text)) return new Date(`${text}T00:00:00Z`);
  const form = /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
  const match = form.exec(text);
  if (!match || !isDate(match[1] as string)) return undefined;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) return undefined;
  // An offset may carry the instant out of the years 1 to 9999, which have four digits everywhere.
  return isDate(instant.toISOString().slice(0, 10)) ? instant : undefined;
}

/** The first instant of a calendar date in an IANA time zone: local midnight, or where a clock change skips it, the end of the gap. */
export function startOfDay(timeZone: string, date: string): Date {
  const key = `${timeZone} ${date}`;
  const known = starts.get(key);
  if (known !== undefined) return new Date(known);
  // Local time is at most 14 hours ahead of UTC and 12 behind; between the two the date is reached once.
  const midnight = Date.parse(`${date}T00:00:00Z`);
  let [before, reached] = [midnight - 16 * 3_600_000, midnight + 16 * 3_600_000];
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2);
    if (dateIn(timeZone, new Date(middle)) >= date) reached = middle;
    else before = middle;
  }
  if (starts.size >= 2_000) starts.clear();
  starts.set(key, reached);
  return new Date(reached);
}

const starts = new Map<string, number>();

/**
 * The exclusive end date that an instant stands for: its local date at exactly local midnight, else the next one: never shorter than
 * asked (imin.md 3.2), but for the last day that has four digits of a year. For instants that are not past.
 */
export function endDateOf(timeZone: string, instant: Date): string {
  if (instant >= startOfDay(timeZone, lastDate)) return lastDate;
  const date = dateIn(timeZone, instant);
  return startOfDay(timeZone, date).getTime() === instant.getTime() ? date : addDays(date, 1);
}

/** Dates have years of four digits everywhere; what lies behind them never ends in practice. */
export const lastDate = '9999-12-31';

/** Calendar arithmetic on a date `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  const shifted = new Date(`${date}T00:00:00Z`);
  shifted.setUTCDate(shifted.getUTCDate() + days);
  return shifted.toISOString().slice(0, 10);
}
