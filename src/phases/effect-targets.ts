import { type Discovery, groupVersion, type Reader, resourcesNamed } from '../cluster/index.ts';
import type { KubeObject } from '../objects/index.ts';
import {
  type ClusterCall,
  clusterCall,
  operandsOf,
  readManifests,
  type ShellCall,
  type ShellLine,
  type World,
} from '../plan/index.ts';
import type { PlacedObject } from '../workflow/index.ts';

/** An object as it is in the cluster now. */
export type Target = {
  /** With the UID of what is there now. */
  readonly object: PlacedObject;
  readonly live: KubeObject;
};

/** What a call names that is there now, and what of it can't be known before it runs, in sentences. */
export type Targets = { readonly there: readonly Target[]; readonly unknown: readonly string[] };

export type Scope = { readonly reader: Reader; readonly world: World; readonly namespace: string };

export const NOTHING: Targets = { there: [], unknown: [] };

export const unknown = (...why: readonly string[]): Targets => ({ there: [], unknown: why });

export const namespaceOf = (scope: Scope, call: ClusterCall): string => call.namespaces.at(-1) ?? scope.namespace;

export const together = (all: readonly Targets[]): Targets => ({
  there: all.flatMap((one) => one.there),
  unknown: all.flatMap((one) => one.unknown),
});

/** `TYPE NAME`, `TYPE -l a=b`, `TYPE --all`, as discovery knows the types. */
export async function byWords(scope: Scope, call: ClusterCall, flags: readonly string[]): Promise<Targets> {
  const { reader } = scope;
  const discovery = await reader.discovery();
  if (!discovery.ok) return unknown(`the API server does not say which kinds it serves: ${discovery.error.message}`);
  if (flags.some((f) => f.startsWith('--field-selector'))) return unknown('a field selector names no object');
  const namespace = namespaceOf(scope, call);
  const found = await Promise.all(
    operandsOf(call).map(async ({ kind: word, name }): Promise<Targets> => {
      const kinds = kindsNamed(discovery.value, word);
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
        there: looks.flatMap((look) => (typeof look === 'string' ? [] : look.map(asTarget))),
        unknown: looks.flatMap((look) => (typeof look === 'string' ? [`${word}: ${look}`] : [])),
      };
    }),
  );
  return together(found);
}

export function asTarget(live: KubeObject): Target {
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

/** Where the API does not serve projects, a Project is the Namespace of its name. */
function kindsNamed(discovery: Discovery, word: string) {
  const kinds = resourcesNamed(discovery, word);
  const isProject = /^projects?(\.project\.openshift\.io)?$/i.test(word);
  return isProject && !kinds.some((kind) => kind.group === 'project.openshift.io')
    ? [...kinds, ...resourcesNamed(discovery, 'namespaces')]
    : kinds;
}

type Written = { readonly objects: readonly KubeObject[]; readonly unknown: readonly string[] };

/** The objects of `-f`, `-k` and what is piped into `-f -`: a kustomization that is rendered, files that are printed. */
export async function manifestsOf(scope: Scope, call: ClusterCall, line: ShellLine): Promise<Written> {
  const stdin = call.filenames.includes('-');
  const folders = [...call.kustomize, ...(stdin ? line.calls.flatMap(kustomized) : [])];
  const files = [...call.filenames.filter((f) => f !== '-'), ...(stdin && folders.length === 0 ? printed(line) : [])];
  if (stdin && files.length === 0 && folders.length === 0)
    return { objects: [], unknown: ['what it acts on comes through a pipe and is only known when it runs'] };
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

/** `cat a.yaml b.yaml |`, `< a.yaml`. Of anything else, what it prints is only known when it runs. */
function printed({ calls, redirects }: ShellLine): string[] {
  const given = redirects.flatMap((r) => (r.operator === '<' && r.target !== undefined ? [r.target] : []));
  const cats = calls.filter((call) => /(^|\/)cat$/.test(call.program ?? ''));
  const args = cats.flatMap((call) => call.args.filter((arg) => !arg.text.startsWith('-')));
  const filters = calls.some((call) => !/(^|\/)(cat|kubectl|oc)$/.test(call.program ?? '') || isRead(call));
  if (filters || args.some((arg) => arg.value === undefined || arg.glob)) return [];
  return [...given, ...args.flatMap((arg) => arg.value ?? [])];
}

/** A command of the cluster that prints something may be what the pipe carries. */
const isRead = (call: ShellCall): boolean => ['reads', 'dry-run'].includes(clusterCall(call)?.effect ?? '');

const MOST_FILES = 500;

async function textOf({ files }: World, path: string): Promise<string | { readonly unread: string }> {
  if ((await files.kind(path)) !== 'folder') return (await files.read(path)) ?? { unread: `${path} can't be read` };
  const listed = await files.list(path, MOST_FILES);
  if (listed === undefined) return { unread: `${path} holds more than ${MOST_FILES} files` };
  const texts = await Promise.all(listed.filter((f) => /\.(ya?ml|json)$/i.test(f)).map((f) => files.read(f)));
  return texts.map((text) => text ?? '').join('\n---\n');
}

export async function present({ reader }: Scope, objects: readonly KubeObject[], home: string): Promise<Targets> {
  const looks = await Promise.all(
    objects.map(({ apiVersion, kind, metadata: { name = '', namespace = home } }) =>
      reader.getIfThere({ apiVersion, kind, name, namespace }),
    ),
  );
  return {
    there: looks.flatMap((look) => (look.ok && look.value !== undefined ? [asTarget(look.value)] : [])),
    // Of a kind that is not served there is no object.
    unknown: looks.flatMap((look) => (look.ok || look.error.reason === 'NoKindMatch' ? [] : [look.error.message])),
  };
}
