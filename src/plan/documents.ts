import { isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import type { KubeObject } from '../objects/kube-object.ts';
import { KUBECTL_YAML } from '../objects/kubectl-yaml.ts';
import { checkUniqueKeys } from '../objects/yaml-keys.ts';
import { isRecord } from './record.ts';
import type { Lines } from './types.ts';

/** Kubernetes YAML → objects, each with the lines it is written on. Pure. */

export type Written = { readonly object: KubeObject; readonly document: number; readonly lines: Lines };
export type Fault = { readonly line: number; readonly column: number; readonly message: string };

export function readManifests(text: string): {
  readonly written: readonly Written[];
  readonly faults: readonly Fault[];
} {
  const counter = new LineCounter();
  const faults: Fault[] = [];
  const written: Written[] = [];
  const place = (offset: number) => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents = parseAllDocuments(text, {
    lineCounter: counter,
    ...KUBECTL_YAML,
  });
  if (!Array.isArray(documents)) return { written, faults };
  documents.forEach((document, index) => {
    checkUniqueKeys(document);
    for (const error of document.errors) faults.push({ ...place(error.pos[0]), message: `not YAML: ${error.message}` });
    if (document.errors.length > 0 || document.contents === null) return;
    if (isScalar(document.contents) && document.contents.value === null) return;
    const range = document.contents.range ?? [0, 0, 0];
    const start = place(range[0]);
    const lines = { from: start.line, to: Math.max(start.line, place(Math.max(range[0], range[1] - 1)).line) };
    const fault = (message: string, key?: string) => {
      const node = key !== undefined && isMap(document.contents) ? document.contents.get(key, true) : undefined;
      const offset = typeof node === 'object' && node !== null && 'range' in node ? node.range?.[0] : undefined;
      faults.push({ ...place(offset ?? range[0]), message });
    };
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      fault(`not YAML: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    for (const item of members(value)) {
      const object = asObject(item, fault);
      if (object !== undefined) written.push({ object, document: index, lines });
    }
  });
  return { written, faults };
}

/** A List holds its items. */
function members(value: unknown): readonly unknown[] {
  return isRecord(value) && value.kind === 'List' && Array.isArray(value.items) ? value.items : [value];
}

function asObject(value: unknown, fault: (message: string, key?: string) => void): KubeObject | undefined {
  if (!isRecord(value)) {
    fault('this document is no Kubernetes object: it is not a mapping');
    return undefined;
  }
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    fault('apiVersion is missing', 'kind');
    return undefined;
  }
  if (typeof kind !== 'string' || kind === '') {
    fault('kind is missing', 'apiVersion');
    return undefined;
  }
  if (!isRecord(metadata) || typeof metadata.name !== 'string' || metadata.name === '') {
    const generated = isRecord(metadata) && typeof metadata.generateName === 'string';
    fault(
      generated
        ? `${kind}: generateName gives another object at each apply; use metadata.name`
        : `${kind}: metadata.name is missing`,
      'metadata',
    );
    return undefined;
  }
  return { ...value, apiVersion, kind, metadata };
}
