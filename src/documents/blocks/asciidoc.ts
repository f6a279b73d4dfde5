import type { Block } from './block.ts';

const HEADING = /^={1,6}\s+(\S.*)/;
const ATTRIBUTES = /^\[([^\]]*)\]\s*$/;
/** Listing, literal, passthrough and Markdown fences; each ends with the line that began it. */
const FENCE = /^(-{4,}|\.{4,}|\+{4,}|`{3,})(\w*)\s*$/;

/** AsciiDoc → blocks: `[source,yaml]` and its delimited block, literal paragraphs, headings, and the text between. */
export function asciidocBlocks(text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let heading = '';
  let language: string | undefined;
  let prose: string[] = [];
  let start = 1;
  const flush = (next: number) => {
    if (prose.some((line) => line.trim() !== ''))
      blocks.push({ kind: 'text', text: prose.join('\n'), heading, line: start });
    prose = [];
    start = next;
  };

  for (let i = 0; i < lines.length; i++) {
    const line = (lines[i] ?? '').trimEnd();
    const title = HEADING.exec(line)?.[1]
      ?.replace(/(?<!=)=+$/, '')
      .trimEnd();
    const fence = FENCE.exec(line);
    const attributes = ATTRIBUTES.exec(line)?.[1];
    if (title !== undefined && prose.every((l) => l.trim() === '' || !l.startsWith('|'))) {
      flush(i + 1);
      heading = title;
      blocks.push({ kind: 'text', text: line, heading, line: i + 1 });
      start = i + 2;
    } else if (fence !== null) {
      flush(i + 1);
      let end = i + 1;
      while (end < lines.length && lines[end]?.trimEnd() !== fence[1]) end++;
      const named = fence[2] === '' || fence[2] === undefined ? language : fence[2];
      blocks.push(code(lines.slice(i + 1, end), i + 2, heading, named));
      language = undefined;
      i = end;
      start = i + 2;
    } else if (attributes !== undefined) {
      flush(i + 1);
      language = languageOf(attributes);
      start = i + 2;
      // A source paragraph needs no delimiter: it ends with the first blank line.
      const next = lines[i + 1]?.trimEnd() ?? '';
      if (/^source\b/.test(attributes) && next !== '' && !FENCE.test(next) && !next.startsWith('.')) {
        let end = i + 1;
        while (end < lines.length && lines[end]?.trim() !== '') end++;
        blocks.push(code(lines.slice(i + 1, end), i + 2, heading, language));
        language = undefined;
        i = end - 1;
        start = i + 2;
      }
    } else prose.push(lines[i] ?? '');
  }
  flush(lines.length);
  return blocks;
}

/** `source,yaml,subs="…"` and the short `,yaml`. */
const languageOf = (attributes: string): string | undefined =>
  /^(?:source|listing)?(?:%\w+)*\s*,\s*"?([\w+-]+)"?/.exec(attributes)?.[1]?.toLowerCase();

const code = (lines: readonly string[], line: number, heading: string, language: string | undefined): Block => ({
  kind: 'code',
  // Callouts stand behind a line: `replicas: 3 <1>`.
  text: lines.map((l) => l.replace(/(?<!\s)\s+(?:#\s{0,8})?(?:<(?:\d{1,3}|\.)>[ \t]{0,8}){1,8}$/, '')).join('\n'),
  heading,
  line,
  ...(language === undefined ? {} : { language }),
});
