/** At spaces; a word that is longer than a line (an image's digest) stays whole, so that it can be copied. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/**
 * Lines that are longer than the width go on under their own text: behind the indent and the mark of a list (`- `, `1. `,
 * `✓ `). Rows of a table and JSON stay as they are.
 */
export function hanging(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const lead = /^ *(?:[-*✓✗→=] |\d{1,4}\. )?/.exec(line)?.[0] ?? '';
      if (line.length <= width || /^\s*[|{[]/.test(line) || lead.length > width / 2) return [line];
      return wrapped(line.slice(lead.length), width - lead.length).map((one, index) =>
        index === 0 ? `${lead}${one}` : `${' '.repeat(lead.length)}${one}`,
      );
    })
    .join('\n');
}
