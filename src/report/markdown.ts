import { visible } from '../plan/visible.ts';

export const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `${title}\n\n${lines.map((l) => `- ${oneLine(l)}`).join('\n')}`;

/** In the style markdownlint calls compact. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n');

const cell = (text: string): string => oneLine(text).replaceAll('|', '\\|') || '–';

/** People's and agents' text inside our Markdown: one line that begins no block, links as links, and no HTML. */
export const oneLine = (text: string): string =>
  cut(visible(text.replace(/\s+/g, ' ').trim()))
    .split(/(`[^`]*`)/)
    .map((part, i) => (i % 2 === 1 ? part : part.replaceAll('<', '&lt;').replace(URLS, '<$&>')))
    .join('')
    .replace(/^([#>+*-]+)(?= |$)/, '\\$1')
    .replace(/^(\d+)([.)])(?= |$)/, '$1\\$2');

const cut = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST).trimEnd()}…` : text);
const MOST = 300;

/** A link without the sentence's punctuation after it; one that is a Markdown link already is left alone. */
const URLS = /(?<![\w(])https?:\/\/[^\s<>|`]*[^\s<>|`.,;:!?'")\]]/g;

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${(ms / 60_000).toFixed(1)} min`;
}
