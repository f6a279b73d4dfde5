import { visible, visibleLines } from '../workflow/index.ts';
import { columns, cut, type Mark, shortened, stepLines, tableLines, WIDTH, wrap } from './layout.ts';

/** What the demo shows people: headings, tables, time a step, what was refused and why. Plain text, colour on a terminal. */
const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${visible(text)}\u001b[0m` : visible(text));

export const bold = (text: string) => paint(1, text);
export const dim = (text: string) => paint(2, text);

let verbose = false;
/** `--verbose`: nothing is left out. Set once, before the first line. */
export function showEverything(all: boolean): void {
  verbose = all;
}
export const showsEverything = (): boolean => verbose;

const write = (lines: readonly string[], tint: (text: string) => string = visible): void => {
  for (const line of lines) process.stdout.write(`${tint(line)}\n`);
};

export function heading(text: string): void {
  process.stdout.write('\n');
  write(wrap(`== ${text}`, ''), bold);
}

/** A sentence of the story; it is never cut. */
export function say(text: string): void {
  write(
    visibleLines(text)
      .split('\n')
      .flatMap((line) => (line.trim() === '' ? [''] : wrap(line, ''))),
  );
}

export function note(text: string): void {
  write(verbose ? wrap(`(${text})`, '   ') : shortened(`(${text})`, '   ', 2), dim);
}

/** What only `--verbose` shows. */
export function detail(text: string): void {
  if (verbose) note(text);
}

/** A document of others, a line each: its first and last lines by default. */
export function excerpt(texts: readonly string[], head: number, tail: number): void {
  const shown = texts.filter((text) => text.trim() !== '');
  const left = shown.length - head - tail;
  const brief = (part: readonly string[], rows: number) => part.flatMap((text) => shortened(text, '  ', rows));
  write(
    verbose || left <= 1
      ? shown.flatMap((text) => wrap(text, '  '))
      : [...brief(shown.slice(0, head), 1), `  … ${left} more lines (--verbose) …`, ...brief(shown.slice(-tail), 2)],
  );
}

/** One call: its mark, its name, how long, and the lines that matter; a single short one stands beside the name. */
export function step(mark: Mark, name: string, ms: number, lines: readonly string[], most?: number): void {
  const sign = { ok: paint(32, '✓'), no: paint(31, '✗'), refused: paint(33, '⛔') }[mark];
  const took = `${(ms / 1000).toFixed(1)} s`;
  const title = cut(name, WIDTH - took.length - 4);
  const shown = stepLines(mark, lines, verbose, most);
  const beside = shown.length === 1 ? `  ${shown[0]?.trim() ?? ''}` : '';
  const fits = !verbose && columns(title) + took.length + 4 + columns(beside) <= WIDTH;
  process.stdout.write(`${sign} ${bold(title)} ${dim(took)}${fits ? visible(beside) : ''}\n`);
  if (!fits || beside === '') write(shown);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const [first = '', ...rest] = tableLines(head, rows, verbose);
  write([first], bold);
  write(rest);
}
