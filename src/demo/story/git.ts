import { execFileSync } from 'node:child_process';
import type { Answer } from '../agent.ts';
import * as print from '../print.ts';
import type { World } from './world.ts';

/** The agent commits as the gate told it; the next step looks for the commit. */
export function commit(w: World, gate: Answer, phase: number): void {
  const told = gate.value.commit;
  const command = typeof told === 'object' && told !== null && 'command' in told ? String(told.command) : undefined;
  if (command === undefined) return;
  // Each phase's own files: an empty commit is no commit of a phase.
  git(w.workspace, ['add', '-A', '--', `manifests/${phase}-*`]);
  const words = command.replace(/^git commit/, 'git commit -q');
  execFileSync('sh', ['-c', words], {
    cwd: w.workspace,
    env: { ...process.env, ...GIT_IDENTITY },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  print.detail(words.split(' -m ')[1] === undefined ? 'committed' : `committed: ${words.split(' -m ')[1]}`);
}

const GIT_IDENTITY = {
  GIT_AUTHOR_NAME: 'demo',
  GIT_AUTHOR_EMAIL: 'demo@example.invalid',
  GIT_COMMITTER_NAME: 'demo',
  GIT_COMMITTER_EMAIL: 'demo@example.invalid',
};

export function git(folder: string, args: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=demo', '-c', 'user.email=demo@example.invalid', ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
