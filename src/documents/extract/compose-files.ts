import { posix } from 'node:path';
import { word } from '../document.ts';
import { extended, type FileAt, mergedDocuments } from './compose-merge.ts';
import { dig, isJson, type Json, listOf, textOf, type Unread, type YamlDocument } from './yaml.ts';

/** Another file that a compose file takes in, as it names it. */
export type Reference = { readonly path: string; readonly at: readonly (string | number)[]; readonly field: string };

/** `include` and `extends.file`: without those files a part of what is started is unknown. */
export function referencesOf(value: Json): Reference[] {
  const included = listOf(value.include).flatMap((one, i): Reference[] => {
    const paths = isJson(one) ? [one.path].flat() : [one];
    return paths.flatMap((path) =>
      textOf(path) === undefined ? [] : [{ path: textOf(path) ?? '', at: ['include', i], field: 'include' }],
    );
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
 * What compose would start: each override merged over the file it belongs to, `extends` resolved, and files that others
 * only extend from left out.
 */
export function togetherOf(all: readonly ComposeDocument[]): YamlDocument[] {
  const byPart = new Map(all.map((one) => [one.part, one.document]));
  const overrides = all.filter(({ part }) => baseOf(part, byPart) !== undefined);
  const included = new Set(
    all.flatMap(({ document, part }) =>
      referencesOf(document.value).flatMap((r) => (r.field === 'include' ? [beside(part, r.path)] : [])),
    ),
  );
  const extendedFrom = new Set(
    all.flatMap(({ document, part }) =>
      referencesOf(document.value).flatMap((r) => (r.field === 'include' ? [] : [beside(part, r.path)])),
    ),
  );
  const fileAtOf =
    (part: string): FileAt =>
    (path) => {
      const name = beside(part, path);
      const document = byPart.get(name);
      return document === undefined ? undefined : { document, fileAt: fileAtOf(name) };
    };
  return all.flatMap(({ document, part }) => {
    if (baseOf(part, byPart) !== undefined) return [];
    if (extendedFrom.has(part) && !included.has(part) && !isDefaultFile(part)) return [];
    const overs = overrides.filter((one) => baseOf(one.part, byPart) === part);
    const resolve = (one: ComposeDocument) => extended(one.document, fileAtOf(one.part));
    return [mergedDocuments(resolve({ document, part }), overs.map(resolve))];
  });
}

const beside = (part: string, path: string): string => posix.normalize(posix.join(posix.dirname(part), path));
const isDefaultFile = (part: string): boolean => /(^|\/)(docker-)?compose\.ya?ml$/.test(part);

/** Of `compose.override.yml` the file that compose reads it over, where that is here. */
function baseOf(part: string, parts: ReadonlyMap<string, unknown>): string | undefined {
  const [, stem] = /^((?:.*\/)?(?:docker-)?compose)\.override\.ya?ml$/.exec(part) ?? [];
  return stem === undefined ? undefined : ['.yml', '.yaml'].map((end) => stem + end).find((name) => parts.has(name));
}
