import { posix } from 'node:path';
import { word } from '../document.ts';
import { extended, type FileAt, mergedDocuments } from './compose-merge.ts';
import { rebasedServices } from './compose-paths.ts';
import { dig, isJson, type Json, listOf, textOf, type Unread, type YamlDocument } from './yaml.ts';

/** Another file that a compose file takes in, as it names it. */
export type Reference = {
  readonly path: string;
  readonly at: readonly (string | number)[];
  readonly field: 'include' | 'extends.file';
  /** Of `include: [{path: [a, b]}]` the first, over which this one is merged. */
  readonly over?: string;
  /** Where the paths in it begin, if not in its own folder. */
  readonly folder?: string;
};

/** `include` and `extends.file`: without those files a part of what is started is unknown. */
export function referencesOf(value: Json): Reference[] {
  const included = listOf(value.include).flatMap((one, i): Reference[] => {
    const paths = (isJson(one) ? [one.path].flat() : [one]).flatMap((path) => textOf(path) ?? []);
    const folder = isJson(one) ? textOf(one.project_directory) : undefined;
    return paths.map((path) => ({
      path,
      at: ['include', i],
      field: 'include',
      ...(paths.length > 1 && paths[0] !== undefined ? { over: paths[0] } : {}),
      ...(folder === undefined ? {} : { folder }),
    }));
  });
  const services = isJson(value.services) ? Object.entries(value.services) : [];
  const extended = services.flatMap(([name, service]): Reference[] => {
    const path = textOf(dig(service, 'extends', 'file'));
    return path === undefined ? [] : [{ path, at: ['services', name, 'extends', 'file'], field: 'extends.file' }];
  });
  return [...included, ...extended];
}

/** Those of them that are not among the parts that were read. */
export function missingFiles(document: YamlDocument, part: string, parts: ReadonlySet<string>): Unread[] {
  return referencesOf(document.value).flatMap(({ path, at, field }) => {
    const name = beside(part, path);
    return parts.has(name)
      ? []
      : [
          {
            place: document.at(at),
            because: `${field} takes in ${word(path)}, which isn’t here: pass the folder that holds both`,
          },
        ];
  });
}

/** A compose file, and the part it stands in. */
export type ComposeDocument = { readonly document: YamlDocument; readonly part: string };

/**
 * What compose would start: each override merged over the file it belongs to, `extends` resolved, paths of included files
 * as from the file that includes them, and files that others only extend from left out.
 */
export function togetherOf(all: readonly ComposeDocument[]): YamlDocument[] {
  const byPart = new Map(all.map((one) => [one.part, one.document]));
  const references = all.flatMap(({ document, part }) =>
    referencesOf(document.value).map((r) => ({ ...r, from: part })),
  );
  const included = new Map(
    references.flatMap((r) => (r.field === 'include' ? [[beside(r.from, r.path), r] as const] : [])),
  );
  const extendedFrom = new Set(references.flatMap((r) => (r.field === 'include' ? [] : [beside(r.from, r.path)])));
  const fileAt = fileAtOf(byPart);
  return all.flatMap(({ document, part }) => {
    if (baseOf(part, byPart) !== undefined) return [];
    const inclusion = included.get(part);
    // The second and later files of one `include` are merged over its first.
    if (inclusion?.over !== undefined && beside(inclusion.from, inclusion.over) !== part) return [];
    if (extendedFrom.has(part) && inclusion === undefined && !isDefaultFile(part)) return [];
    const overs = all.filter(
      (one) => baseOf(one.part, byPart) === part || (one.part !== part && isOver(included.get(one.part), part)),
    );
    const resolve = (one: ComposeDocument) => extended(one.document, fileAt(one.part));
    const base = underlying({ document, part }, all);
    const merged = mergedDocuments(
      base === undefined ? resolve({ document, part }) : onlyServices(resolve(base), document),
      base === undefined ? overs.map(resolve) : [resolve({ document, part })],
    );
    return [{ ...merged, value: rebasedServices(merged.value, wayTo(part, included)) }];
  });
}

/**
 * Of `compose.prod.yml`, which is given with a second `-f`, the file in the same folder that has the image of its services.
 */
function underlying({ document, part }: ComposeDocument, all: readonly ComposeDocument[]): ComposeDocument | undefined {
  if (isDefaultFile(part)) return undefined;
  const open = Object.entries(isJson(document.value.services) ? document.value.services : {}).filter(
    ([, one]) => isJson(one) && !['image', 'build', 'extends'].some((field) => field in one),
  );
  if (open.length === 0) return undefined;
  return all.find(
    (one) =>
      isDefaultFile(one.part) &&
      posix.dirname(one.part) === posix.dirname(part) &&
      open.every(([name]) => dig(one.document.value, 'services', name) !== undefined),
  );
}

const onlyServices = (base: YamlDocument, over: YamlDocument): YamlDocument => ({
  ...base,
  value: {
    ...base.value,
    services: Object.fromEntries(
      Object.entries(isJson(base.value.services) ? base.value.services : {}).filter(
        ([name]) => dig(over.value, 'services', name) !== undefined,
      ),
    ),
  },
});

type Inclusion = Reference & { readonly from: string };
const isOver = (inclusion: Inclusion | undefined, part: string): boolean =>
  inclusion?.over !== undefined && beside(inclusion.from, inclusion.over) === part;

/** From the folder of the file that is started to the one where an included file's paths begin. */
function wayTo(part: string, included: ReadonlyMap<string, Inclusion>): string {
  const inclusion = included.get(part);
  if (inclusion === undefined) return '.';
  const own = inclusion.folder === undefined ? posix.dirname(part) : beside(inclusion.from, inclusion.folder);
  const seen = new Set([part]);
  let root = inclusion.from;
  for (let next = included.get(root); next !== undefined && !seen.has(root); next = included.get(root)) {
    seen.add(root);
    root = next.from;
  }
  return posix.relative(posix.dirname(root), own) || '.';
}

const fileAtOf =
  (byPart: ReadonlyMap<string, YamlDocument>) =>
  (part: string): FileAt =>
  (path) => {
    const name = beside(part, path);
    const document = byPart.get(name);
    return document === undefined ? undefined : { document, fileAt: fileAtOf(byPart)(name) };
  };

/** Services that others extend and that are in no file here. */
export function missingServices(all: readonly ComposeDocument[]): Unread[] {
  const byPart = new Map(all.map((one) => [one.part, one.document]));
  return all.flatMap(({ document, part }) =>
    Object.entries(isJson(document.value.services) ? document.value.services : {}).flatMap(
      ([name, service]): Unread[] => {
        const next = isJson(service) ? service.extends : undefined;
        const file = textOf(dig(next, 'file'));
        const wanted = textOf(dig(next, 'service')) ?? textOf(next);
        const from = file === undefined ? document : byPart.get(beside(part, file));
        if (wanted === name && file === undefined)
          return [{ place: document.at(['services', name, 'extends']), because: 'it extends itself' }];
        if (wanted === undefined || from === undefined || dig(from.value, 'services', wanted) !== undefined) return [];
        const because = `it extends the service ${word(wanted)}, which isn’t in ${file === undefined ? 'this file' : word(file)}`;
        return [{ place: document.at(['services', name, 'extends']), because }];
      },
    ),
  );
}

/** Whether a part is merged over another one that is here. */
export const isOverride = (document: YamlDocument, part: string, parts: Names): boolean =>
  baseOf(part, parts) !== undefined &&
  isJson(document.value.services) &&
  Object.values(document.value.services).some(isJson);

type Names = { has(name: string): boolean };

const beside = (part: string, path: string): string => posix.normalize(posix.join(posix.dirname(part), path));
const isDefaultFile = (part: string): boolean => /(^|\/)(docker-)?compose\.ya?ml$/.test(part);

/** Of `compose.override.yml` the file that compose reads it over, where that is here. */
function baseOf(part: string, parts: Names): string | undefined {
  const [, stem] = /^((?:.*\/)?[\w.-]{1,200})\.override\.ya?ml$/.exec(part) ?? [];
  return stem === undefined ? undefined : ['.yml', '.yaml'].map((end) => stem + end).find((name) => parts.has(name));
}
