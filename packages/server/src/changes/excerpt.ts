/**
 * The beginning of an answer as one line of text that can be stored and shown: what is not UTF-8, and what would move a
 * cursor or turn the direction of writing, is replaced.
 *
 * @param bytes the first bytes of the body; a character that was cut at their end is left out
 * @returns undefined when there is nothing to show
 */
export function excerptOf(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes, { stream: true });
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').replace(/\p{Bidi_Control}/gu, '\u{FFFD}');
  return line.trim() || undefined;
}
