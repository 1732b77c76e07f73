import { cpus, loadavg, totalmem } from 'node:os';

export type Summary = { median: number; least: number; most: number };

/** The middle one, and the least and the greatest. */
export function summary(values: readonly number[]): Summary {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { median, least: at(0), most: at(sorted.length - 1) };
}

/** The value below which such a share of all is. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** `12.3 [11.9 to 14.0]`: the median of the rounds and their spread. */
export function shown(values: readonly number[], unit = ''): string {
  const { median, least, most } = summary(values);
  const words = `${digits(median)}${unit}`;
  return values.length === 1 ? words : `${words} [${digits(least)} to ${digits(most)}]`;
}

/** Three digits, or all before the point. */
export function digits(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}

/** Rows of texts as a table of Markdown, which is readable on a terminal too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

/** Where and with what something was measured. */
export function machine(versions: string): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  const before = loadavg().map((load) => load.toFixed(1));
  return [
    `Measured ${new Date().toISOString().slice(0, 10)} on ${cpus().length} cores (${model}), ${memory} GiB, Linux ${process.arch}; load average at the end ${before.join(', ')}.`,
    `Node ${process.versions.node}, ${versions}. Everything, the clients and receivers too, ran on this machine.`,
  ].join('\n');
}
