import type { Block } from './block.ts';

const UNDERLINE = /^([=\-~^"'`#*+.:_])\1{2,}\s*$/;
const DIRECTIVE = /^(\s*)\.\.\s+(?:code-block|code|sourcecode|parsed-literal|prompt)::\s*([\w+-]*)/;

/** reStructuredText → blocks: code directives and `::` literal blocks of any indent, headings, and the text between. */
export function rstBlocks(text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let heading = '';
  let prose: string[] = [];
  let start = 1;
  const flush = (next: number) => {
    if (prose.some((line) => line.trim() !== ''))
      blocks.push({ kind: 'text', text: prose.join('\n'), heading, line: start });
    prose = [];
    start = next;
  };

  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const directive = DIRECTIVE.exec(line);
    const literal = directive === null && /::\s*$/.test(line) && !/^\s*\.\.\s/.test(line);
    if (directive !== null || literal) {
      if (literal) prose.push(line);
      flush(i + 1);
      const { body, first, end } = indented(lines, i + 1, indentOf(line), directive !== null);
      if (body.length > 0) {
        const language = directive?.[2]?.toLowerCase();
        blocks.push({
          kind: 'code',
          text: body.join('\n'),
          heading,
          line: first + 1,
          ...(language === undefined || language === '' ? {} : { language }),
        });
        i = end - 1;
      }
      start = i + 2;
    } else if (UNDERLINE.test(lines[i + 1] ?? '') && line.trim() !== '' && !UNDERLINE.test(line)) {
      flush(i + 1);
      heading = line.trim();
      blocks.push({ kind: 'text', text: line, heading, line: i + 1 });
      i += 1;
      start = i + 2;
    } else prose.push(line);
  }
  flush(lines.length);
  return blocks;
}

const indentOf = (line: string) => /^\s*/.exec(line)?.[0].length ?? 0;

/** The lines indented more than `than`, without their common indent; a directive's `:options:` come first. */
function indented(lines: readonly string[], from: number, than: number, options: boolean) {
  let at = from;
  while (options && /^\s+:[\w-]+:/.test(lines[at] ?? '')) at++;
  while (at < lines.length && (lines[at] ?? '').trim() === '') at++;
  let end = at;
  while (end < lines.length && ((lines[end] ?? '').trim() === '' || indentOf(lines[end] ?? '') > than)) end++;
  const body = lines.slice(at, end);
  while (body.length > 0 && (body.at(-1) ?? '').trim() === '') body.pop();
  const common = Math.min(...body.filter((l) => l.trim() !== '').map(indentOf));
  return { body: body.map((l) => l.slice(common)), first: at, end };
}
