import { groupVersion, type Reader, resourcesNamed } from '../cluster/index.ts';
import type { KubeObject } from '../objects/index.ts';
import { type ClusterCall, clusterCall, operandsOf, readManifests, type ShellCall, type World } from '../plan/index.ts';
import type { PlacedObject } from '../workflow/index.ts';

/** What a command would delete if it ran now. Read from its words and the cluster; nothing is run or changed. */
export type Effects = {
  readonly deletes: readonly Deletion[];
  /** What it deletes that can't be known before it runs, in sentences. */
  readonly unknown: readonly string[];
};

export type Deletion = {
  /** With the UID of what is there now. */
  readonly object: PlacedObject;
  readonly live: KubeObject;
};

export type Scope = { readonly reader: Reader; readonly world: World; readonly namespace: string };

const NOTHING: Effects = { deletes: [], unknown: [] };

export async function effectsOf(scope: Scope, command: string): Promise<Effects> {
  const line = scope.world.parseCommand(command);
  const found = await Promise.all(line.calls.map((call) => effectOf(scope, call, line.calls, line.files)));
  const deletes = new Map(found.flatMap((f) => f.deletes).map((d) => [d.live.metadata.uid ?? '', d]));
  return { deletes: [...deletes.values()], unknown: [...new Set(found.flatMap((f) => f.unknown))] };
}

async function effectOf(
  scope: Scope,
  call: ShellCall,
  all: readonly ShellCall[],
  piped: readonly string[],
): Promise<Effects> {
  const cluster = clusterCall(call);
  if (cluster === undefined || cluster.effect !== 'writes') return NOTHING;
  if (cluster.tool === 'helm')
    return /^(uninstall|delete|del|un)$/.test(cluster.verb) ? releases(scope, cluster) : NOTHING;
  const flags = call.args.map((arg) => arg.value ?? arg.text);
  const says = (flag: string) => flags.some((f) => f === flag || f === `${flag}=true`);
  if (/^(apply)$/.test(cluster.verb) && says('--prune'))
    return unknown(`"kubectl apply --prune" deletes what it does not name`);
  const recreates = cluster.verb === 'replace' && says('--force');
  if (cluster.verb !== 'delete' && !recreates) return NOTHING;
  const text = `"kubectl ${cluster.verb}"`;
  if (call.open_ended || call.args.some((arg) => arg.value === undefined || arg.glob))
    return unknown(`what ${text} deletes is only known when it runs`);
  if (flags.some((f) => f === '--raw' || f.startsWith('--raw=')))
    return unknown(`${text} deletes by a path of the API`);
  if (cluster.all_namespaces) return unknown(`${text} deletes in all namespaces`);
  const written = await manifestsOf(scope, cluster, all, piped);
  const named = recreates ? NOTHING : await byWords(scope, cluster, flags);
  const filed = await present(scope, written.objects, namespaceOf(scope, cluster));
  return {
    deletes: [...filed.deletes, ...named.deletes],
    unknown: [...written.unknown, ...filed.unknown, ...named.unknown],
  };
}

const unknown = (...why: readonly string[]): Effects => ({ deletes: [], unknown: why });

const namespaceOf = (scope: Scope, call: ClusterCall): string => call.namespaces.at(-1) ?? scope.namespace;

/** `TYPE NAME`, `TYPE -l a=b`, `TYPE --all`, as discovery knows the types. */
async function byWords(scope: Scope, call: ClusterCall, flags: readonly string[]): Promise<Effects> {
  const { reader } = scope;
  const discovery = await reader.discovery();
  if (!discovery.ok) return unknown(`the API server does not say which kinds it serves: ${discovery.error.message}`);
  if (flags.some((f) => f.startsWith('--field-selector'))) return unknown('a field selector names no object');
  const namespace = namespaceOf(scope, call);
  const found = await Promise.all(
    operandsOf(call).map(async ({ kind: word, name }): Promise<Effects> => {
      const kinds = resourcesNamed(discovery.value, word);
      const looks = await Promise.all(
        kinds.map(async ({ group, version, kind, namespaced }): Promise<readonly KubeObject[] | string> => {
          const apiVersion = groupVersion(group, version);
          const where = namespaced ? { namespace } : {};
          if (name !== undefined) {
            const there = await reader.getIfThere({ apiVersion, kind, name, ...where });
            return there.ok ? (there.value === undefined ? [] : [there.value]) : there.error.message;
          }
          const [labelSelector] = call.selectors;
          if (labelSelector === undefined && !call.every) return [];
          const listed = await reader.list(
            { apiVersion, kind },
            { metadataOnly: true, ...where, ...(labelSelector === undefined ? {} : { labelSelector }) },
          );
          return listed.ok ? listed.value.items.map((item) => ({ ...item, apiVersion, kind })) : listed.error.message;
        }),
      );
      return {
        deletes: looks.flatMap((look) => (typeof look === 'string' ? [] : look.map(asDeletion))),
        unknown: looks.flatMap((look) => (typeof look === 'string' ? [`${word}: ${look}`] : [])),
      };
    }),
  );
  return { deletes: found.flatMap((f) => f.deletes), unknown: found.flatMap((f) => f.unknown) };
}

function asDeletion(live: KubeObject): Deletion {
  const { name = '', namespace, uid } = live.metadata;
  return {
    live,
    object: {
      apiVersion: live.apiVersion,
      kind: live.kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
    },
  };
}

type Written = { readonly objects: readonly KubeObject[]; readonly unknown: readonly string[] };

/** The objects of `-f`, `-k` and what is piped into `-f -`. */
async function manifestsOf(
  scope: Scope,
  call: ClusterCall,
  all: readonly ShellCall[],
  piped: readonly string[],
): Promise<Written> {
  const stdin = call.filenames.includes('-');
  const folders = [...call.kustomize, ...(stdin ? all.flatMap(kustomized) : [])];
  const files = [...call.filenames.filter((f) => f !== '-'), ...(stdin && folders.length === 0 ? piped : [])];
  if (stdin && files.length === 0 && folders.length === 0)
    return { objects: [], unknown: ['what it deletes comes through a pipe and is only known when it runs'] };
  const texts = await Promise.all([
    ...folders.map(async (folder) => {
      const rendered = await scope.world.render?.kustomize?.(folder);
      return rendered?.ok === true ? rendered.text : { unread: `what ${folder} renders to can't be read` };
    }),
    ...files.map((file) => textOf(scope.world, file)),
  ]);
  const objects: KubeObject[] = [];
  const open: string[] = [];
  for (const text of texts) {
    if (typeof text === 'string') objects.push(...readManifests(text).written.map((w) => w.object));
    else open.push(text.unread);
  }
  return { objects, unknown: open };
}

/** `kubectl kustomize overlay |`, `kustomize build overlay |`. */
function kustomized(call: ShellCall): string[] {
  const cluster = clusterCall(call);
  if (cluster?.verb === 'kustomize') return cluster.operands.slice(0, 1);
  const words = call.args.map((arg) => arg.value ?? arg.text);
  return /(^|\/)kustomize$/.test(call.program ?? '') && words[0] === 'build' ? [words[1] ?? '.'] : [];
}

const MOST_FILES = 500;

async function textOf({ files }: World, path: string): Promise<string | { readonly unread: string }> {
  if ((await files.kind(path)) !== 'folder') return (await files.read(path)) ?? { unread: `${path} can't be read` };
  const listed = await files.list(path, MOST_FILES);
  if (listed === undefined) return { unread: `${path} holds more than ${MOST_FILES} files` };
  const texts = await Promise.all(listed.filter((f) => /\.(ya?ml|json)$/i.test(f)).map((f) => files.read(f)));
  return texts.map((text) => text ?? '').join('\n---\n');
}

async function present({ reader }: Scope, objects: readonly KubeObject[], home: string): Promise<Effects> {
  const looks = await Promise.all(
    objects.map(({ apiVersion, kind, metadata: { name = '', namespace = home } }) =>
      reader.getIfThere({ apiVersion, kind, name, namespace }),
    ),
  );
  return {
    deletes: looks.flatMap((look) => (look.ok && look.value !== undefined ? [asDeletion(look.value)] : [])),
    // Of a kind that is not served there is no object.
    unknown: looks.flatMap((look) => (look.ok || look.error.reason === 'NoKindMatch' ? [] : [look.error.message])),
  };
}

/** Helm keeps each revision of a release in a Secret: where one is there, so is the release. */
async function releases(scope: Scope, call: ClusterCall): Promise<Effects> {
  const namespace = namespaceOf(scope, call);
  const found = await Promise.all(
    call.operands.map(async (release): Promise<Effects> => {
      const listed = await scope.reader.list(
        { apiVersion: 'v1', kind: 'Secret' },
        { namespace, labelSelector: `owner=helm,name=${release}`, metadataOnly: true },
      );
      if (!listed.ok) return unknown(`whether there is a release ${release} can't be seen: ${listed.error.message}`);
      const first = listed.value.items.toSorted((a, b) => createdAt(a) - createdAt(b))[0];
      if (first === undefined) return NOTHING;
      const { uid, creationTimestamp } = first.metadata;
      const live = {
        ...first,
        apiVersion: 'helm.sh/v3',
        kind: 'Release',
        metadata: {
          name: release,
          namespace,
          ...(uid === undefined ? {} : { uid }),
          ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
        },
      };
      return { deletes: [asDeletion(live)], unknown: [] };
    }),
  );
  return { deletes: found.flatMap((f) => f.deletes), unknown: found.flatMap((f) => f.unknown) };
}

const createdAt = (object: KubeObject): number => Date.parse(object.metadata.creationTimestamp ?? '') || 0;
