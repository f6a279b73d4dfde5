import { posix } from 'node:path';
import { word } from '../document.ts';
import { isJson, listOf, textOf, type Unread, type YamlDocument } from './yaml.ts';

/** Fields that name other files, and those that change what stands in them. */
const TAKES_IN = ['resources', 'bases', 'crds'];
const CHANGES =
  'patches patchesStrategicMerge patchesJson6902 images replicas replacements vars transformers generators helmCharts helmChartInflationGenerator helmGlobals openapi components namePrefix nameSuffix'.split(
    ' ',
  );

export const isKustomization = (document: YamlDocument, part: string): boolean =>
  /(^|\/)kustomization\.ya?ml$|(^|\/)Kustomization$/.test(part) ||
  (document.value.kind === 'Kustomization' && String(document.value.apiVersion).startsWith('kustomize.config.k8s.io/'));

/** What kustomize would make of it and is not compared: files that aren't here, and what it changes in those that are. */
export function kustomizeFaults(document: YamlDocument, part: string, parts: readonly string[]): Unread[] {
  const { value } = document;
  const folder = posix.dirname(part);
  const missing = TAKES_IN.flatMap((field) =>
    listOf(value[field]).flatMap((one, i): Unread[] => {
      const path = textOf(one) ?? '';
      const name = posix.join(folder, path).replace(/\/$/, '');
      if (!/:\/\/|^github\.com\//.test(path) && parts.some((other) => other === name || other.startsWith(`${name}/`)))
        return [];
      return [
        { place: document.at([field, i]), because: `${field} takes in ${word(path)}, which isn’t here: ${RENDER}` },
      ];
    }),
  );
  const changed = CHANGES.flatMap((field): Unread[] =>
    value[field] === undefined || (Array.isArray(value[field]) && value[field].length === 0)
      ? []
      : [{ place: document.at([field]), because: `${field} changes what is deployed, and was not applied: ${RENDER}` }],
  );
  const none = [...TAKES_IN, ...CHANGES].every((field) => value[field] === undefined) && isJson(value);
  return none
    ? [{ place: document.at([]), because: 'it is a kustomization that takes in no file' }]
    : [...missing, ...changed];
}

const RENDER = 'run "kubectl kustomize FOLDER" and compare what comes out';
