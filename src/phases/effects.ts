import { textAt } from '../objects/index.ts';
import { type ClusterCall, clusterCall, type ShellCall, type ShellLine } from '../plan/index.ts';
import { releases } from './effect-releases.ts';
import {
  byWords,
  manifestsOf,
  NOTHING,
  namespaceOf,
  present,
  type Scope,
  type Target,
  type Targets,
  together,
  unknown,
} from './effect-targets.ts';

export type { Scope, Target };

/** What a command would do to what is there if it ran now. Read from its words and the cluster; nothing is changed. */
export type Effects = {
  readonly deletes: readonly Target[];
  /** Objects that it names and changes in another way. */
  readonly changes: readonly Target[];
  /** What it deletes that can't be known before it runs, in sentences. */
  readonly unknown: readonly string[];
};

/** Scripts that call scripts deeper than this are not followed. */
const DEEPEST = 4;

export async function effectsOf(scope: Scope, command: string, depth = 0): Promise<Effects> {
  const line = scope.world.parseCommand(command);
  const found = await Promise.all(line.calls.map((call) => effectOf(scope, call, line, depth)));
  // A script may hold what a plan's line may not; where it can't be read, what it deletes is not known either.
  const unread = depth === 0 ? [] : line.problems.filter((p) => UNREAD.has(p.reason) && DELETES.test(command));
  return {
    deletes: byUid(found.flatMap((f) => f.deletes)),
    changes: byUid(found.flatMap((f) => f.changes)),
    unknown: [
      ...new Set([...unread.map((p) => `a script can't be read: ${p.message}`), ...found.flatMap((f) => f.unknown)]),
    ],
  };
}

const UNREAD: ReadonlySet<string> = new Set(['TooLong', 'Syntax', 'DynamicProgram', 'Opaque', 'TooDeep']);
const DELETES = /\b(delete|uninstall|prune|replace|scale)\b/;

const byUid = (all: readonly Target[]): Target[] => [
  ...new Map(all.map((one) => [one.live.metadata.uid ?? '', one])).values(),
];

const deletes = ({ there, unknown: open }: Targets): Effects => ({ deletes: there, changes: [], unknown: open });
const nothing = deletes(NOTHING);

async function effectOf(scope: Scope, call: ShellCall, line: ShellLine, depth: number): Promise<Effects> {
  const cluster = clusterCall(call);
  if (cluster === undefined) return inScripts(scope, call, depth);
  if (cluster.effect !== 'writes') return nothing;
  if (cluster.tool === 'helm')
    return /^(uninstall|delete|del|un)$/.test(cluster.verb) ? deletes(await releases(scope, cluster)) : nothing;
  const flags = call.args.map((arg) => arg.value ?? arg.text);
  const says = (flag: string) => flags.some((f) => f === flag || f === `${flag}=true`);
  if (/^(apply)$/.test(cluster.verb) && says('--prune'))
    return deletes(unknown(`"kubectl apply --prune" deletes what it does not name`));
  const recreates = cluster.verb === 'replace' && says('--force');
  const removes = cluster.verb === 'delete' || recreates;
  const open = call.open_ended || call.args.some((arg) => arg.value === undefined || arg.glob);
  const text = `"kubectl ${cluster.verb}"`;
  if (removes && open) return deletes(unknown(`what ${text} deletes is only known when it runs`));
  if (removes && flags.some((f) => f === '--raw' || f.startsWith('--raw=')))
    return deletes(unknown(`${text} deletes by a path of the API`));
  if (removes && cluster.all_namespaces) return deletes(unknown(`${text} deletes in all namespaces`));
  if (open || cluster.all_namespaces) return nothing;
  const named = await namedBy(scope, cluster, flags, line);
  if (removes) return deletes(named);
  const claims = cluster.verb === 'scale' ? await scaledAway(scope, named.there, replicasOf(cluster)) : [];
  return { deletes: claims, changes: named.there, unknown: [] };
}

async function namedBy(scope: Scope, call: ClusterCall, flags: readonly string[], line: ShellLine): Promise<Targets> {
  const written = await manifestsOf(scope, call, line);
  const filed = await present(scope, written.objects, namespaceOf(scope, call));
  // With a file, further words name nothing.
  const isFiled = call.filenames.length + call.kustomize.length > 0;
  return together([unknown(...written.unknown), filed, isFiled ? NOTHING : await byWords(scope, call, flags)]);
}

/** What a command runs from files of the workspace: scripts, recipes of make; in other languages it can only be looked for. */
async function inScripts(scope: Scope, call: ShellCall, depth: number): Promise<Effects> {
  if (call.program === undefined || call.program === '' || depth >= DEEPEST) return nothing;
  const argv = [call.program, ...call.args.flatMap((arg) => arg.value ?? [])];
  const texts = scope.world.scripts?.(argv) ?? [];
  const found = await Promise.all(
    texts.map(async (script): Promise<Effects> => {
      if ('text' in script) return effectsOf(scope, script.text, depth + 1);
      const names = argv.slice(0, 2).join(' ').slice(0, 80);
      return deletes(unknown(`what ${names} deletes ("${script.deletes}") is only known when it runs`));
    }),
  );
  return {
    deletes: found.flatMap((f) => f.deletes),
    changes: found.flatMap((f) => f.changes),
    unknown: found.flatMap((f) => f.unknown),
  };
}

const replicasOf = ({ flags }: ClusterCall): number => {
  const text = flags.get('--replicas')?.at(-1);
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : 0;
};

/** The claims that a StatefulSet gives up when it is scaled down and says so (`whenScaled: Delete`). */
async function scaledAway(scope: Scope, targets: readonly Target[], replicas: number): Promise<readonly Target[]> {
  const sets = targets.filter(
    ({ live }) =>
      live.kind === 'StatefulSet' &&
      textAt(live, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled') === 'Delete',
  );
  const claims = sets.flatMap(({ live }) => {
    const spec = Object(live.spec);
    const { name = '', namespace } = live.metadata;
    const first = Number(Object(spec.ordinals).start ?? 0) || 0;
    const templates: unknown[] = Array.isArray(spec.volumeClaimTemplates) ? spec.volumeClaimTemplates : [];
    const ordinals = Array.from(
      { length: Math.max(0, Number(spec.replicas ?? 1) - replicas) },
      (_, i) => first + replicas + i,
    );
    return templates.flatMap((template) =>
      ordinals.map((ordinal) => ({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name: `${Object(Object(template).metadata).name}-${name}-${ordinal}`,
          ...(namespace === undefined ? {} : { namespace }),
        },
      })),
    );
  });
  return (await present(scope, claims, scope.namespace)).there;
}
