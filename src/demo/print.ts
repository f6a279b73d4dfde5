import { visible, visibleLines } from '../workflow/index.ts';

/** What the demo shows people: headings, tables, time a step, what was refused and why. Plain text, colour on a terminal. */
const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${visible(text)}\u001b[0m` : visible(text));

export const bold = (text: string) => paint(1, text);
export const dim = (text: string) => paint(2, text);

export function heading(text: string): void {
  process.stdout.write(`\n${bold(`== ${text}`)}\n`);
}

export function say(text: string): void {
  process.stdout.write(`${visibleLines(text)}\n`);
}

export function note(text: string): void {
  process.stdout.write(`${dim(`   (${text})`)}\n`);
}

/** One call: its mark, its name, how long, and the lines that matter. */
export function step(mark: 'ok' | 'no' | 'refused', name: string, ms: number, lines: readonly string[]): void {
  const sign = { ok: paint(32, '✓'), no: paint(31, '✗'), refused: paint(33, '⛔') }[mark];
  process.stdout.write(`${sign} ${bold(name)} ${dim(`${(ms / 1000).toFixed(1)} s`)}\n`);
  for (const line of lines) process.stdout.write(`    ${visible(line)}\n`);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.min(60, Math.max(...all.map((row) => (row[i] ?? '').length))));
  const line = (row: readonly string[]) =>
    `    ${row.map((cell, i) => cell.slice(0, 60).padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd();
  process.stdout.write(`${bold(line(head))}\n`);
  for (const row of rows) say(line(row));
}
