import {
  imagesOf,
  isRecord,
  type KubeObject,
  SERVER_OWNED_META,
  subjectRef,
  withSteadyNames,
} from '../objects/index.ts';
import { changeOf, type Leaf, leaves } from '../plan/index.ts';
import { type Danger, dangerOf, type Fact, fact, ranked } from './fact.ts';
import { kindFacts, looksClusterScoped } from './kinds.ts';
import { tellingLines } from './telling.ts';
import { keyFacts, sizeFacts } from './workload.ts';

/** One object of the plan as the server would have it (dry run), or as it is written where no server has answered. */
export type Looked = {
  readonly phase: number;
  /** The object as the plan has it. */
  readonly planned: KubeObject;
  /** The server's dry run; absent: not tried, and `why`. */
  readonly result?: KubeObject;
  readonly live?: KubeObject;
  readonly why?: string;
};

export type Change = { readonly path: string; readonly text: string; readonly danger: Danger };

export type ObjectReview = {
  readonly phase: number;
  readonly name: string;
  readonly apiVersion: string;
  readonly namespace?: string;
  readonly action: 'created' | 'changed' | 'unchanged' | 'not tried';
  readonly why?: string;
  readonly uid?: string;
  readonly danger: Danger;
  readonly facts: readonly Fact[];
  readonly changes: readonly Change[];
  readonly before?: KubeObject;
  readonly after: KubeObject;
};

export type Around = {
  readonly namespace: string;
  readonly namespaces: readonly string[];
  /** An image as it is written → the digest that the registry gave, where that is on record. */
  readonly digests: ReadonlyMap<string, string>;
};

export function reviewObject({ phase, planned, result, live, why }: Looked, around: Around): ObjectReview {
  const after = settled(withSteadyNames(result ?? planned));
  const before = live === undefined ? undefined : settled(withSteadyNames(live));
  const changed = before === undefined || result === undefined ? [] : leaves(before, after);
  const changes = changed.map(changeAt).sort((a, b) => b.danger - a.danger);
  const facts = ranked([
    ...placeFacts(after, result !== undefined, around),
    ...imageFacts(after, before, around),
    ...keyFacts(after),
    ...sizeFacts(after),
    ...kindFacts(after, around.namespace, planned),
  ]);
  const action =
    result === undefined
      ? 'not tried'
      : before === undefined
        ? 'created'
        : changes.length === 0
          ? 'unchanged'
          : 'changed';
  const { namespace } = after.metadata;
  const uid = live?.metadata.uid;
  const danger = dangerOf([...facts, ...changes.map((c) => fact(c.danger, c.text))]);
  return {
    phase,
    name: subjectRef(planned),
    apiVersion: planned.apiVersion,
    ...(namespace === undefined ? {} : { namespace }),
    action,
    ...(why === undefined ? {} : { why }),
    ...(uid === undefined ? {} : { uid }),
    danger,
    facts,
    changes,
    ...(before === undefined ? {} : { before }),
    after,
  };
}

const ALLOCATED = new Set(['clusterIP', 'clusterIPs', 'healthCheckNodePort']);
const CONTROLLERS =
  /^(kubectl\.kubernetes\.io\/last-applied|deployment\.kubernetes\.io\/|pv\.kubernetes\.io\/|volume\.kubernetes\.io\/|autoscaling\.alpha)/;

/** Without what the server fills in by itself each time, without status, and without the values of Secrets. */
function settled(object: KubeObject): KubeObject {
  const { status: _, metadata, ...rest } = object;
  const meta = Object.fromEntries(Object.entries(metadata).filter(([key]) => !SERVER_OWNED_META.has(key)));
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !CONTROLLERS.test(key));
  const spec =
    object.kind === 'Service' && isRecord(rest.spec)
      ? {
          spec: Object.fromEntries(
            Object.entries(rest.spec).filter(([key, value]) => !ALLOCATED.has(key) || value === 'None'),
          ),
        }
      : {};
  return {
    ...rest,
    ...spec,
    ...(object.kind === 'Secret' ? hidden(rest) : {}),
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      ...meta,
      ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
    },
  };
}

const hidden = (rest: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    ['data', 'stringData'].flatMap((field) => {
      const values = rest[field];
      return isRecord(values)
        ? [
            [
              field,
              Object.fromEntries(
                Object.entries(values).map(([key, value]) => [
                  key,
                  typeof value === 'string' && value.startsWith('(hidden') ? value : '(hidden)',
                ]),
              ),
            ] as const,
          ]
        : [];
    }),
  );

function placeFacts(after: KubeObject, answered: boolean, { namespace, namespaces }: Around): Fact[] {
  const home = after.metadata.namespace;
  const wide = home === undefined && (answered || looksClusterScoped(after));
  if (wide)
    return [
      fact(
        after.kind === 'Namespace' || after.kind === 'CustomResourceDefinition' ? 2 : 3,
        'of the whole cluster (cluster-scoped)',
      ),
    ];
  if (home === undefined || home === namespace) return [];
  return namespaces.includes(home)
    ? [fact(1, `in namespace ${home}`)]
    : [fact(3, `in namespace ${home}, which is not this deployment's`)];
}

/** Images by tag and digest; a change of one names both. */
function imageFacts(after: KubeObject, before: KubeObject | undefined, { digests }: Around): Fact[] {
  const was = new Map((before === undefined ? [] : imagesOf(before)).map((i) => [i.path, i.image]));
  return imagesOf(after).map(({ image, path, container }) => {
    const digest = image.includes('@') ? undefined : digests.get(image);
    const loose = !image.includes('@') && (/:latest$/.test(image) || !/:[^/:]+$/.test(image));
    const shown = `${image}${digest === undefined ? '' : ` (${digest.slice(0, 19)}…)`}`;
    const old = was.get(path);
    const swapped = before !== undefined && old !== undefined && old !== image;
    const words = swapped ? `image ${old} → ${shown}` : `image ${shown}${container === '' ? '' : ''}`;
    return fact(swapped ? 2 : loose ? 1 : 0, `${words}${loose ? ', a tag that moves' : ''}`);
  });
}

/** Paths whose change decides what runs, with which rights, and who reaches it. */
const GRAVE =
  /securityContext|host(PID|IPC|Network|Path|Port)|privileged|capabilit|roleRef|rules\[|subjects|serviceAccount|webhooks|externalIPs|clientConfig|finalizers|aggregat/i;
const SERIOUS =
  /image|command|args|env|volumes|volumeMounts|selector|labels|template\.metadata|ports?\b|type$|replicas|host|tls|ingress|egress|from|to\[|lifecycle|Probe|tolerations|affinity|nodeSelector|resources|storage|strategy|verbs|resources|data\.|annotations/i;

export function changeAt({ path, before, after }: Leaf): Change {
  const text = `${path}: ${changeOf(before, after)}`;
  const worse =
    after === undefined
      ? 0
      : Math.max(
          0,
          ...tellingLines(typeof after === 'string' ? after : (JSON.stringify(after) ?? '')).map((t) => t.danger),
        );
  const kind = GRAVE.test(path) ? 3 : SERIOUS.test(path) ? 2 : 1;
  return { path, text, danger: Math.max(kind, worse) === 3 ? 3 : Math.max(kind, worse) === 2 ? 2 : 1 };
}
