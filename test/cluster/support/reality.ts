import { afterAll, beforeAll } from 'vitest';
import type { KubeObject, Writer } from '../../../src/cluster/index.ts';
import type { Performed } from '../../../src/engine/index.ts';
import type { Sandbox, UpOptions } from '../../../src/sandbox/sandbox.ts';
import { ownSandbox, reach, value } from '../io/sandbox.ts';
import { type Checker, checker } from './checks.ts';

/** What a test file that called `setUpReality` asks: its own sandbox with these CRDs, as the sandbox's admin. */
export let sandbox: Sandbox;
export let writer: Writer;
export let admin: Checker;

export function setUpReality(purpose: string, crds: NonNullable<UpOptions['crds']>): void {
  let end = async () => {};
  beforeAll(async () => {
    ({ sandbox, end } = await ownSandbox(purpose, { crds }));
    writer = (await reach(sandbox.kubeconfig)).writer();
    admin = checker(sandbox);
  });
  afterAll(async () => {
    await admin?.close();
    await end();
  });
}

/** The reality check in this namespace, of no deployment. */
export const checkIn =
  (namespace: string) =>
  (input: Record<string, unknown>, as: Checker = admin): Promise<Performed> =>
    as.call('cluster-reality-check', { deployment: 'none', namespace, ...input });

export const create = async (object: KubeObject): Promise<KubeObject> => value(await writer.create(object)).object;

/** Creates it and gives it the status that its controller, which doesn't run here, would write. */
export async function withStatus(object: KubeObject, status: object): Promise<void> {
  const { name = '', namespace } = (await create(object)).metadata;
  const ref = { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace && { namespace }) };
  value(await writer.patch(ref, { status }, 'merge', { subresource: 'status' }));
}

export const createNamespace = async (name: string): Promise<void> => {
  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
};
