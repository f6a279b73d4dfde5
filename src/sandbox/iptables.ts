// Removing what the kubelet and kube-proxy put into iptables: chains named KUBE-…, and the rules that lead to them.

import { spawn } from 'node:child_process';
import { findCommand } from './command.ts';
import { run } from './run.ts';

export async function removeKubeRules(): Promise<void> {
  for (const family of ['iptables', 'ip6tables']) {
    const [save, restore] = [findCommand(`${family}-save`), findCommand(`${family}-restore`)];
    if (save === undefined || restore === undefined) continue;
    const script = removal(await run(save, []).catch(() => ''));
    if (script !== '') await feed(restore, ['--noflush'], script);
  }
}

/**
 * The answer to `iptables-save`'s text: a script for `iptables-restore --noflush`, which takes each table's changes at
 * once and leaves everyone else's rules alone. Empty when there is nothing of Kubernetes in it.
 */
export function removal(saved: string): string {
  const tables = saved.split(/^(?=\*)/m).filter((table) => table.startsWith('*'));
  return tables
    .map((table) => {
      const lines = table.split('\n');
      const chains = lines.flatMap((line) => line.match(/^:(KUBE-\S+)/)?.[1] ?? []);
      if (chains.length === 0) return '';
      const jumps = lines.filter((line) => /^-A (?!KUBE-)/.test(line) && / -[jg] KUBE-/.test(line));
      return [
        lines[0],
        ...jumps.map((line) => line.replace(/^-A/, '-D')),
        ...chains.map((chain) => `-F ${chain}`),
        ...chains.map((chain) => `-X ${chain}`),
        'COMMIT',
        '',
      ].join('\n');
    })
    .join('');
}

function feed(file: string, args: string[], text: string): Promise<void> {
  return new Promise((done) => {
    const child = spawn(file, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    // Rules that stay behind lead nowhere: no reason to fail a `down`.
    child.on('error', () => done());
    child.on('close', () => done());
    child.stdin.end(text);
  });
}
