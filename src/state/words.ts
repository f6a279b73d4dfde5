/** Words that stand in every sentence and say nothing about what it is about. */
const EMPTY = new Set(
  'a an and are as at be but by does for from has have in is it its no not of on or that the this to was with'.split(
    ' ',
  ),
);

/** The telling words of any text, without what a query language could take for an operator; at most 50. */
export function wordsOf(text: string): string[] {
  const words =
    text
      .toWellFormed()
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words)].filter((word) => !EMPTY.has(word)).slice(0, 50);
}

/** What a learning is found by: its title, situation, advice, tags and text, a line each. Undefined: not a learning. */
export function learningText(fact: unknown): string | undefined {
  if (typeof fact !== 'object' || fact === null) return undefined;
  const { type, what, title, situation, advice, tags, text }: Record<string, unknown> = { ...fact };
  if (type !== 'written' || what !== 'learning') return undefined;
  const lines = [title, situation, advice, Array.isArray(tags) ? tags.join(' ') : undefined, text];
  return [...new Set(lines.filter((line) => typeof line === 'string' && line !== ''))].join('\n');
}
