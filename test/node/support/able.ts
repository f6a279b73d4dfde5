import { existsSync } from 'node:fs';
import { findCommand } from '../../../src/sandbox/command.ts';

/** What this machine lacks for a real node, and for these commands on top of it, in words. */
export function missing(...commands: readonly string[]): string[] {
  return [
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...['containerd', 'runc', ...commands].filter((name) => findCommand(name) === undefined),
    ...(existsSync('/usr/lib/cni') ? [] : ['the CNI plugins']),
  ];
}
