import { summary } from '../report.ts';

/** Bars of one kind: how many a second, of each round. */
export type Panel = { title: string; bars: { label: string; values: number[]; own: boolean }[] };

const width = 760;
const left = 250;
const right = 90;
const row = 26;
const head = 34;
const gap = 18;

/** Panels of bars below each other, each with a scale of its own. Follows the reader's choice of light or dark. */
export function chart(title: string, panels: readonly Panel[]): string {
  let y = 44;
  const parts: string[] = [];
  for (const panel of panels.filter(({ bars }) => bars.length > 0)) {
    parts.push(text('panel', 16, y + 16, panel.title));
    y += head;
    const most = Math.max(...panel.bars.map(({ values }) => summary(values).most));
    for (const bar of panel.bars) {
      parts.push(drawn(bar, y, (width - left - right) / most));
      y += row;
    }
    y += gap;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="${escaped(title)}">
<style>
  .ground { fill: #ffffff } text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-size: 16px; font-weight: 600 }
  .panel { font-weight: 600 } .label { text-anchor: end } .own { fill: #0b6bcb } .other { fill: #9aa4b2 } .spread { stroke: #1f2328; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #e6edf3 } .own { fill: #4aa3ff } .other { fill: #6e7681 } .spread { stroke: #e6edf3 }
  }
</style>
<rect class="ground" width="${width}" height="${y}" rx="6"/>
${text('title', 16, 28, title)}
${parts.join('\n')}
</svg>
`;
}

/** A bar to the median, and a line from the least to the greatest. */
function drawn({ label, values, own }: Panel['bars'][number], y: number, scale: number): string {
  const { median, least, most } = summary(values);
  const at = (value: number) => (left + value * scale).toFixed(1);
  const middle = y + row / 2 - 2;
  return [
    text('label', left - 8, middle + 5, label),
    `<rect class="${own ? 'own' : 'other'}" x="${left}" y="${y}" width="${(median * scale).toFixed(1)}" height="${row - 6}"/>`,
    `<path class="spread" d="M${at(least)} ${middle + 1}H${at(most)}"/>`,
    text('', Number(at(most)) + 8, middle + 5, Math.round(median).toLocaleString('en')),
  ].join('\n');
}

function text(name: string, x: number, y: number, words: string): string {
  return `<text${name === '' ? '' : ` class="${name}"`} x="${x}" y="${y}">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
