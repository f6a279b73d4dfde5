import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/cluster/index.ts';
import { type Expectation, parseExpectation } from './expectation.ts';

/**
 * A case of `infragate check`: comment lines with what is expected, the assumptions file as the first document, and the
 * objects that are in the cluster meanwhile as the others. REG stands for the sandbox's registry.
 */
export type Case = {
  readonly name: string;
  readonly expectation: Expectation;
  /** The assumptions file as YAML. */
  readonly assumptions: string;
  readonly objects: readonly KubeObject[];
  /** Namespaces that have to exist. */
  readonly namespaces: readonly string[];
};

export type CaseRead = { ok: true; value: Case } | { ok: false; name: string; because: string };

export function readCases(folder: string, registry: string): CaseRead[] {
  return readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .map((file) => readCase(basename(file), readFileSync(join(folder, file), 'utf8'), registry));
}

export function readCase(name: string, text: string, registry: string): CaseRead {
  const line = /^# expected: (.+)$/m.exec(text)?.[1];
  if (line === undefined) return { ok: false, name, because: 'it has no line "# expected: …"' };
  const expectation = parseExpectation(line);
  if (!expectation.ok) return { ok: false, name, because: expectation.because };
  const documents = parseAllDocuments(text.replaceAll(/\bREG\b/g, registry)).filter((one) => one.contents !== null);
  const [first, ...rest] = documents;
  const broken = documents.flatMap((one) => one.errors)[0];
  if (first === undefined || broken !== undefined)
    return { ok: false, name, because: broken?.message ?? 'it has no document' };
  const objects: KubeObject[] = [];
  for (const document of rest) {
    const object: unknown = document.toJS();
    if (!isObject(object)) return { ok: false, name, because: 'a document after the first is no Kubernetes object' };
    objects.push(object);
  }
  const own: unknown = first.toJS();
  const namespace = typeof own === 'object' && own !== null && 'namespace' in own ? String(own.namespace) : 'default';
  const absent = expectation.value.absentNamespace;
  const wanted = [namespace, ...objects.flatMap((one) => one.metadata.namespace ?? [])];
  return {
    ok: true,
    value: {
      name,
      expectation: expectation.value,
      assumptions: first.toString(),
      objects,
      namespaces: [...new Set(wanted)].filter((one) => one !== absent),
    },
  };
}

const isObject = (value: unknown): value is KubeObject =>
  typeof value === 'object' &&
  value !== null &&
  'apiVersion' in value &&
  typeof value.apiVersion === 'string' &&
  'kind' in value &&
  typeof value.kind === 'string' &&
  'metadata' in value &&
  typeof value.metadata === 'object' &&
  value.metadata !== null;
