import { posix } from 'node:path';
import { word } from '../document.ts';
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
    const name = posix.normalize(posix.join(posix.dirname(part), path));
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
