/** The calendar date `YYYY-MM-DD` of an instant in an IANA time zone. */
export function dateIn(timeZone: string, instant: Date): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formats.set(timeZone, format);
  }
  return format.format(instant);
}

const formats = new Map<string, Intl.DateTimeFormat>();

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
