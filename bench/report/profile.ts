import type { Profile } from '../measure/profile.ts';
import { table } from '../report.ts';

/** One column for each kind of request, in per cent of the busy time of the server's main thread. */
export function profileTable(profiles: readonly Profile[]): string {
  const places = [...new Set(profiles.flatMap(({ shares }) => shares.map(({ where }) => where)))];
  const rows = places.map((where) => [
    where,
    ...profiles.map(({ shares }) => {
      const share = shares.find((one) => one.where === where)?.share ?? 0;
      return `${(share * 100).toFixed(1)} %`;
    }),
  ]);
  return table(['', ...profiles.map(({ name }) => name)], rows);
}
