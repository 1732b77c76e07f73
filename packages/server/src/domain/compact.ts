/** The same object without members that are undefined, so that "absent" has one form. */
export function compact<T extends object>(value: T): T {
  // A loop: by entries it took a tenth of the time of a read.
  const present: Record<string, unknown> = {};
  for (const member of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[member];
    if (item !== undefined) present[member] = item;
  }
  return present as T;
}
