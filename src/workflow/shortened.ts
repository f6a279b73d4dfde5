/**
 * Text for an answer, at most `max` characters and a few: cut between two words, never through a name that somebody has to
 * act on, and with how much is left out. What is shown whole stands in the evidence.
 */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const space = text.lastIndexOf(' ', max);
  const kept = text.slice(0, space > max / 2 ? space : max).toWellFormed();
  return `${kept} … (${text.length - kept.length} more characters)`;
}

/** The first sentences that fit in `max` characters, each whole, and how many more there are; at least one. */
export function firstOf(sentences: readonly string[], max: number): string {
  const shown: string[] = [];
  let length = 0;
  for (const sentence of sentences) {
    length += sentence.length + 1;
    if (shown.length > 0 && length > max) break;
    shown.push(shortened(sentence, max));
  }
  const more = sentences.length - shown.length;
  return more === 0 ? shown.join(' ') : `${shown.join(' ')} And ${more} more.`;
}
