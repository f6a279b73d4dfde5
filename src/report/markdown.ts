import { visible } from '../workflow/index.ts';

export const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `${title}\n\n${lines.map((l) => `- ${oneLine(l)}`).join('\n')}`;

/** In the style markdownlint calls compact. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** A pipe that is escaped already stays so: one more backslash would escape the backslash and end the cell. */
const cell = (text: string): string =>
  oneLine(text).replace(/(?<!\\)(\\*)\|/g, (pipe, slashes: string) =>
    slashes.length % 2 === 1 ? pipe : `${slashes}\\|`,
  ) || '–';

/** People's and agents' text inside our Markdown: one line that begins no block, links as links, and no HTML. */
export const oneLine = (text: string): string =>
  partsOf(cut(visible(text.replace(/\s+/g, ' ').trim())))
    .map((part) => (/^[\\`]/.test(part) ? part : part.replaceAll('<', '&lt;').replace(URLS, '<$&>')))
    .join('')
    .replace(/^([#>+*-]+)(?= |$)/, '\\$1')
    .replace(/^(\d+)([.)])(?= |$)/, '$1\\$2');

/** As CommonMark reads them: an escaped character, a code span (closed by as many backticks as opened it), text. */
function partsOf(text: string): string[] {
  const runs = [...text.matchAll(/`+/g)];
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const own = /^(?:\\.?|`+|[^\\`]+)/s.exec(text.slice(at))?.[0] ?? '';
    const closing = own.startsWith('`')
      ? runs.find((run) => run.index >= at + own.length && run[0] === own)
      : undefined;
    const part = closing === undefined ? own : text.slice(at, closing.index + own.length);
    parts.push(part);
    at += part.length;
  }
  return parts;
}

const cut = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST).trimEnd()}…` : text);
const MOST = 300;

/** A link without the sentence's punctuation after it; one that is a Markdown link already is left alone. */
const URLS = /(?<![\w(])https?:\/\/[^\s<>|`]*[^\s<>|`.,;:!?'")\]]/g;

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${(ms / 60_000).toFixed(1)} min`;
}
