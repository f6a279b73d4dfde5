export const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `${title}\n\n${lines.map((l) => `- ${oneLine(l)}`).join('\n')}`;

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((r) => `| ${r.map((c) => oneLine(c).replaceAll('|', '\\|')).join(' | ')} |`),
  ].join('\n');

/** People's and agents' text inside our Markdown: one line, and no HTML. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('<', '&lt;').trim().slice(0, 300);

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${(ms / 60_000).toFixed(1)} min`;
}
