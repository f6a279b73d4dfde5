import type { Block } from './block.ts';

const SILENT = new Set(['script', 'style', 'noscript', 'template', 'svg', 'head']);
const BREAKS = new Set(
  'p div li ul ol dl dt dd section article main aside header footer nav blockquote table thead tbody tr figure figcaption form details summary br hr h1 h2 h3 h4 h5 h6 body'.split(
    ' ',
  ),
);
/** Written as Markdown does, so that commands in prose are found in both. */
const INLINE_CODE = new Set(['code', 'kbd', 'tt']);
const HEADING = /^h[1-6]$/;

/** HTML → blocks: headings, paragraphs, table rows (cells joined by |) and <pre>, each with its line in the source. */
export async function htmlBlocks(html: string): Promise<Block[]> {
  const { Parser } = await import('htmlparser2');
  const lineAt = lineCounter(html);
  const blocks: Block[] = [];
  let heading = '';
  // Of the text so far, what is asked of it at every tag: to look into it each time takes the square of its length.
  let text = '';
  let blank = true;
  let endsLine = false;
  let start = 0;
  let kind: Block['kind'] = 'text';
  let language: string | undefined;
  let inHeading = false;
  let silent = 0;
  let pre = 0;
  let row = 0;

  const flush = () => {
    const body = kind === 'code' ? text.replace(/^\n/, '').trimEnd() : text.replace(/[ \t\r\n]+/g, ' ').trim();
    if (body !== '') {
      if (inHeading) heading = body;
      const skipped = kind === 'code' && text.startsWith('\n') ? 1 : 0;
      blocks.push({
        kind,
        text: body,
        heading,
        line: lineAt(start) + skipped,
        ...(language === undefined || kind !== 'code' ? {} : { language }),
      });
    }
    text = '';
    blank = true;
    endsLine = false;
  };
  const add = (more: string) => {
    if (more === '') return;
    text += more;
    blank &&= more.trim() === '';
    endsLine = more.endsWith('\n');
  };

  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (SILENT.has(name)) silent++;
        if (pre > 0) {
          language ??= languageOf(attributes.class);
          // Highlighters put each line into an element of its own.
          if (name === 'br' || (BREAKS.has(name) && text !== '' && !endsLine)) add('\n');
          return;
        }
        if (name === 'pre' || name === 'textarea') {
          flush();
          pre++;
          kind = 'code';
          language = languageOf(attributes.class);
        } else if (name === 'tr') {
          flush();
          row++;
          kind = 'row';
        } else if ((name === 'td' || name === 'th') && !blank) add(' | ');
        else if (BREAKS.has(name)) {
          if (row === 0) flush();
          else add(' ');
        }
        if (INLINE_CODE.has(name)) add('`');
        if (HEADING.test(name)) inHeading = true;
      },
      ontext(data) {
        if (silent > 0) return;
        if (blank) start = parser.startIndex + (kind === 'code' ? 0 : data.length - data.trimStart().length);
        add(data);
      },
      onclosetag(name) {
        if (SILENT.has(name)) silent = Math.max(0, silent - 1);
        if (name === 'pre' || name === 'textarea') {
          flush();
          pre = Math.max(0, pre - 1);
          kind = row > 0 ? 'row' : 'text';
          language = undefined;
        } else if (name === 'tr') {
          flush();
          row = Math.max(0, row - 1);
          kind = row > 0 ? 'row' : 'text';
        } else if (BREAKS.has(name) && pre === 0 && row === 0) flush();
        if (INLINE_CODE.has(name) && pre === 0) add('`');
        if (HEADING.test(name)) inHeading = false;
      },
    },
    { decodeEntities: true, lowerCaseTags: true },
  );
  parser.write(html);
  parser.end();
  flush();
  return blocks;
}

/** `language-yaml`, `highlight-source-yaml`, `brush: yaml`. */
function languageOf(classes: string | undefined): string | undefined {
  return /\b(?:language|lang|highlight-source|brush:|sourceCode)[-\s]?([a-z]+)/i
    .exec(classes ?? '')?.[1]
    ?.toLowerCase();
}

function lineCounter(text: string): (index: number) => number {
  const ends: number[] = [];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) ends.push(i);
  return (index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}
