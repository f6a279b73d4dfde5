import type { Nodes, RootContent } from 'mdast';
import type { Block } from './block.ts';

/** CommonMark → blocks. Tables and odd formatting stay text, line by line, which is how the extractors read them. */
export async function markdownBlocks(text: string): Promise<Block[]> {
  const { fromMarkdown } = await import('mdast-util-from-markdown');
  const tree = fromMarkdown(text);
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let heading = '';

  const visit = (node: RootContent): void => {
    const start = node.position?.start.line ?? 1;
    const end = node.position?.end.line ?? start;
    switch (node.type) {
      case 'heading':
        heading = plain(node).trim();
        blocks.push({ kind: 'text', text: lines[start - 1] ?? '', heading, line: start });
        return;
      case 'code': {
        const fenced = /^\s*(?:>\s*)*(?:[-*+]\s+|\d+[.)]\s+)*(```|~~~)/.test(lines[start - 1] ?? '');
        const language = node.lang?.toLowerCase();
        blocks.push({
          kind: 'code',
          text: node.value,
          heading,
          line: fenced ? start + 1 : start,
          ...(language === undefined ? {} : { language }),
        });
        return;
      }
      case 'paragraph':
      case 'html':
      case 'table':
        blocks.push({ kind: 'text', text: lines.slice(start - 1, end).join('\n'), heading, line: start });
        return;
      default:
        if ('children' in node) node.children.forEach(visit);
    }
  };
  tree.children.forEach(visit);
  return blocks;
}

function plain(node: Nodes): string {
  if ('value' in node) return node.value;
  return 'children' in node ? node.children.map(plain).join('') : '';
}
