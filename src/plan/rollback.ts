/** An entry of a phase's rollback, read. */
export type RollbackStep =
  /** What apply-phase did, in reverse: created objects deleted by UID, changed ones restored. */
  | { readonly kind: 'undo' }
  /** Stays on purpose. `object` is `Kind/name`, or '*' for all. */
  | { readonly kind: 'keep'; readonly object: string; readonly because: string }
  | { readonly kind: 'command'; readonly command: string };

export function readRollback(entry: string): RollbackStep {
  const text = entry.trim();
  if (/^undo$/i.test(text)) return { kind: 'undo' };
  const keep = /^keep\s+([A-Z]\w*\/[\w.:-]+|(?:[\w.-]+\/)+[A-Z]\w*\/[\w.:-]+)\s*:\s*(\S.*)/s.exec(text);
  if (keep !== null) return { kind: 'keep', object: keep[1] ?? '', because: keep[2] ?? '' };
  const none = /^none\s*:\s*(\S.*)$/is.exec(text);
  if (none !== null) return { kind: 'keep', object: '*', because: none[1] ?? '' };
  return { kind: 'command', command: text };
}
