import { UNKNOWN } from './text.ts';

/**
 * `kubectl -n <namespace> logs <pod-name>`: documentation writes what a reader fills in between angle brackets, which a
 * shell takes for two redirections.
 */
const PLACEHOLDER =
  /(?<=^|[\s=:,/"'.@-])<[A-Za-z](?:[^<>\n|&;'"`$()]{0,62}[^<>\s|&;'"`$()]|[\w.|-]{0,62}[\w.])?>(?![&(>])/g;

/** The line with each of them as a word that isn't known; undefined: there are none. */
export function withoutPlaceholders(line: string): string | undefined {
  if (!line.includes('<')) return undefined;
  const filled = line.replace(PLACEHOLDER, UNKNOWN);
  return filled === line ? undefined : filled;
}
