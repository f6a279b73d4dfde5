import { existsSync } from 'node:fs';
import { findCommand } from '../../../src/sandbox/command.ts';

/** Whether this file's tests can't run here, for want of what a real node takes or of these commands; it says so loudly. */
export function skipped(file: string, ...commands: readonly string[]): boolean {
  const lacking = missing(...commands);
  if (lacking.length > 0) process.stderr.write(`test/node/${file}: SKIPPED: needs ${lacking.join(', ')}\n`);
  return lacking.length > 0;
}

/** What this machine lacks for a real node, and for these commands on top of it, in words. */
function missing(...commands: readonly string[]): string[] {
  return [
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...['containerd', 'runc', ...commands].filter((name) => findCommand(name) === undefined),
    ...(existsSync('/usr/lib/cni') ? [] : ['the CNI plugins']),
  ];
}
