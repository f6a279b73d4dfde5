import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Cluster } from '../../../src/cluster/index.ts';
import { down, type Sandbox, type UpOptions, up } from '../../../src/sandbox/sandbox.ts';
import { reach, value } from '../../cluster/io/sandbox.ts';
import { skipped } from './able.ts';

/** What the tests given to `onKubelet` work with: the file's own sandbox, whose one node runs containers for real. */
export let sandbox: Sandbox;
export let cluster: Cluster;

export type Kubelet = {
  /** The test file's name: the sandbox is called after it. */
  readonly file: string;
  /** Commands that the tests need beside what every kubelet needs. */
  readonly commands?: readonly string[];
  readonly operators?: NonNullable<UpOptions['operators']>;
};

/**
 * Tests on a real kubelet, skipped loudly where this machine can't run one. INFRAGATE_TEST_NODE_SANDBOX names a sandbox
 * to use and to leave running.
 */
export function onKubelet(title: string, { file, commands = [], operators = [] }: Kubelet, tests: () => void): void {
  const kept = process.env.INFRAGATE_TEST_NODE_SANDBOX;
  const name = kept ?? `${file}-node-${process.pid}`;
  describe.skipIf(skipped(file, ...commands))(title, () => {
    // An operator's images are made first, which takes minutes.
    beforeAll(
      async () => {
        sandbox = await up({ name, nodes: 'kubelet', operators });
        cluster = await reach(sandbox.kubeconfig);
      },
      operators.length > 0 ? 900_000 : 180_000,
    );
    afterAll(async () => {
      cluster?.close();
      if (kept === undefined) await down({ name });
    }, 120_000);
    tests();
  });
}

/** The controller makes a namespace's service account a moment after the namespace; no Pod is admitted before. */
export async function serviceAccountIn(namespace: string): Promise<void> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' };
  await expect.poll(async () => value(await cluster.reader.getIfThere(account)), { timeout: 20_000 }).toBeDefined();
}
