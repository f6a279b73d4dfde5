/** The tags nearest to one that isn't there: those that begin alike, then the fewest edits, then the newest. Pure. */
export function nearestTags(wanted: string, tags: readonly string[], count = 5): string[] {
  return tags
    .filter((tag) => !/^sha256-[0-9a-f]{64}/.test(tag))
    .map((tag) => ({ tag, score: edits(wanted, tag) - 2 * shared(wanted, tag) }))
    .sort((a, b) => a.score - b.score || b.tag.localeCompare(a.tag, 'en', { numeric: true }))
    .slice(0, count)
    .map(({ tag }) => tag);
}

function shared(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** Levenshtein, one row at a time. */
export function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
