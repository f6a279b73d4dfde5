import { LineCounter, parseAllDocuments } from 'yaml';
import { identityOfObject, type KubeObject } from '../objects/kube-object.ts';
import { KUBECTL_YAML } from '../objects/kubectl-yaml.ts';
import { checkUniqueKeys } from '../objects/yaml-keys.ts';
import { type Refusal, refuse } from '../workflow/index.ts';

export const MOST_OBJECTS = 10;

export type Spec =
  | { readonly ok: true; readonly objects: readonly KubeObject[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** YAML text → the documents in it, or what is wrong with it and where. */
export function readSpec(text: string): Spec {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, ...KUBECTL_YAML });
  const objects: KubeObject[] = [];
  for (const document of 'empty' in documents ? [] : documents) {
    checkUniqueKeys(document);
    const error = document.errors[0];
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0]);
      return bad(`line ${line}, column ${col}: ${error.message}`);
    }
    const { line } = lines.linePos(document.contents?.range?.[0] ?? document.range[0]);
    let value: unknown;
    try {
      value = document.toJS();
    } catch (thrown) {
      // An alias without its anchor (`host: *.example.com` is one), or far too many of them.
      return bad(`line ${line}, column 1: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
    if (value === null || value === undefined) continue;
    for (const item of isList(value) ? value.items : [value]) {
      const object = asObject(item);
      if (typeof object === 'string') return bad(`line ${line}, column 1: ${object}`);
      objects.push(object);
    }
  }
  if (objects.length === 0) return bad('there is no object in it');
  if (objects.length > MOST_OBJECTS) {
    return bad(
      `${objects.length} objects; a bullet has at most ${MOST_OBJECTS}: the smallest that shows the assumption`,
    );
  }
  const twice = objects.find((object, n) => object.metadata.name && objects.findIndex((o) => isSame(o, object)) < n);
  if (twice !== undefined) return bad(`${twice.kind}/${twice.metadata.name} is in it twice`);
  return { ok: true, objects };
}

const isSame = (a: KubeObject, b: KubeObject): boolean => identityOfObject(a) === identityOfObject(b);

const bad = (why: string): Spec => ({ ok: false, refusal: refuse('BAD_INPUT', `minimal_spec: ${why}`) });

type Map = Record<string, unknown>;
const isMap = (value: unknown): value is Map => typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: unknown): value is { items: unknown[] } =>
  isMap(value) && value.kind === 'List' && Array.isArray(value.items);

function asObject(value: unknown): KubeObject | string {
  if (!isMap(value)) return 'a document is not an object (a map with apiVersion, kind and metadata)';
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || apiVersion === '') return 'a document has no apiVersion';
  if (typeof kind !== 'string' || kind === '') return `a document of ${apiVersion} has no kind`;
  if (metadata !== undefined && metadata !== null && !isMap(metadata)) return `metadata of ${kind} is not a map`;
  const named = isMap(metadata) ? metadata : {};
  for (const field of ['name', 'generateName', 'namespace']) {
    const given = named[field];
    if (given === undefined || given === null || typeof given === 'string') continue;
    return `metadata.${field} of ${kind} is ${String(given)}, which is no text; write it in quotes`;
  }
  return { ...value, apiVersion, kind, metadata: named };
}
