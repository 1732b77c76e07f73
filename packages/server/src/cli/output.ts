/** The option of every command that prints a result. */
export const jsonOption = ['--json', 'print one JSON object on standard output and nothing else'] as const;

/** Prints a command's result: the JSON object with --json, otherwise the text. */
export function print(options: { json?: true }, object: object, text: string): void {
  process.stdout.write(options.json ? `${JSON.stringify(object)}\n` : `${text}\n`);
}

/** Rows under a heading, in columns as wide as their widest cell. */
export function table(heading: string[], rows: string[][]): string {
  const lines = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return lines.map((cells) => line(cells).trimEnd()).join('\n');
}
