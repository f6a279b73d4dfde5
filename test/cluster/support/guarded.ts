import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { infragate, type Scene } from '../../support/scene.ts';

/** The sandbox's identities, each as a kubeconfig of its own: nobody who has one has the others. */
export type Identity = 'admin' | 'editor' | 'viewer' | 'nobody';

export function kubeconfigOf(sandbox: Sandbox, scene: Scene, who: Identity): string {
  const whole = JSON.parse(readFileSync(sandbox.kubeconfig, 'utf8'));
  const context = whole.contexts.find(({ name }: { name: string }) => name === sandbox.contexts[who]);
  const file = join(scene.workspace, '..', `kubeconfig-${who}`);
  const users = whole.users.filter(({ name }: { name: string }) => name === context.context.user);
  writeFileSync(file, JSON.stringify({ ...whole, users, contexts: [context], 'current-context': context.name }), {
    mode: 0o600,
  });
  return file;
}

/** A person's command, as the sandbox's admin. */
export function asAdmin(sandbox: Sandbox, scene: Scene, args: readonly string[]): string {
  const done = infragate(scene.home, [...args, '--kubeconfig', sandbox.kubeconfig]);
  expect(done.status, `${args.join(' ')}: ${done.stdout}${done.stderr}`).toBe(0);
  return done.stdout;
}
