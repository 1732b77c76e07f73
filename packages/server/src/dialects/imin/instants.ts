import type { Organisation } from '#domain/organisation.ts';
import { startOfDay } from '#domain/time.ts';

/** An instant as this dialect writes it: UTC, whole seconds. */
export function instantText(instant: Date | string): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** The instant at which an exclusive end date begins, in the organisation's time zone (imin.md 3.2). */
export function endText({ timeZone }: Organisation, date: string): string {
  return instantText(startOfDay(timeZone, date));
}
