import { address, called } from '../apply/index.ts';
import { type Reader, splitApiVersion } from '../cluster/index.ts';
import { lost } from '../engine/connect.ts';
import {
  drift as driftOf,
  isAutoscaled,
  type KubeObject,
  listKindsOf,
  withoutControllersFields,
} from '../objects/index.ts';
import {
  type Deployment,
  fail,
  type Observation,
  type PlacedObject,
  pass,
  sameObject,
  unknown,
  type Verdict,
} from '../workflow/index.ts';
import { provenanceOf } from './delivered.ts';
import { finishedOf, goneVerdict } from './finished.ts';
import { refOfManifest } from './refs.ts';
import { placedBy, type StoredPhase } from './stored.ts';

/** One object of a phase as it is now: whether it is there, ours, and as applied. */
export type LiveObject = {
  readonly ref: PlacedObject;
  readonly live: KubeObject | undefined;
  readonly verdict: Verdict;
  /** A Job that completed and that its TTL removed: what was recorded of it. */
  readonly finished?: Observation;
};

/** Everything a phase is about, looked at in the cluster now. */
export async function lookAtPhase(reader: Reader, d: Deployment, phase: StoredPhase): Promise<LiveObject[]> {
  const scalers = await scalersIn(reader, homesOf(phase.objects, d.target.namespace));
  const manifests = await Promise.all(phase.objects.map((object) => lookAtManifest(reader, d, phase, object, scalers)));
  const observed = await Promise.all(
    phase.observed.map(async (ref): Promise<LiveObject> => {
      const placed = { ...ref, namespace: ref.namespace ?? d.target.namespace };
      const live = await get(reader, placed);
      return {
        ref: placed,
        live,
        verdict:
          live === undefined
            ? missing(placed)
            : phase.delivery === 'apply'
              ? pass('Present', `${called(placed)} is there`)
              : await provenanceOf(reader, phase.delivery, placed, live),
      };
    }),
  );
  return [...manifests, ...observed];
}

async function lookAtManifest(
  reader: Reader,
  d: Deployment,
  phase: StoredPhase,
  manifest: KubeObject,
  scalers: readonly KubeObject[],
): Promise<LiveObject> {
  const ref = refOfManifest(manifest, d.target.namespace);
  const live = await get(reader, ref);
  if (live === undefined) {
    const verdict = goneVerdict(d, phase, manifest, ref);
    const placed = placedBy(d, phase.number).find(({ object }) => sameObject(object, ref, d.target.namespace));
    const seen = verdict?.status === 'pass' && placed !== undefined ? finishedOf(d, placed.object) : undefined;
    return { ref, live, verdict: verdict ?? missing(ref), ...(seen === undefined ? {} : { finished: seen }) };
  }
  const owned =
    phase.delivery === 'apply'
      ? provenance(d, phase, ref, live)
      : await provenanceOf(reader, phase.delivery, ref, live);
  if (owned.status !== 'pass') return { ref, live, verdict: owned };
  const same = await drift(reader, d, phase, manifest, ref, live, scalers);
  return { ref, live, verdict: same.status === 'pass' && phase.delivery !== 'apply' ? owned : same };
}

const missing = (ref: PlacedObject): Verdict => fail('NotFound', `${called(ref)} is not there`);

async function get(reader: Reader, ref: PlacedObject): Promise<KubeObject | undefined> {
  const answer = await reader.getIfThere(address(ref));
  if (answer.ok) return answer.value;
  if (answer.error.reason === 'NoKindMatch') return undefined;
  throw lost(answer.error);
}

/** The very object that apply-phase put there or changed, by its UID; another of that name proves nothing. */
function provenance(d: Deployment, phase: StoredPhase, ref: PlacedObject, live: KubeObject): Verdict {
  const placed = placedBy(d, phase.number).find(({ object }) => sameObject(object, ref, d.target.namespace));
  if (placed === undefined) {
    const managers = (live.metadata.managedFields ?? []).map((m) => String(Object(m).manager));
    return fail(
      'NotOurs',
      `${called(ref)} is there, but apply-phase did not put it there in this phase (managers: ${[...new Set(managers)].join(', ') || 'none'})`,
    );
  }
  if (placed.object.uid !== live.metadata.uid) {
    return fail('Recreated', `${called(ref)} is not the object that apply-phase made: it was deleted and made anew`);
  }
  return pass('Applied', `${called(ref)} is there as applied`);
}

/** Is it still what was applied? Compared by the fields we applied, as the server spells them (a dry run). */
async function drift(
  reader: Reader,
  d: Deployment,
  phase: StoredPhase,
  manifest: KubeObject,
  ref: PlacedObject,
  live: KubeObject,
  scalers: readonly KubeObject[],
): Promise<Verdict> {
  const again = await reader.dryRun(withoutControllersFields(manifest), {
    verb: 'apply',
    force: true,
    namespace: ref.namespace ?? d.target.namespace,
  });
  if (!again.ok)
    return unknown('NotComparable', `${called(ref)} could not be compared with the manifest: ${again.error.message}`);
  const schema = await reader.openapi(manifest.apiVersion);
  const changed = driftOf(manifest, live, {
    normalised: again.value.object,
    autoscaled: isAutoscaled(live, scalers),
    ...(schema.ok
      ? { lists: listKindsOf(schema.value, { ...splitApiVersion(manifest.apiVersion), kind: manifest.kind }) }
      : {}),
  });
  if (changed.length === 0) return pass('AsApplied', `${called(ref)} is as applied`);
  return fail(
    'Drifted',
    `${called(ref)} is not as ${phase.delivery === 'apply' ? 'it was applied' : 'the plan has it'}, at ${changed
      .slice(0, 6)
      .map((c) => c.path)
      .join(', ')}`,
  );
}

/** The namespaces that these manifests go to. */
export const homesOf = (objects: readonly KubeObject[], namespace: string): readonly string[] => [
  ...new Set(objects.map((object) => object.metadata.namespace ?? namespace)),
];

/** Autoscalers of these namespaces: the replicas of what they target are theirs. Version 1 is served everywhere. */
export async function scalersIn(reader: Reader, namespaces: readonly string[]): Promise<readonly KubeObject[]> {
  const kind = { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler' };
  const listed = await Promise.all(namespaces.map((namespace) => reader.list(kind, { namespace })));
  return listed.flatMap((list) => (list.ok ? list.value.items : []));
}
