/** Things that should be the same, compared by their names: which are missing, and which are too many. */
export function differences(what: string, expected: readonly string[], got: readonly string[]): string[] {
  const count = new Map<string, number>();
  for (const name of expected) count.set(name, (count.get(name) ?? 0) + 1);
  for (const name of got) count.set(name, (count.get(name) ?? 0) - 1);
  return [...count].flatMap(([name, balance]) => {
    if (balance === 0) return [];
    return [`${what} ${balance > 0 ? 'missed' : 'got without reason'} ${name}`];
  });
}
