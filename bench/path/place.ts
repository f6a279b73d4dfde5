import { execFileSync } from 'node:child_process';
import { copyImage } from '../../src/sandbox/images.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { scene } from '../../test/support/scene.ts';
import type { Place, Story } from './stories.ts';
import type { Walked } from './walk.ts';

export type Told = Walked & { readonly story: Story };

/** Stories one after the other in a namespace, a workspace and a ledger of their own; a person at the client approves. */
export async function told(sandbox: Sandbox, stories: readonly Story[]): Promise<Told[]> {
  const registry = sandbox.registry ?? '';
  await copyImage(registry, 'busybox:1', 'busybox:2');
  const own = scene(sandbox, 'path');
  const atApproval: Place['atApproval'] = {};
  const agent = await own.agent({
    approve: 'approve',
    beforeAnswer: () => {
      atApproval.next?.();
      atApproval.next = undefined;
    },
  });
  const kubectl: Place['kubectl'] = (args, stdin = '') =>
    execFileSync(sandbox.bin ?? '', ['kubectl', '--kubeconfig', sandbox.kubeconfig, '-n', own.namespace, ...args], {
      input: stdin,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  try {
    const done: Place['done'] = {};
    const place = {
      registry,
      kubeconfig: sandbox.kubeconfig,
      scene: own,
      agent,
      image: `${registry}/busybox:1`,
      kubectl,
      atApproval,
      done,
    };
    const all: Told[] = [];
    for (const story of stories) {
      const walked = await story.run(place);
      done.id = String(walked.last.value.deployment);
      all.push({ ...walked, story });
    }
    return all;
  } finally {
    await own.end();
  }
}
