import { todayOf } from '#domain/actor.ts';
import type { Organisation } from '#domain/organisation.ts';
import { addDays } from '#domain/time.ts';

// Dates and figures as people read them. The language of the pages is English; the organisation's own texts are as it wrote them.

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** `3 December 2026`, which is not broken between two lines. */
export function dayInWords(date: string): string {
  return day.format(new Date(`${date}T00:00:00Z`)).replaceAll(' ', '\u00a0');
}

/** `22 November 2026 at 18:03`, in the organisation's time zone. */
export function instantInWords({ timeZone }: Pick<Organisation, 'timeZone'>, instant: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone }).format(
    new Date(instant),
  );
}

/** The last day before an exclusive end: `3 December 2026`, or `today, 3 December 2026`. */
export function lastDayInWords(organisation: Organisation, end: string, now: Date): string {
  const last = addDays(end, -1);
  return `${last === todayOf({ organisation, now }) ? 'today, ' : ''}${dayInWords(last)}`;
}

/** `1 file`, `2 files` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** As people count bytes. The limit is in MiB, so that a file which is shown to have so many MB passes. */
export function megabytes(bytes: number): string {
  return `${Math.floor(bytes / (1024 * 1024))} MB`;
}
