const day = 86_400;

// The three forms of an HTTP date (RFC 9110, 5.6.7). Only the first is still written; all must be understood.
const forms = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * How long a receiver asks to be left alone, from its `Retry-After`: seconds or an HTTP date.
 *
 * @returns whole seconds, at most a day; undefined for anything else, and for a time that has passed
 */
export function retryAfterIn(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? '';
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((dateIn(text) - now.getTime()) / 1000);
  return seconds > 0 ? Math.min(seconds, day) : undefined;
}

/** Milliseconds since 1970, or NaN. */
function dateIn(text: string): number {
  if (!forms.some((form) => form.test(text))) return Number.NaN;
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
}
