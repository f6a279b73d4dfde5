import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAll, REHEARSAL, type Removal, removeAll, type Signature, signed } from '../apply/index.ts';
import type { Reader, Writer } from '../cluster/index.ts';
import { lost } from '../engine/connect.ts';
import { recordFirst } from '../engine/observe.ts';
import { Refused, type WritingRun } from '../engine/tool.ts';
import type { KubeObject } from '../objects/index.ts';
import { type Fact, type PlacedObject, refuse } from '../workflow/index.ts';

/** The namespace of one rehearsal: made, marked and recorded as ours, and taken away again with all that is in it. */
export type Scratch = { readonly name: string; readonly ref: PlacedObject; readonly by: Signature };

const LONGEST = 63;
const ACCOUNT_MS = 30_000;
const REMOVE_MS = 150_000;

export function scratchName(namespace: string): string {
  const suffix = `-rehearsal-${randomBytes(3).toString('hex').slice(0, 5)}`;
  return `${namespace.slice(0, LONGEST - suffix.length).replace(/(?<!-)-+$/, '')}${suffix}`;
}

/** How the original is treated by admission and by meshes, so that the copy is, too. */
const INHERITED =
  /^(pod-security\.kubernetes\.io\/.*|istio-injection|istio\.io\/rev|linkerd\.io\/inject|openshift\.io\/node-selector)$/;

export async function openScratch(
  run: WritingRun,
  writer: Writer,
  from: string,
  scratch: { name: string; by: Signature },
): Promise<Scratch> {
  const original = await writer.getIfThere({ apiVersion: 'v1', kind: 'Namespace', name: from });
  if (!original.ok && original.error.status !== 403) throw lost(original.error);
  const like = original.ok ? original.value?.metadata : undefined;
  const namespace: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: signed(
      { name: scratch.name, labels: inherited(like?.labels), annotations: inherited(like?.annotations) },
      REHEARSAL,
      scratch.by,
    ),
  };
  const may = await writer.dryRun(namespace, { verb: 'create' });
  if (!may.ok) throw mayNot(scratch.name, may.error);
  let ref: PlacedObject = { apiVersion: 'v1', kind: 'Namespace', name: scratch.name };
  const made = await createAll(writer, [namespace], {
    run: run.id,
    signal: run.signal,
    intended: async (object) => {
      await recordFirst(run, placement(run.id, object, 'intended'));
    },
    created: async (object) => {
      ref = object;
      await run.record(placement(run.id, object, 'created'));
    },
  });
  if (made.failed !== undefined) {
    await closeScratch(run, writer, { ...scratch, ref });
    throw mayNot(scratch.name, made.failed.error);
  }
  return { ...scratch, ref };
}

const inherited = (all: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter(([key]) => INHERITED.test(key)));

function mayNot(name: string, error: { status: number; reason: string; message: string }): Refused {
  return new Refused(
    refuse('FORBIDDEN', `A rehearsal needs a namespace of its own, and ${name} can't be made: ${error.message}`, {
      next: [
        { person: 'someone who may create namespaces', action: 'let this identity create and delete namespaces' },
        { tool: 'rollback-test', arguments: {} },
      ],
    }),
  );
}

/** Pods can't be made before the namespace has its default account. */
export async function accountThere(reader: Reader, scratch: Scratch, signal: AbortSignal): Promise<void> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', name: 'default', namespace: scratch.name };
  for (const end = Date.now() + ACCOUNT_MS; Date.now() < end && !signal.aborted; await sleep(200)) {
    const there = await reader.getIfThere(account);
    if (there.ok && there.value !== undefined) return;
  }
}

export async function closeScratch(run: WritingRun, writer: Writer, scratch: Scratch): Promise<Removal> {
  const removal = await removeAll(writer, [{ ref: scratch.ref, run: run.id }], {
    timeoutMs: REMOVE_MS,
    volumes: true,
    hurry: true,
    progress: run.progress,
  });
  const left = removal.remaining.map((r) => r.ref);
  if (!left.some((ref) => ref.name === scratch.name)) await run.record(placement(run.id, scratch.ref, 'gone'));
  // A volume is on no record yet, and nothing leads to it any more.
  await run.record(...left.filter((ref) => ref.kind !== 'Namespace').map((ref) => placement(run.id, ref, 'created')));
  return removal;
}

const placement = (run: string, object: PlacedObject, state: 'intended' | 'created' | 'gone'): Fact => ({
  type: 'placed',
  run,
  object,
  state,
  purpose: 'rehearsal',
});
