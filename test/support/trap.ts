import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { parseCriterion } from '../../src/criteria/index.ts';
import { parseReference } from '../../src/images/index.ts';
import { isRecord, type KubeObject } from '../../src/objects/index.ts';
import { lookedAt } from '../../src/phases/look.ts';
import { type LoadedPlan, preparePlan } from '../../src/plan/index.ts';
import { worldWith } from '../../src/plan/world.records.ts';
import { deploymentOf, record } from '../../src/report/fixtures/record.ts';
import { type Looked, type Review, reviewLines, reviewOf, type Script } from '../../src/review/index.ts';
import { parseCommand } from '../../src/shell/index.ts';
import { FACTS, type Fact } from '../../src/workflow/index.ts';

/**
 * A trap: a plan with one thing in it that an approver must see, what is in the cluster, and what was decided about
 * before. The dry run is the plan's object over the live one, field by field, as a server-side apply has it.
 */
const object = z.custom<KubeObject>((v) => isRecord(v) && typeof v.kind === 'string');
const written = z.strictObject({
  objects: z.array(object).default([]),
  commands: z.array(z.string()).default([]),
  validation: z.array(z.string()).default(['kubectl get configmap settings']),
  rollback: z.array(z.string()).default(['undo']),
  criteria: z.array(z.string()).default(['ConfigMap/settings: create']),
  irreversible: z.array(z.string()).default([]),
  files: z.record(z.string(), z.string()).default({}),
  frame: z.record(z.string(), z.unknown()).default({}),
  phase: z.record(z.string(), z.unknown()).default({}),
});
const trap = z.strictObject({
  trap: z.string(),
  /** Each must be on one line above the full difference. */
  shows: z.array(z.string()).min(1),
  /** The trap's objects stand after so many harmless ones, and before so many. */
  before: z.number().default(0),
  after: z.number().default(0),
  plan: written,
  live: z.array(object).default([]),
  /** What the server's admission makes of an object, where that is more than the plan has. */
  admission: z.array(object).default([]),
  decided: written.optional(),
  facts: z.array(z.record(z.string(), z.unknown())).default([]),
});
export type Trap = z.infer<typeof trap>;
type Written = z.infer<typeof written>;

export function trapsIn(folder: string): Trap[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) =>
      parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map((document) => {
        const value: unknown = document.toJS();
        const parsed = trap.safeParse(value);
        if (!parsed.success)
          throw new Error(`${name}: ${JSON.stringify(value).slice(0, 120)}: ${parsed.error.message}`);
        return parsed.data;
      }),
    );
}

const NAMESPACE = 'ns';
const NOW = '2026-01-01T12:00:00.000Z';

const harmless = (index: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `settings-${index}` },
  data: { key: `value ${index}` },
});

const SETTINGS: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data: { mode: 'plain' },
};

async function loaded(of: Written, before = 0, after = 0): Promise<LoadedPlan> {
  const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => harmless(from + i));
  const objects = [...range(1, before), ...of.objects, ...range(before + 1, after), SETTINGS];
  const files = {
    'all.yaml': objects.map((o) => stringify(o, { aliasDuplicateObjects: false })).join('---\n'),
    ...of.files,
  };
  const plan = {
    component: 'web',
    target: NAMESPACE,
    phase_1: {
      name: 'everything',
      resources: ['all.yaml'],
      commands: of.commands,
      validation_commands: of.validation,
      success_criteria: of.criteria,
      rollback: of.rollback,
      irreversible: of.irreversible,
      ...of.phase,
    },
    validation: 'none: a test',
    rollback_strategy: 'in reverse order',
    ...of.frame,
  };
  const world = worldWith({ parseCommand, parseCriterion, parseReference })(files, {
    namespace: NAMESPACE,
    namespaces: [NAMESPACE],
  });
  const { prepared, problems } = await preparePlan(plan, 'plan.yaml', world);
  if (prepared === undefined || prepared.loaded.phases[0]?.manifests.length !== objects.length)
    throw new Error(JSON.stringify(problems));
  return prepared.loaded;
}

const scriptsOf = (plan: LoadedPlan, files: Readonly<Record<string, string>>): Script[] =>
  [...plan.phases.flatMap((p) => p.pinned), ...plan.pinned].flatMap(({ path, sha256 }) => {
    const text = files[path];
    return text === undefined ? [] : [{ path, sha256, text }];
  });

const same = (a: KubeObject, b: KubeObject): boolean =>
  a.kind === b.kind &&
  a.metadata.name === b.metadata.name &&
  (a.metadata.namespace ?? NAMESPACE) === (b.metadata.namespace ?? NAMESPACE);

/** Maps are merged, lists whose entries have names entry by entry, everything else is taken over. */
function over(live: unknown, planned: unknown): unknown {
  if (isRecord(live) && isRecord(planned))
    return Object.fromEntries(
      [...new Set([...Object.keys(live), ...Object.keys(planned)])].map((key) => [
        key,
        key in planned ? over(live[key], planned[key]) : live[key],
      ]),
    );
  return planned;
}

const WIDE =
  /^(Namespace|Cluster(Role|RoleBinding)|.*WebhookConfiguration|CustomResourceDefinition|PersistentVolume|StorageClass|PriorityClass|APIService|SecurityContextConstraints)$/;
const homed = (o: KubeObject): KubeObject =>
  WIDE.test(o.kind) || o.metadata.namespace !== undefined
    ? o
    : { ...o, metadata: { ...o.metadata, namespace: NAMESPACE } };

export async function reviewOfTrap(one: Trap): Promise<Review> {
  const plan = await loaded(one.plan, one.before, one.after);
  const live = one.live.map(homed);
  const looked = plan.phases.flatMap((p) =>
    p.manifests.map((m): Looked => {
      const planned = homed(m.object);
      const there = live.find((l) => same(l, planned));
      const admitted = one.admission.map(homed).find((a) => same(a, planned));
      const merged = over(over(there ?? {}, planned), admitted ?? {});
      const result = isRecord(merged) ? { ...planned, ...merged } : planned;
      return lookedAt(p.number, m.object, { result, live: there });
    }),
  );
  const rest = (kinds: RegExp) => live.filter((l) => kinds.test(l.kind));
  const before = one.decided === undefined ? undefined : await loaded(one.decided);
  const deployment = deploymentOf(record(...one.facts.map(factOf)));
  return reviewOf({
    deployment,
    now: NOW,
    digest: 'sha256:0123456789abcdef',
    loaded: plan,
    scripts: scriptsOf(plan, one.plan.files),
    looked,
    around: {
      services: rest(/^Service$/),
      workloads: rest(/^(Deployment|StatefulSet|DaemonSet|Pod)$/),
      quotas: rest(/^ResourceQuota$/),
      unseen: [],
    },
    digests: new Map(),
    notes: [],
    ...(before === undefined || one.decided === undefined
      ? {}
      : {
          decided: {
            at: '2025-12-31T12:00:00.000Z',
            choice: 'approve',
            digest: 'sha256:fedcba9876543210',
            loaded: before,
            scripts: scriptsOf(before, one.decided.files),
          },
        }),
  });
}

function factOf(given: Readonly<Record<string, unknown>>): Fact {
  const type = Object.keys(FACTS).find((name) => name === given.type);
  const schema = Object.entries(FACTS).find(([name]) => name === type)?.[1];
  const parsed = schema?.safeParse(given);
  if (parsed?.success !== true) throw new Error(`no fact: ${JSON.stringify(given)}: ${parsed?.error?.message}`);
  return parsed.data;
}

export const linesOf = (review: Review): string[] => reviewLines(review, { now: NOW, lookedAt: NOW, fresh: true });
