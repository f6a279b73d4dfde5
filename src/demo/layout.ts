/**
 * What the demo prints, as lines of at most 100 columns. Shortened by default: a text takes one or two lines and ends in
 * `…` where it is cut. With `--verbose` it is wrapped with a hanging indent, and nothing is left out. Pure.
 */
export const WIDTH = 100;

export type Mark = 'ok' | 'no' | 'refused';

/** How many texts of an answer are shown by default, and how many lines each may take. */
const BRIEF: Readonly<Record<Mark, { readonly texts: number; readonly rows: number }>> = {
  ok: { texts: 1, rows: 1 },
  no: { texts: 3, rows: 2 },
  refused: { texts: 1, rows: 2 },
};

/** Emoji take two columns of a terminal. */
const columnsOf = (letter: string): number => (/\p{Emoji_Presentation}/u.test(letter) || letter === '⛔' ? 2 : 1);
export const columns = (text: string): number => [...text].reduce((sum, letter) => sum + columnsOf(letter), 0);

/** The longest beginning of a text that fits, in whole letters. */
function within(text: string, width: number): string {
  let taken = '';
  let used = 0;
  for (const letter of text) {
    used += columnsOf(letter);
    if (used > width) break;
    taken += letter;
  }
  return taken;
}

export const cut = (text: string, width: number): string =>
  columns(text) <= width ? text : `${within(text, width - 1).trimEnd()}…`;

/** At spaces where there is one; a word that is longer than a line is divided. The text's own indent is kept. */
export function wrap(text: string, indent: string, width = WIDTH): string[] {
  const own = /^ */.exec(text)?.[0] ?? '';
  const start = `${indent}${own}`;
  const lines: string[] = [];
  let line = start;
  for (const word of text.trim().split(/ +/)) {
    const joined = line.trim() === '' ? `${line}${word}` : `${line} ${word}`;
    if (columns(joined) <= width) {
      line = joined;
      continue;
    }
    if (line.trim() !== '') lines.push(line);
    line = `${start}${lines.length > 0 ? '  ' : ''}${word}`;
    while (columns(line) > width) {
      const head = within(line, width);
      lines.push(head);
      line = `${start}  ${line.slice(head.length)}`;
    }
  }
  return line.trim() === '' ? lines : [...lines, line];
}

/** One text on at most `rows` lines. */
export function shortened(text: string, indent: string, rows: number): string[] {
  const lines = wrap(text, indent);
  const kept = lines.slice(0, rows);
  const last = kept.at(-1);
  if (lines.length > rows && last !== undefined) kept[rows - 1] = `${within(last, WIDTH - 1)}…`;
  return kept;
}

/** An answer's lines under its step; `most` where the story needs more of them than usual. */
export function stepLines(mark: Mark, texts: readonly string[], verbose: boolean, most?: number): string[] {
  const shown = texts.filter((text) => text.trim() !== '');
  if (verbose) return shown.flatMap((text) => wrap(text, '    '));
  const { texts: usual, rows } = BRIEF[mark];
  // Where the deployment stands and what is next: each answer ends with it, and the story tells it.
  const told = shown.filter((text) => !/^\[|^next: |^Next: |^evidence: /.test(text));
  return told.slice(0, most ?? usual).flatMap((text) => shortened(text, '    ', rows));
}

/** Columns as wide as their widest cell; the last takes what is left of the line. */
export function tableLines(head: readonly string[], rows: readonly (readonly string[])[], verbose: boolean): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.min(40, Math.max(...all.map((row) => columns(row[i] ?? '')))));
  return all.flatMap((row) => {
    const before = row
      .slice(0, -1)
      .map((cell, i) => {
        const text = cut(cell, widths[i] ?? 0);
        return `${text}${' '.repeat((widths[i] ?? 0) - columns(text))}  `;
      })
      .join('');
    const start = `    ${before}`;
    const last = row.at(-1) ?? '';
    const lines = verbose
      ? wrap(last, ' '.repeat(columns(start)))
      : [cut(`${' '.repeat(columns(start))}${last}`, WIDTH)];
    return (lines.length === 0 ? [''] : lines).map((line, i) =>
      (i === 0 ? `${start}${line.trimStart()}` : line).trimEnd(),
    );
  });
}
