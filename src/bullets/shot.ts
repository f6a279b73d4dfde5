import { randomBytes } from 'node:crypto';
import {
  createAll,
  dryRunAll,
  isolate,
  judgeSafety,
  marked,
  placedIn,
  type Removal,
  type Renamed,
  removeAll,
  rename,
} from '../apply/index.ts';
import type { Reader, Writer } from '../cluster/index.ts';
import { Refused, type WritingRun } from '../engine/tool.ts';
import type { Failure } from '../objects/index.ts';
import { inOrder } from '../objects/index.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { type Fact, type PlacedObject, type Refusal, refuse } from '../workflow/index.ts';
import { meaningOf } from './rejection.ts';

/** A bullet ready to be fired: its objects under fresh names, marked as ours, in the order they are created. */
export type Shot = {
  readonly objects: readonly KubeObject[];
  readonly names: Renamed['names'];
  readonly namespace: string;
  readonly deployment: string;
};

export async function prepare(
  reader: Reader,
  spec: readonly KubeObject[],
  names: { deployment: string; run: string; namespace: string; elsewhere: readonly string[]; expires: string },
): Promise<Shot> {
  const bullet = randomBytes(3).toString('hex').slice(0, 5);
  const { deployment, run, namespace, elsewhere, expires } = names;
  const renamed = rename(spec, bullet);
  const moved = renamed.objects.map((object) => movedTo(object, namespace, elsewhere));
  const placed = await placedIn(reader, moved, namespace);
  const ours = isolate(placed, bullet).map((object) => marked(object, { deployment, run, bullet, expires }));
  return { objects: inOrder(ours), names: renamed.names, namespace, deployment };
}

/** A document that names one of the deployment's namespaces is fired where bullets are fired. */
function movedTo(object: KubeObject, namespace: string, from: readonly string[]): KubeObject {
  const named = object.metadata.namespace;
  return named === undefined || !from.includes(named)
    ? object
    : { ...object, metadata: { ...object.metadata, namespace } };
}

/** UNSAFE, with every reason and how a person can allow it; nothing when the documents touch only what is theirs. */
export async function unsafe(reader: Reader, shot: Shot, run: WritingRun): Promise<Refusal | undefined> {
  const { bullet_kinds: kinds, bullet_allow: reasons } = run.policy;
  const { dangers } = await judgeSafety(reader, shot.objects, shot.namespace, { kinds, reasons });
  if (dangers.length === 0) return undefined;
  const told = dangers.slice(0, 6).map((d) => `${d.object}: ${d.message} (${d.reason})`);
  const kind = dangers.some((d) => d.reason === 'KindNotAllowed');
  return refuse('UNSAFE', `minimal_spec could touch more than itself: ${told.join('; ')}.`, {
    next: [
      {
        person: 'the operator',
        action: `allow it in policy.yaml of the data folder (${kind ? 'bullet_kinds, ' : ''}bullet_allow: [${[...new Set(dangers.map((d) => d.reason))].join(', ')}]), if it is meant`,
      },
    ],
  });
}

export type Judged =
  | { readonly kind: 'accepted'; readonly would: readonly KubeObject[]; readonly warnings: readonly string[] }
  | { readonly kind: 'rejected'; readonly failure: Failure; readonly warnings: readonly string[] }
  | { readonly kind: 'refusal'; readonly refusal: Refusal };

/** The strict dry run of all of it: what the cluster would make of it, or its no, which is a verdict already. */
export async function judge(reader: Reader, shot: Shot): Promise<Judged> {
  const dry = await dryRunAll(reader, shot.objects);
  let rejected: Failure | undefined;
  for (const { ref, error } of dry.refused) {
    const meaning = meaningOf(ref, error);
    if (meaning.kind === 'mistake') {
      return { kind: 'refusal', refusal: refuse('BAD_INPUT', `minimal_spec: ${meaning.message}`) };
    }
    if (meaning.kind === 'unreachable') return { kind: 'refusal', refusal: unreachable(error) };
    if (meaning.kind === 'verdict') rejected ??= meaning.failure;
  }
  if (rejected !== undefined) return { kind: 'rejected', failure: rejected, warnings: dry.warnings };
  return { kind: 'accepted', would: dry.objects, warnings: dry.warnings };
}

export const unreachable = (error: { reason: string; message: string }): Refusal =>
  refuse('CLUSTER_UNREACHABLE', `${error.reason}: ${error.message}. Nothing was concluded from it.`, {
    next: [{ person: 'whoever holds the login', action: 'make the cluster reachable for this server' }],
  });

export type Fired = {
  readonly created: readonly KubeObject[];
  readonly placed: readonly PlacedObject[];
  readonly warnings: readonly string[];
  readonly failure?: Failure;
  readonly refusal?: Refusal;
};

/** Creates the objects, each written down before it can exist. What was placed is told whatever happens. */
export async function fire(writer: Writer, shot: Shot, run: WritingRun): Promise<Fired> {
  const placed = new Map<string, PlacedObject>();
  let lost: Refusal | undefined;
  const record = async (object: PlacedObject, state: 'intended' | 'created') => {
    placed.set(nameOf(object), object);
    lost = (await run.record({ type: 'placed', run: run.id, object, state, purpose: 'tracer' })) ?? lost;
  };
  const creation = await createAll(writer, shot.objects, {
    run: run.id,
    signal: run.signal,
    intended: async (ref) => {
      await record(ref, 'intended');
      if (lost !== undefined) throw new Refused(lost);
    },
    created: (ref) => record(ref, 'created'),
  }).catch((error: unknown) => {
    if (error instanceof Refused) return { created: [], warnings: [], failed: undefined };
    throw error;
  });
  const done = { created: creation.created, placed: [...placed.values()], warnings: creation.warnings };
  if (lost !== undefined) return { ...done, refusal: lost };
  if (creation.failed === undefined) return done;
  const { ref, error } = creation.failed;
  const meaning = meaningOf(ref, error);
  if (meaning.kind === 'verdict') return { ...done, failure: meaning.failure };
  if (meaning.kind === 'unreachable') return { ...done, refusal: unreachable(error) };
  return { ...done, refusal: refuse('BAD_INPUT', `minimal_spec: ${meaning.message}`) };
}

const CLEANUP_MS = 90_000;

/** Takes out everything of the run and records what is seen to be gone, and what is left of it. */
export async function cleanUp(writer: Writer, placed: readonly PlacedObject[], run: WritingRun): Promise<Removal> {
  const removal = await removeAll(
    writer,
    placed.map((ref) => ({ ref, run: run.id })),
    { timeoutMs: CLEANUP_MS, volumes: true, hurry: true, progress: run.progress },
  );
  const stuck = new Set(removal.remaining.map((r) => nameOf(r.ref)));
  const known = new Set(placed.map(nameOf));
  const facts: Fact[] = [
    ...placed.filter((ref) => !stuck.has(nameOf(ref))).map((ref) => placement(run.id, ref, 'gone')),
    // A child that won't go is nobody's business but ours: it holds the gate like what we placed ourselves.
    ...removal.remaining.filter((r) => !known.has(nameOf(r.ref))).map((r) => placement(run.id, r.ref, 'created')),
  ];
  await run.record(...facts);
  return removal;
}

/** Two kinds of one name (a Service of Knative's beside a plain one) are two objects. */
const nameOf = ({ apiVersion, kind, namespace = '', name }: PlacedObject): string =>
  `${apiVersion}/${kind}/${namespace}/${name}`;

export const placement = (run: string, object: PlacedObject, state: 'created' | 'gone', kept?: boolean): Fact => ({
  type: 'placed',
  run,
  object,
  state,
  purpose: 'tracer',
  ...(kept === undefined ? {} : { kept }),
});
