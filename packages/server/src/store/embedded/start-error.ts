/**
 * Something that keeps Tessera from starting and that the person at the terminal can mend. Its message is complete
 * sentences for that person: the command line prints the message and nothing else (no stack).
 */
export class StartError extends Error {
  override name = 'StartError';
}
