/** How text is compared where the contracts say "trimmed, lower-cased, NFC" (e-mail, user name, names). Done here so that the database's locale has no say. */
export function foldKey(text: string): string {
  return text.normalize('NFC').trim().toLowerCase().normalize('NFC');
}

/** How telephone numbers are compared: digits and a leading `+`; undefined when there is no digit. */
export function telephoneKey(text: string): string | undefined {
  const digits = text.replace(/[^0-9]/g, '');
  if (digits === '') return undefined;
  return text.trimStart().startsWith('+') ? `+${digits}` : digits;
}
