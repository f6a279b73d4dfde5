import type { Part } from '../document.ts';
import { asciidocBlocks } from './asciidoc.ts';
import type { Block } from './block.ts';
import { htmlBlocks } from './html.ts';
import { markdownBlocks } from './markdown.ts';
import { rstBlocks } from './rst.ts';

export type { Block };

export async function blocksOf(part: Part): Promise<Block[]> {
  const blocks = await allBlocks(part);
  return part.prose === true ? blocks.filter((block) => block.kind !== 'code') : blocks;
}

async function allBlocks(part: Part): Promise<Block[]> {
  switch (part.kind) {
    case 'yaml':
      return [{ kind: 'code', language: 'yaml', text: part.text, heading: '', line: 1 }];
    case 'shell':
      return [{ kind: 'code', language: 'sh', text: part.text, heading: '', line: 1 }];
    case 'asciidoc':
      return asciidocBlocks(part.text).flatMap(sentences);
    case 'rst':
      return rstBlocks(part.text).flatMap(sentences);
    case 'html':
      return (await htmlBlocks(part.text)).flatMap(sentences);
    default:
      return (await markdownBlocks(part.text)).flatMap(sentences);
  }
}

const LONG = 1000;

/** A line of prose longer than a paragraph is cut after a sentence or a word: a quote is then what it is about. */
function sentences(block: Block): Block[] {
  if (block.kind === 'code' || !block.text.split('\n').some((line) => line.length > LONG)) return [block];
  return block.text
    .split('\n')
    .flatMap((line, offset) => pieces(line).map((text) => ({ ...block, text, line: block.line + offset })));
}

function pieces(line: string): string[] {
  const found: string[] = [];
  for (let from = 0; from < line.length; ) {
    const piece = line.slice(from, from + LONG);
    const rest = from + LONG >= line.length;
    const sentence = piece.lastIndexOf('. ') + 1;
    const end = rest
      ? piece.length
      : sentence > LONG / 2
        ? sentence
        : Math.max(piece.lastIndexOf(' '), 0) || piece.length;
    found.push(piece.slice(0, end));
    from += end;
  }
  return found;
}

/** Beyond this a line of code is data (minified, encoded), and only parsers of its format look at it. */
export const CODE_LINE = 4000;
