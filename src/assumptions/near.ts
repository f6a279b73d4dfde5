/** Pure: the names that someone who wrote this one may have meant. */

/** Letters to change, add, drop or swap with their neighbour (optimal string alignment). */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

const MOST_OF_IT = 0.55;

/**
 * At most `limit` names that are a typing error away (a quarter of the length, at most 3 letters), that contain the wanted
 * one, or that are most of it; nearest first. `ServiceMonitors` is neither `servicecidrs` nor `Service`.
 */
export function nearest(wanted: string, names: Iterable<string>, limit = 3): string[] {
  const lower = wanted.toLowerCase();
  const allowed = Math.min(3, Math.max(1, Math.floor(lower.length / 4)));
  const scored = [...new Set(names)].flatMap((name) => {
    const other = name.toLowerCase();
    if (Math.abs(other.length - lower.length) <= allowed) {
      const away = distance(lower, other);
      if (away <= allowed) return [{ name, away }];
    }
    const part = lower.includes(other) && other.length > lower.length * MOST_OF_IT;
    const contains = lower.length >= 4 && other.length >= 4 && (other.includes(lower) || part);
    return contains ? [{ name, away: allowed + 1 + Math.abs(other.length - lower.length) / 100 }] : [];
  });
  return scored
    .sort((a, b) => a.away - b.away || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(({ name }) => name);
}
