import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiFailure, Result, Writer } from '../cluster/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';
import { familyOf, kindsOfFamily } from './family.ts';
import { isOf } from './marks.ts';
import { address, called, refOf } from './ref.ts';
import { whyStillThere } from './stuck.ts';

/** An object that we put there, and the run that did: without a UID it is known by that run's marks alone. */
export type Removable = { readonly ref: PlacedObject; readonly run: string };

export type Remaining = {
  readonly ref: PlacedObject;
  readonly uid: string | undefined;
  readonly finalizers: readonly string[];
  /** A sentence: who is waited for, or why it could not be deleted. */
  readonly why: string;
};

export type Removal = {
  /** Not there any more, seen so: what we placed and what had come of it. */
  readonly deleted: readonly PlacedObject[];
  readonly remaining: readonly Remaining[];
  /** Everything was looked for and nothing is left. */
  readonly verified: boolean;
  /** Kinds in which children could not be looked for. */
  readonly unseen: readonly string[];
};

export type RemoveOptions = {
  readonly timeoutMs: number;
  progress?(message: string): void;
};

/**
 * Takes out what was placed, in reverse order: foreground deletes bound to the UID, then what came of it (by owner, and
 * by our marks: a StatefulSet's claims have no owner), then waits until none of it is there. Another object that has
 * taken the name is left alone; finalizers are never stripped.
 */
export async function removeAll(
  writer: Writer,
  placed: readonly Removable[],
  options: RemoveOptions,
): Promise<Removal> {
  const deadline = Date.now() + options.timeoutMs;
  const runs = new Set(placed.map((p) => p.run));
  const found = await Promise.all(placed.map((one) => identify(writer, one, deadline)));
  const ours = found.flatMap((f) => (f.state === 'ours' ? [f.ref] : []));
  const lost = found.flatMap((f) => (f.state === 'unseen' ? [unreadable(f.ref, f.error)] : []));
  const absent = found.flatMap((f) => (f.state === 'absent' ? [f.ref] : []));

  // Looked for before the owners go: afterwards an owner's UID leads nowhere.
  const everyone = found.map((f) => f.ref);
  const kinds = await kindsOfFamily(writer, everyone);
  const before = await familyOf(writer, kinds, everyone, runs);

  const refused = new Map<string, ApiFailure>();
  for (const ref of [...ours].reverse()) {
    const answer = await untilHeard(() => writer.delete(address(ref), deletion(ref)), deadline);
    if (!answer.ok && !isGone(answer.error)) refused.set(keyOf(ref), answer.error);
  }
  const children = new Map(before.members.map((child) => [child.metadata.uid ?? '', child]));
  await deleteMembers(writer, before.members, runs);

  const waitFor = [...ours, ...before.members.map((child) => refOf(child))];
  options.progress?.(`cleaning up: waiting until ${waitFor.length} objects are gone`);
  let left = await stillThere(writer, waitFor, deadline, refused);

  // A controller may have made another child while its owner was going.
  const after = await familyOf(writer, kinds, everyone, runs);
  const late = after.members.filter((child) => !children.has(child.metadata.uid ?? ''));
  if (late.length > 0) {
    await deleteMembers(writer, late, runs);
    left = [
      ...left,
      ...(await stillThere(
        writer,
        late.map((child) => refOf(child)),
        deadline,
        refused,
      )),
    ];
  }
  const everything = [...absent, ...waitFor, ...late.map((child) => refOf(child))];
  const stuck = new Set(left.map((r) => keyOf(r.ref)));
  const remaining = [...left, ...lost];
  return {
    deleted: everything.filter((ref) => !stuck.has(keyOf(ref))),
    remaining,
    verified: remaining.length === 0,
    unseen: after.unseen.map(({ kind }) => kind.kind),
  };
}

type Identified =
  | { readonly state: 'ours' | 'absent'; readonly ref: PlacedObject }
  | { readonly state: 'unseen'; readonly ref: PlacedObject; readonly error: ApiFailure };

/** A create whose answer nobody heard may still be on its way through admission. */
const IN_FLIGHT_MS = 1500;

/** What stands under the name now: ours (by UID, or by our marks where none is on record), or not. */
async function identify(writer: Writer, { ref, run }: Removable, deadline: number): Promise<Identified> {
  const look = () => untilHeard(() => writer.getIfThere(address(ref)), deadline);
  let there = await look();
  if (ref.uid === undefined && there.ok && there.value === undefined) {
    await sleep(IN_FLIGHT_MS);
    there = await look();
  }
  if (!there.ok) {
    // A kind that isn't served has no objects.
    if (there.error.reason === 'NoKindMatch') return { state: 'absent', ref };
    return { state: 'unseen', ref, error: there.error };
  }
  if (there.value === undefined) return { state: 'absent', ref };
  const { uid } = there.value.metadata;
  const ours = ref.uid === undefined ? isOf(there.value, run) : uid === ref.uid;
  return ours ? { state: 'ours', ref: { ...ref, ...(uid === undefined ? {} : { uid }) } } : { state: 'absent', ref };
}

/**
 * Children that carry our marks and have no owner are ours to delete; the others go with their owner. Their Pods are told
 * to hurry: nobody's data is in them, and half a minute of grace is half a minute of an agent's waiting.
 */
async function deleteMembers(writer: Writer, members: readonly KubeObject[], runs: ReadonlySet<string>) {
  for (const member of members) {
    const orphan = (member.metadata.ownerReferences ?? []).length === 0 && [...runs].some((run) => isOf(member, run));
    if (!orphan && member.kind !== 'Pod') continue;
    const ref = refOf(member);
    await writer.delete(address(ref), deletion(ref));
  }
}

const POD_GRACE_SECONDS = 3;

const deletion = (ref: PlacedObject) => ({
  ...(ref.uid === undefined ? {} : { uid: ref.uid }),
  ...(ref.kind === 'Pod' ? { gracePeriodSeconds: POD_GRACE_SECONDS } : {}),
});

const POLL_MS = 150;

/** An API server that can't be heard now may be later: asked again until it answers, or the time is up. */
async function untilHeard<T>(ask: () => Promise<Result<T>>, deadline: number): Promise<Result<T>> {
  for (let pause = 250; ; pause = Math.min(pause * 2, 3000)) {
    const answer = await ask();
    if (answer.ok || !isSilence(answer.error) || Date.now() + pause > deadline) return answer;
    await sleep(pause);
  }
}

const isSilence = ({ status }: ApiFailure): boolean => status === 0 || status === 429 || status >= 500;

/** Waits for all of them at once, to the deadline; what is still there is told with what holds it. */
async function stillThere(
  writer: Writer,
  refs: readonly PlacedObject[],
  deadline: number,
  refused: ReadonlyMap<string, ApiFailure>,
): Promise<Remaining[]> {
  const checked = await Promise.all(
    refs.map(async (ref): Promise<Remaining | undefined> => {
      for (let pause = POLL_MS; ; pause = Math.min(pause * 1.5, 1000)) {
        const there = await writer.getIfThere(address(ref));
        if (there.ok && (there.value === undefined || there.value.metadata.uid !== ref.uid)) return undefined;
        if (!there.ok && there.error.reason === 'NoKindMatch') return undefined;
        const no = refused.get(keyOf(ref));
        if (Date.now() + pause > deadline || no !== undefined) {
          if (!there.ok) return unreadable(ref, there.error);
          return remaining(ref, there.value, no);
        }
        await sleep(pause);
      }
    }),
  );
  return checked.flatMap((one) => one ?? []);
}

function remaining(ref: PlacedObject, object: KubeObject | undefined, refused: ApiFailure | undefined): Remaining {
  return {
    ref,
    uid: ref.uid,
    finalizers: object?.metadata.finalizers ?? [],
    why:
      refused === undefined
        ? whyStillThere(object)
        : `${called(ref)} could not be deleted: ${refused.reason}: ${refused.message}`,
  };
}

const unreadable = (ref: PlacedObject, error: ApiFailure): Remaining => ({
  ref,
  uid: ref.uid,
  finalizers: [],
  why: `it could not be seen whether ${called(ref)} is gone: ${error.reason}: ${error.message}`,
});

const isGone = (error: ApiFailure) => error.status === 404 || error.reason === 'Conflict';
const keyOf = (ref: PlacedObject) =>
  `${ref.apiVersion}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}/${ref.uid ?? ''}`;
