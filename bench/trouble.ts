/** What whoever runs the benchmark can mend: the message says all there is to know, so that nobody has to read where it was thrown. */
export class Trouble extends Error {}
