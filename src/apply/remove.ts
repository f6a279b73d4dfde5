import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiFailure, Writer } from '../cluster/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';
import { claimsOfSets, setsAmong } from './claims.ts';
import { familyOf, kindsOfFamily } from './family.ts';
import { isOf } from './marks.ts';
import { address, refOf } from './ref.ts';
import { keyOf, type Remaining, stillThere, unreadable, untilHeard } from './remaining.ts';
import { type Bound, boundVolumes, isVolume, surrender, VOLUME, volumesLeft } from './volumes.ts';

/** An object that we put there, and the run that did: without a UID it is known by that run's marks alone. */
export type Removable = { readonly ref: PlacedObject; readonly run: string };

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
  /** Nothing of it was meant to last: the volumes that its claims hold go, too, and are waited for. */
  readonly volumes?: boolean;
  /**
   * Nobody's data is in its Pods: they are told to hurry, because half a minute of grace is half a minute of an agent's
   * waiting. Those of a real deployment are given the time they ask for: a database writes its state down in it.
   */
  readonly hurry?: boolean;
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
  const volumesBehind = async (refs: readonly PlacedObject[]): Promise<Bound> => {
    const bound = options.volumes ? await boundVolumes(writer, refs) : { volumes: [], unseen: false };
    await surrender(writer, bound.volumes);
    return bound;
  };
  const { hurry = false } = options;
  const runs = new Set(placed.map((p) => p.run));
  const found = await Promise.all(placed.map((one) => identify(writer, one, deadline)));
  const there = found.flatMap((f) => (f.state === 'ours' ? [f.ref] : []));
  // One on our record was left by a claim that is gone. It is its provisioner's to delete.
  const abandoned = options.volumes ? there.filter(isVolume) : [];
  const ours = there.filter((ref) => !abandoned.includes(ref));
  const lost = found.flatMap((f) => (f.state === 'unseen' ? [unreadable(f.ref, f.error)] : []));
  const absent = found.flatMap((f) => (f.state === 'absent' ? [f.ref] : []));

  // Looked for before the owners go: afterwards an owner's UID leads nowhere.
  const everyone = found.map((f) => f.ref);
  const kinds = await kindsOfFamily(writer, everyone);
  const before = await familyOf(writer, kinds, everyone, runs);
  const made = options.volumes ? await setsAmong(writer, before.members) : { sets: [], unseen: false };

  const volumes = [await volumesBehind([...ours, ...before.members.map((child) => refOf(child))])];

  const refused = new Map<string, ApiFailure>();
  for (const ref of [...ours].reverse()) {
    const answer = await untilHeard(() => writer.delete(address(ref), deletion(ref, hurry)), deadline);
    if (!answer.ok && !isGone(answer.error)) refused.set(keyOf(ref), answer.error);
  }
  const children = new Map(before.members.map((child) => [child.metadata.uid ?? '', child]));
  await deleteMembers(writer, before.members, runs, hurry);

  const waitFor = [...ours, ...before.members.map((child) => refOf(child))];
  options.progress?.(`cleaning up: waiting until ${waitFor.length} objects are gone`);
  let left = await stillThere(writer, waitFor, deadline, refused);

  // A controller may have made another child while its owner was going; a set that is gone makes no claims any more.
  const after = await familyOf(writer, kinds, everyone, runs);
  const claims = await claimsOfSets(writer, made.sets);
  const late = [...after.members, ...claims].filter((child) => !children.has(child.metadata.uid ?? ''));
  if (late.length > 0) {
    volumes.push(await volumesBehind(late.map((child) => refOf(child))));
    await deleteMembers(writer, late, runs, hurry, claims);
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
  const held = volumes.flatMap((v) => v.volumes);
  const kept = await volumesLeft(writer, { held, abandoned }, deadline);
  const stuck = new Set([...left, ...kept].map((r) => keyOf(r.ref)));
  const remaining = [...left, ...kept, ...lost];
  return {
    deleted: [...everything, ...held.map((v) => refOf(v)), ...abandoned].filter((ref) => !stuck.has(keyOf(ref))),
    remaining,
    verified: remaining.length === 0,
    unseen: [
      ...after.unseen.map(({ kind }) => kind.kind),
      ...(made.unseen ? ['PersistentVolumeClaim'] : []),
      ...(volumes.some((v) => v.unseen) ? [VOLUME.kind] : []),
    ],
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

/** Children that carry our marks and have no owner are ours to delete, and so are these claims; the others go with their owner. */
async function deleteMembers(
  writer: Writer,
  members: readonly KubeObject[],
  runs: ReadonlySet<string>,
  hurry: boolean,
  claims: readonly KubeObject[] = [],
) {
  for (const member of members) {
    const orphan = (member.metadata.ownerReferences ?? []).length === 0 && [...runs].some((run) => isOf(member, run));
    if (!orphan && !claims.includes(member) && !(hurry && member.kind === 'Pod')) continue;
    const ref = refOf(member);
    await writer.delete(address(ref), deletion(ref, hurry));
  }
}

const POD_GRACE_SECONDS = 3;

const deletion = (ref: PlacedObject, hurry: boolean) => ({
  ...(ref.uid === undefined ? {} : { uid: ref.uid }),
  ...(hurry && ref.kind === 'Pod' ? { gracePeriodSeconds: POD_GRACE_SECONDS } : {}),
});

const isGone = (error: ApiFailure) => error.status === 404 || error.reason === 'Conflict';
