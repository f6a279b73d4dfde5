import { setTimeout as sleep } from 'node:timers/promises';
import type { Reader, Writer } from '../cluster/index.ts';
import { type KubeObject, textAt } from '../objects/kube-object.ts';
import type { PlacedObject } from '../workflow/index.ts';
import { address, refOf } from './ref.ts';
import { type Remaining, unreadable, untilHeard } from './remaining.ts';

/**
 * The volumes behind claims that are taken away. They have no owner and no mark of ours: what leads to them is the claim,
 * by name, and what proves it is the claim's UID in the volume.
 */
export const VOLUME = { apiVersion: 'v1', kind: 'PersistentVolume' } as const;

export const isVolume = ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean =>
  apiVersion === VOLUME.apiVersion && kind === VOLUME.kind;

const isClaim = (ref: PlacedObject): boolean => ref.apiVersion === 'v1' && ref.kind === 'PersistentVolumeClaim';
const isNamespace = (ref: PlacedObject): boolean => ref.apiVersion === 'v1' && ref.kind === 'Namespace';

export type Bound = {
  readonly volumes: readonly KubeObject[];
  /** A claim has a volume that this identity may not look at. */
  readonly unseen: boolean;
};

/** The volumes that these claims hold, and those of all claims in these namespaces. Other objects are passed over. */
export async function boundVolumes(reader: Reader, refs: readonly PlacedObject[]): Promise<Bound> {
  const looks = await Promise.all([
    ...refs.filter(isClaim).map((claim) => volumeOf(reader, claim)),
    ...refs.filter(isNamespace).map((namespace) => volumesOfAll(reader, namespace.name)),
  ]);
  return { volumes: looks.flatMap((look) => (look === 'unseen' ? [] : look)), unseen: looks.includes('unseen') };
}

async function volumeOf(reader: Reader, ref: PlacedObject): Promise<readonly KubeObject[] | 'unseen'> {
  const claim = await reader.getIfThere(address(ref));
  if (!claim.ok) return 'unseen';
  const name = textAt(claim.value, 'spec', 'volumeName');
  if (name === '') return [];
  const volume = await reader.getIfThere({ ...VOLUME, name });
  if (!volume.ok) return 'unseen';
  if (volume.value === undefined || claimUid(volume.value) !== claim.value?.metadata.uid) return [];
  return [volume.value];
}

async function volumesOfAll(reader: Reader, namespace: string): Promise<readonly KubeObject[] | 'unseen'> {
  const listed = await reader.list(VOLUME);
  if (!listed.ok) return 'unseen';
  return listed.value.items.filter((volume) => textAt(volume, 'spec', 'claimRef', 'namespace') === namespace);
}

/**
 * A volume that was made for its claim goes with it, also where its class keeps volumes: nobody's data is in it. One that
 * was there before is somebody's, also when a provisioner made it once, for another claim: it is left as it is. A refusal
 * changes nothing, and shows afterwards.
 */
export async function surrender(writer: Writer, volumes: readonly KubeObject[]): Promise<void> {
  for (const volume of volumes) {
    if (textAt(volume, 'spec', 'persistentVolumeReclaimPolicy') !== 'Retain' || !isMadeForItsClaim(volume)) continue;
    await writer.patch(
      { ...VOLUME, name: volume.metadata.name ?? '' },
      [
        { op: 'test', path: '/metadata/uid', value: volume.metadata.uid },
        { op: 'test', path: '/spec/claimRef/uid', value: claimUid(volume) },
        { op: 'replace', path: '/spec/persistentVolumeReclaimPolicy', value: 'Delete' },
      ],
      'json',
    );
  }
}

/** Provisioners name a volume after the UID of the claim that they make it for; the claim that has it now may be another. */
const isMadeForItsClaim = (volume: KubeObject): boolean => {
  const claim = claimUid(volume);
  const isProvisioned = volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== undefined;
  return isProvisioned && claim !== '' && (volume.metadata.name ?? '').endsWith(claim);
};

export type Left = {
  /** Volumes of claims that were there a moment ago, as they were then. */
  readonly held: readonly KubeObject[];
  /** Volumes of claims that went earlier. */
  readonly abandoned: readonly PlacedObject[];
};

/** Waits until the volumes are gone or another's, to the deadline; one that its policy keeps is not waited for. */
export async function volumesLeft(reader: Reader, left: Left, deadline: number): Promise<Remaining[]> {
  const claimOf = new Map(left.held.map((volume) => [volume.metadata.uid, claimUid(volume)]));
  const refs = [...left.held.map((volume) => refOf(volume)), ...left.abandoned.filter(({ uid }) => !claimOf.has(uid))];
  const looks = await Promise.all(
    refs.map(async (ref): Promise<Remaining | undefined> => {
      for (let pause = 150; ; pause = Math.min(pause * 1.5, 1000)) {
        const there = await untilHeard(() => reader.getIfThere(address(ref)), deadline);
        if (!there.ok) return unreadable(ref, there.error);
        const now = there.value?.metadata.uid === ref.uid ? there.value : undefined;
        const still = now === undefined ? undefined : stillHeld(now, claimOf.get(ref.uid));
        if (now === undefined || still === undefined) return undefined;
        if (!still.goes || Date.now() + pause > deadline) {
          return { ref, uid: ref.uid, finalizers: now.metadata.finalizers ?? [], why: still.why };
        }
        await sleep(pause);
      }
    }),
  );
  return looks.flatMap((one) => one ?? []);
}

/**
 * Pure: a volume, and the UID of the claim that had it (undefined: one that went earlier) → why it is still that claim's,
 * and whether it goes by itself. Undefined: it was cleared for others, or is another's.
 */
export function stillHeld(
  volume: KubeObject,
  claim: string | undefined,
): { readonly why: string; readonly goes: boolean } | undefined {
  const phase = textAt(volume, 'status', 'phase');
  if (claim === undefined ? phase === 'Bound' || phase === 'Available' : claimUid(volume) !== claim) return undefined;
  const name = `volume ${volume.metadata.name}`;
  if (textAt(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Retain') {
    return {
      why: `${name} keeps what was written to it (reclaim policy Retain): whoever runs the storage deletes it, or frees it by clearing spec.claimRef`,
      goes: false,
    };
  }
  const said = textAt(volume, 'status', 'message');
  return {
    why: `${name} is ${phase || 'there'}, and its provisioner has not deleted it yet${said === '' ? '' : `: ${said}`}`,
    goes: true,
  };
}

const claimUid = (volume: KubeObject): string => textAt(volume, 'spec', 'claimRef', 'uid');
