import { bare, type CheckedKind, checkNamespaces, createWorld, readManifests } from '../assumptions/index.ts';
import { observation, type Stamp, stamp } from '../engine/observe.ts';
import type { ReadingRun, ToolRun } from '../engine/tool.ts';
import { type Deployment, isDeferred, itemStanding, plan, refuse, standing } from '../workflow/index.ts';
import type { Output } from './cluster-reality-check.answer.ts';
import type { Input } from './cluster-reality-check.ts';
import { claim, claims, LISTS, numbering, readLists, type Wanted } from './items.ts';
import { answered, type Line, lineOf } from './reality-answer.ts';
import { look, type Seen } from './reality-look.ts';

const VIA = 'cluster-reality-check';

export const run: ToolRun<'cluster-reality-check', Input, Output> = async (input, run) => {
  const read = await readLists(input);
  if (!read.ok) return { kind: 'refusal', refusal: read.refusal };
  const manifests = input.manifests === undefined ? undefined : await readManifests(input.manifests, workspaceOf(run));
  if (manifests !== undefined && !manifests.ok) {
    return { kind: 'refusal', refusal: refuse('BAD_INPUT', `manifests: ${manifests.message}`) };
  }
  const d = run.deployment === undefined ? undefined : await run.current();
  const listed = LISTS.some(([field]) => input[field] !== undefined);
  if (d === undefined && !listed && manifests === undefined) {
    return {
      kind: 'refusal',
      refusal: refuse(
        'BAD_INPUT',
        'without a deployment there is nothing on record to look at: give assumed_apis, planned_images, operators, configuration_requirements or manifests',
      ),
    };
  }
  const namespace = input.namespace ?? d?.target.namespace ?? 'default';
  const reader = await run.reader();
  const by = d === undefined ? undefined : await stamp(run, VIA, namespace);
  const all = !listed && manifests === undefined;
  if (d !== undefined && by !== undefined) {
    const items = claims(d, read.wanted, numbering(d), false);
    const refusal = await run.record(...items.map(claim));
    if (refusal !== undefined) return { kind: 'refusal', refusal };
    if (all || d.target.namespaces.some((ns) => standing(d, `namespace:${ns.name}`, run.now()).status !== 'pass')) {
      await lookAtNamespaces(run, d);
    }
  }
  const now = d === undefined ? undefined : await run.current();
  const { wanted, deferred } =
    now === undefined || !all ? { wanted: asLive(now, read.wanted), deferred: [] } : openItems(now, run);

  const world = createWorld(reader, namespace);
  const looking = {
    insecureRegistries: run.policy.insecure_registries,
    signal: run.signal,
    progress: (message: string) => run.progress(message),
  };
  const looked = await look(world, wanted, manifests?.manifests ?? [], looking, (seen) => recorded(run, by, seen));
  const identity = by?.identity ?? (await identityFor(run, looked.length, wanted));
  const at = run.now();
  return {
    kind: 'answer',
    value: await answered(looked, {
      namespace,
      deferred,
      at,
      identity,
      keep: by === undefined ? () => keep(run, looked, { at, by: identity, namespace }) : undefined,
    }),
  };
};

/** Without a deployment nothing goes on record; what a large answer leaves out is kept by its digest. */
const keep = (run: ReadingRun, lines: readonly Line[], about: object): Promise<string> =>
  run.put(
    JSON.stringify({
      ...about,
      items: lines.map(({ answer, where, finding: { asked, verdict, evidence } }) => ({
        name: answer.name,
        ...(where === undefined ? {} : { where }),
        asked,
        verdict,
        evidence,
      })),
    }),
  );

const workspaceOf = (run: ReadingRun) => run.deployment?.started.workspace ?? run.workspace;

/** Discovery answers everyone alike: whose eyes they were matters only when something else was asked. */
const identityFor = async (run: ReadingRun, answers: number, wanted: readonly Wanted[]): Promise<string | undefined> =>
  answers === wanted.filter((w) => w.kind === 'api').length ? undefined : run.identity();

/** Recorded as soon as it is known, so that a cancelled check keeps what it learnt. */
async function recorded(run: ReadingRun, by: Stamp | undefined, { kind, name, finding, where }: Seen): Promise<Line> {
  if (by === undefined) return lineOf(kind, name, finding, undefined, where);
  const observed = await observation(run, by, finding);
  // A look that was broken off saw nothing.
  if (!run.signal.aborted) await run.record(observed);
  return lineOf(kind, name, finding, observed.body, where);
}

async function lookAtNamespaces(run: ReadingRun, d: Deployment): Promise<void> {
  const findings = await checkNamespaces(
    await run.reader(),
    d.target.namespaces.map((ns) => ns.name),
  );
  for (const finding of findings) {
    const by = await stampAt(run, bare(finding.subject), finding.uid);
    await run.record(await observation(run, by, finding));
  }
}

async function stampAt(run: ReadingRun, namespace: string, uid: string | undefined): Promise<Stamp> {
  const by = await stamp(run, VIA, namespace);
  return uid === undefined ? by : { ...by, at: { ...by.at, namespace_uid: uid } };
}

const KINDS: readonly CheckedKind[] = LISTS.map(([, kind]) => kind);
const kindOf = (subject: string) => KINDS.find((kind) => subject.startsWith(`${kind}:`));

/** What is asked for by name is looked at as it stands on record (a plan may bring it). */
const asLive = (d: Deployment | undefined, wanted: readonly Wanted[]): Wanted[] =>
  wanted.map((w) => {
    const item = d?.items.get(w.subject);
    return item?.provided_by === undefined ? w : { ...w, provided_by: item.provided_by };
  });

/** Every live item without evidence that counts, and what the plan uses that nobody has looked at. */
function openItems(d: Deployment, run: ReadingRun): { wanted: Wanted[]; deferred: string[] } {
  const now = run.now();
  const deferred: string[] = [];
  const items = [...d.items.values()].flatMap((item): Wanted[] => {
    const kind = KINDS.find((k) => k === item.kind);
    if (kind === undefined) return [];
    const stands = itemStanding(d, item, now);
    if (isDeferred(stands)) {
      deferred.push(item.name);
      return [];
    }
    const brought = item.provided_by !== 'plan' || standing(d, item.subject, now, { facet: 'real' }).status === 'pass';
    if (stands.status === 'pass' && brought) return [];
    const { subject, name, provided_by } = item;
    return [{ kind, subject, name, ...(provided_by === undefined ? {} : { provided_by }) }];
  });
  const uses = (plan(d)?.uses ?? []).flatMap((subject): Wanted[] => {
    const kind = kindOf(subject);
    if (kind === undefined || d.items.has(subject) || standing(d, subject, now).status === 'pass') return [];
    return [{ kind, subject, name: bare(subject) }];
  });
  return { wanted: [...items, ...uses], deferred };
}
