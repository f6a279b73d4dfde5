import type { Nodes, RootContent } from 'mdast';
import type { Block } from './block.ts';
import { chunksOf } from './chunks.ts';
import { dedented, withoutPre } from './flattened.ts';
import { htmlBlocks } from './html.ts';
import { segmentsOf } from './segments.ts';

/** What a paragraph consists of is read by the extractors, from its lines; the parser only says where blocks begin. */
const BLOCKS_ONLY = {
  extensions: [
    {
      disable: {
        null: [
          'attention',
          'autolink',
          'characterEscape',
          'characterReference',
          'codeText',
          'hardBreakEscape',
          'htmlText',
          'labelEnd',
          'labelStartImage',
          'labelStartLink',
        ],
      },
    },
  ],
};

const HEADING_CHARACTERS = 500;

/** CommonMark → blocks. Tables and odd formatting stay text, line by line, which is how the extractors read them. */
export async function markdownBlocks(text: string, segmented = segmentsOf): Promise<Block[]> {
  const { fromMarkdown } = await import('mdast-util-from-markdown');
  const { text: plainText, regions } = withoutPre(dedented(text));
  const lines = plainText.split('\n');
  const blocks: Block[] = [];
  let heading = '';

  const addHeading = (given: string, line: number) => {
    const written = given.slice(0, HEADING_CHARACTERS);
    heading = (/[*_`[\]\\&<]/.test(written) ? plain(fromMarkdown(`# ${written}`)) : written).trim();
    blocks.push({ kind: 'text', text: lines[line - 1] ?? '', heading, line });
  };
  const addCode = (code: string, language: string | undefined, line: number) => {
    const named = language === undefined ? {} : { language: language.toLowerCase() };
    blocks.push({ kind: 'code', text: code, heading, line, ...named });
  };
  const addText = (start: number, end: number) => {
    blocks.push({ kind: 'text', text: lines.slice(start - 1, end).join('\n'), heading, line: start });
  };

  const read = (node: RootContent, above: number): void => {
    const start = above + (node.position?.start.line ?? 1);
    const end = above + (node.position?.end.line ?? 1);
    if (node.type === 'heading') addHeading(plain(node), start);
    else if (node.type === 'code') {
      const fenced = /^[\s>]*(?:(?:[-*+]|\d+[.)])\s+)*(```|~~~)/.test(lines[start - 1] ?? '');
      addCode(node.value, node.lang ?? undefined, fenced ? start + 1 : start);
    } else addText(start, end);
  };

  for (const chunk of chunksOf(plainText)) {
    for (const segment of segmented(chunk.text)) {
      const above = chunk.line + segment.line;
      if (segment.kind === 'heading') addHeading(segment.written, above + 1);
      else if (segment.kind === 'code') addCode(segment.text, segment.language, above + 2);
      else if (segment.kind === 'paragraph') addText(above + 1, chunk.line + segment.end + 1);
      else {
        // A list of what is still to be read, not recursion: blocks nest as deep as the document likes.
        const open: RootContent[] = fromMarkdown(segment.text, BLOCKS_ONLY).children.reverse();
        for (let node = open.pop(); node !== undefined; node = open.pop()) {
          if (LEAVES.has(node.type)) read(node, above);
          else if ('children' in node) open.push(...[...node.children].reverse());
        }
      }
    }
  }
  for (const { html, line } of regions) {
    const above = blocks.findLast((block) => block.line < line)?.heading ?? '';
    for (const block of await htmlBlocks(html)) blocks.push({ ...block, heading: above, line: block.line + line - 1 });
  }
  return blocks;
}

const LEAVES: ReadonlySet<string> = new Set(['heading', 'code', 'paragraph', 'html', 'table']);

function plain(node: Nodes): string {
  if ('value' in node) return node.value;
  return 'children' in node ? node.children.map(plain).join('') : '';
}
