import type { Outcome } from '../outcome.ts';
import type { Panel } from './chart.ts';
import { bestOf } from './tables.ts';

/** What the chart compares: the three operations that all can do, at 64 connections. */
export function panelsOf({ results, best }: Outcome): Panel[] {
  const kinds = [
    { what: 'get', title: 'Get an account by identifier, a second', reference: 'read' },
    { what: 'create', title: 'Create customer and account, a second', reference: 'create' },
    { what: 'patch', title: 'Change one member by merge patch, a second', reference: 'patch' },
  ];
  return kinds.map(({ what, title, reference }) => {
    const own = what === 'patch' ? 'patch' : `${what} native`;
    const titles = best.get(reference) ?? [];
    const bars = [
      { label: 'Tessera', values: perSecond(`${own} @64`), own: true },
      { label: 'Tessera, two workers', values: perSecond(`two workers: ${own} @64`), own: true },
      { label: 'pgbench at its best, no HTTP', values: titles.length > 0 ? bestOf(results, titles) : [], own: false },
      { label: 'bare Fastify, plain statements', values: perSecond(`bare Fastify: ${what} @64`), own: false },
      { label: 'parse-server', values: perSecond(`parse-server: ${what} @64`), own: false },
      { label: 'Directus', values: perSecond(`Directus: ${what} @64`), own: false },
    ];
    return { title, bars: bars.filter(({ values }) => values.length > 0) };
  });

  function perSecond(title: string): number[] {
    return (results.get(title) ?? []).map((one) => one.perSecond);
  }
}
