import { address, called } from '../apply/index.ts';
import { checkImage, createWorld } from '../assumptions/index.ts';
import { parsedJson } from '../bounded/index.ts';
import type { Reader } from '../cluster/index.ts';
import { lost } from '../engine/connect.ts';
import { observation, stamp } from '../engine/observe.ts';
import type { ReadingRun } from '../engine/tool.ts';
import { imagesOf, isAutoscaled, type KubeObject, pullSecretsOf } from '../objects/index.ts';
import { type Deployment, plan, type Refusal, refuse, revisePlan } from '../workflow/index.ts';
import { homesOf, scalersIn } from './live.ts';
import { worldOf } from './prepare.ts';
import { refOfManifest } from './refs.ts';
import { placeOf, type Tried, tryOne } from './rehearse.ts';
import type { StoredPhase, StoredPlan } from './stored.ts';

/** Something that is no longer as the person saw it who approved. */
type Changed = { readonly what: string; readonly images?: readonly string[] };

/**
 * Before a phase is applied, what its approval rested on is looked at again: who we are, the APIs, the images' digests,
 * and what it would change. The cluster as it was when the person decided is the measure, not a later look.
 */
export async function factsChanged(
  run: ReadingRun,
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
): Promise<Refusal | undefined> {
  if (phase.delivery !== 'apply') return undefined;
  const reader = await run.reader();
  const approved = approvalOf(d);
  const found = await Promise.all([
    identityChanged(run, d),
    apisGone(reader, stored, phase),
    imagesChanged(run, reader, d, phase, approved?.decided ?? Number.POSITIVE_INFINITY),
    differenceChanged(run, reader, d, phase, approved?.body),
  ]);
  const changed = found.flat();
  if (changed.length === 0) return undefined;
  const images = changed.flatMap((c) => c.images ?? []);
  return refuse(
    'PLAN_DRIFT',
    `Phase ${phase.number} is not applied: since the plan was approved, ${changed.map((c) => c.what).join('; ')}. Put it back, or look again, submit the plan again and ask for approval again.`,
    {
      gate: 'P',
      next: [
        ...(images.length === 0
          ? []
          : [{ tool: 'cluster-reality-check', arguments: { deployment: d.id, planned_images: images } }]),
        revisePlan(d),
        { tool: 'request-approval', arguments: { deployment: d.id, ask_again: true } },
      ],
    },
  );
}

/** The decision that holds, and the body of the plan as it was shown then. */
function approvalOf(d: Deployment): { decided: number; body: string } | undefined {
  const digest = plan(d)?.digest;
  const decision = d.decisions.findLast((x) => x.digest === digest && x.choice === 'approve');
  const shown = d.plans.findLast((p) => p.digest === digest && decision !== undefined && p.seq < decision.seq);
  return decision === undefined || shown === undefined ? undefined : { decided: decision.seq, body: shown.body };
}

async function identityChanged(run: ReadingRun, d: Deployment): Promise<Changed[]> {
  const was = d.started.identity;
  if (was === undefined) return [];
  const now = await run.identity();
  return now === was ? [] : [{ what: `the cluster knows this server as ${now}; the deployment was started as ${was}` }];
}

async function apisGone(reader: Reader, stored: StoredPlan, phase: StoredPhase): Promise<Changed[]> {
  const discovery = await reader.discovery({ fresh: true });
  if (!discovery.ok) throw lost(discovery.error);
  const brought = new Set(
    stored.loaded.phases
      .filter((p) => p.number <= phase.number)
      .flatMap((p) => p.manifests.map((m) => m.object))
      .filter((o) => o.kind === 'CustomResourceDefinition')
      .map((o) => `${Object(o.spec).group}/${Object(Object(o.spec).names).kind}`),
  );
  const kinds = new Map(phase.objects.map((o) => [`${o.apiVersion}/${o.kind}`, o]));
  return [...kinds].flatMap(([name, object]): Changed[] => {
    const slash = object.apiVersion.indexOf('/');
    const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
    const version = object.apiVersion.slice(slash + 1);
    if (brought.has(`${group}/${object.kind}`)) return [];
    return discovery.value.find({ group, version, kind: object.kind }) === undefined
      ? [{ what: `${name} is no longer served` }]
      : [];
  });
}

/** Against the digest that was on record when the person decided. Not reachable from here now: nothing speaks against it. */
async function imagesChanged(
  run: ReadingRun,
  reader: Reader,
  d: Deployment,
  phase: StoredPhase,
  decided: number,
): Promise<Changed[]> {
  const { canonicalImage } = await worldOf(run, d);
  const subjects = new Set(
    phase.objects.flatMap((o) => imagesOf(o)).flatMap(({ image }) => canonicalImage(image) ?? []),
  );
  if (subjects.size === 0) return [];
  const world = createWorld(reader, d.target.namespace);
  const pullSecrets = [...new Set(phase.objects.flatMap((o) => pullSecretsOf(o)))];
  const options = { insecureRegistries: run.policy.insecure_registries, signal: run.signal, pullSecrets };
  const looks = await Promise.all(
    [...subjects].map(async (image): Promise<Changed[]> => {
      const subject = `image:${image}`;
      const seen = d.observations.get(subject)?.findLast((o) => o.seq < decided && o.verdict.status === 'pass');
      const then = digestIn(seen?.body === undefined ? undefined : await run.get(seen.body));
      const now = await checkImage(world, subject, options);
      const digest = Object(now.evidence).digest;
      const gone = now.verdict.status === 'fail' && seen !== undefined;
      const other = then !== undefined && digest !== undefined && digest !== then;
      if (!gone && !other) return [];
      await run.record(await observation(run, await stamp(run, 'apply-phase'), now));
      const what = gone
        ? `${image}: ${now.verdict.message}`
        : `${image} is another image (${String(digest).slice(0, 19)}…, then ${then?.slice(0, 19)}…)`;
      return [{ what, images: [image] }];
    }),
  );
  return looks.flat();
}

function digestIn(body: string | undefined): string | undefined {
  if (body === undefined) return undefined;
  const evidence: unknown = Object(JSON.parse(body)).evidence;
  const digest: unknown = Object(evidence).digest;
  return typeof digest === 'string' ? digest : undefined;
}

/** What we placed ourselves since is no surprise; what others put there, took away or changed is. */
async function differenceChanged(
  run: ReadingRun,
  reader: Reader,
  d: Deployment,
  phase: StoredPhase,
  body: string | undefined,
): Promise<Changed[]> {
  const text = body === undefined ? undefined : await run.get(body);
  const tried = text === undefined ? undefined : ((await parsedJson(text)) as StoredPlan).tried;
  if (tried === undefined) return [];
  const places = new Map(tried.map((t) => [t.place, t]));
  const scalers = await scalersIn(reader, homesOf(phase.objects, d.target.namespace));
  const found = await Promise.all(
    phase.objects.map((object) => {
      const key = placeOf(phase.number, object, d.target.namespace);
      const then = places.get(key);
      return then === undefined ? undefined : oneDifference(reader, d, object, then, scalers);
    }),
  );
  return found.flatMap((what) => (what === undefined ? [] : [{ what }]));
}

async function oneDifference(
  reader: Reader,
  d: Deployment,
  object: KubeObject,
  then: Tried,
  scalers: readonly KubeObject[],
): Promise<string | undefined> {
  const ref = refOfManifest(object, d.target.namespace);
  const name = called(ref);
  const live = await reader.getIfThere(address(ref));
  if (!live.ok) throw lost(live.error);
  const uid = live.value?.metadata.uid;
  const ours = d.placements.some((p) => p.purpose === 'phase' && p.state !== 'gone' && p.object.uid === uid);
  if (uid !== undefined && ours) return undefined;
  if (then.uid === undefined && uid === undefined) return undefined;
  if (then.uid === undefined) {
    const managers = [...new Set((live.value?.metadata.managedFields ?? []).map((m) => String(Object(m).manager)))];
    return `${name} was put there by someone else (${managers.join(', ') || 'unknown'}); the plan was to create it`;
  }
  if (uid === undefined) return `${name}, which the plan changes, is gone`;
  if (uid !== then.uid) return `${name} was deleted and made anew by someone else`;
  const now = await tryOne(reader, object, d.target.namespace);
  if (now.changed === undefined) return undefined;
  const scaled = live.value !== undefined && isAutoscaled(live.value, scalers);
  const other = now.changed.filter((path) => !then.changed.includes(path) && !(scaled && path === 'spec.replicas'));
  return other.length === 0
    ? undefined
    : `${name} was changed by someone else: applying it would now change ${other.slice(0, 5).join(', ')}, too`;
}
