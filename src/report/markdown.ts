import { visible } from '../workflow/index.ts';

export const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `${title}\n\n${lines.map((l) => `- ${oneLine(l)}`).join('\n')}`;

/** In the style markdownlint calls compact. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** A pipe that is escaped already stays so: one more backslash would escape the backslash and end the cell. */
const cell = (text: string): string =>
  oneLine(text).replace(/(\\*)\|/g, (pipe, slashes: string) => (slashes.length % 2 === 1 ? pipe : `${slashes}\\|`)) ||
  '–';

/** People's and agents' text inside our Markdown: one line that begins no block, links as links, and no HTML. */
export const oneLine = (text: string): string =>
  cut(visible(text.replace(/\s+/g, ' ').trim()))
    .replace(PARTS, (part) => (/^[\\`]/.test(part) ? part : part.replaceAll('<', '&lt;').replace(URLS, '<$&>')))
    .replace(/^([#>+*-]+)(?= |$)/, '\\$1')
    .replace(/^(\d+)([.)])(?= |$)/, '$1\\$2');

/** As CommonMark reads them: an escaped character, a code span (closed by as many backticks as opened it), text. */
const PARTS = /\\.|(`+)(?!`)(?:.*?[^`])?\1(?!`)|`+|\\|[^\\`]+/g;

const cut = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST).trimEnd()}…` : text);
const MOST = 300;

/** A link without the sentence's punctuation after it; one that is a Markdown link already is left alone. */
const URLS = /(?<![\w(])https?:\/\/[^\s<>|`]*[^\s<>|`.,;:!?'")\]]/g;

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${(ms / 60_000).toFixed(1)} min`;
}
