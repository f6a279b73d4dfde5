import { escapeJson, visible, visibleJson, visibleLines } from '../workflow/visible.ts';
import { hanging } from './wrap.ts';

export { wrapped } from './wrap.ts';

/**
 * The only way to this process's stdout and stderr (test/unit/architecture.test.ts): what is printed has been made
 * visible. A line of text, several lines, or a JSON value goes in.
 */
const line = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

export function print(text: string): void {
  process.stdout.write(line(visibleLines(text)));
}

/** The same for a person: on a terminal long lines go on under their own text; in a pipe lines stay whole. */
export const printWrapped = (text: string): void =>
  print(process.stdout.isTTY ? hanging(visibleLines(text), terminalWidth()) : text);

export function printError(text: string): void {
  process.stderr.write(line(visibleLines(text)));
}

/** One line of JSON; the value is the same, hidden characters are escapes. */
export function printJson(value: unknown): void {
  process.stdout.write(line(visibleJson(value)));
}

/** JSON that is a text already, as one line. */
export function printJsonText(json: string): void {
  process.stdout.write(line(escapeJson(json)));
}

/** Without a newline, before something is typed. */
export function prompt(text: string): void {
  process.stdout.write(visible(text));
}

/** Whether a line of stderr can be written over. */
export const hasProgressLine = (): boolean => process.stderr.isTTY === true && process.env.TERM !== 'dumb';

/** Of a terminal only: the line that says what is being done, over the one before it; cut to the width, so that it is one. */
export function progressLine(text: string): void {
  if (hasProgressLine())
    process.stderr.write(`\r\u001b[K${visible(text).slice(0, Math.max(20, process.stderr.columns ?? 80) - 1)}`);
}

/** Nothing of the progress stays before the report. */
export function clearProgress(): void {
  if (hasProgressLine()) process.stderr.write('\r\u001b[K');
}

/** Before what is shown again; elsewhere than on a terminal the lines follow each other. */
export function clearScreen(): void {
  if (process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H');
}

/** Colour where stdout is a terminal and nobody asked for none (no-color.org). */
export const usesColor = (): boolean =>
  process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';

export type Tint = 'red' | 'yellow' | 'cyan' | 'green' | 'bold' | 'dim';
/** One line in pieces, each plain or tinted. */
export type StyledLine = readonly (string | { readonly text: string; readonly tint: Tint })[];

const CODES: Readonly<Record<Tint, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };

export const plainLine = (line: StyledLine): string =>
  line.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join('');

/** Each piece is made visible first, so that the only escapes are ours. */
export function printLines(lines: readonly StyledLine[]): void {
  const color = usesColor();
  for (const one of lines) {
    const pieces = one.map((piece) => {
      if (typeof piece === 'string') return visible(piece);
      return color ? `\u001b[${CODES[piece.tint]}m${visible(piece.text)}\u001b[0m` : visible(piece.text);
    });
    process.stdout.write(`${pieces.join('')}\n`);
  }
}

/** Columns of the terminal; elsewhere what a log viewer shows without scrolling. */
export const terminalWidth = (): number => Math.max(60, process.stdout.columns ?? 120);

/** Lines of JSON no faster than they are read; a reader that has seen enough (`| head`) ends it quietly. */
export async function printJsonLines(lines: AsyncIterable<string>): Promise<void> {
  try {
    for await (const one of lines) {
      if (process.stdout.write(`${escapeJson(one)}\n`)) continue;
      await new Promise<void>((resolve, reject) => {
        process.stdout.once('drain', resolve);
        process.stdout.once('error', reject);
      });
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  }
}
