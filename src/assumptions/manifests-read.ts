import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { LineCounter, parseAllDocuments } from 'yaml';
import type { KubeObject } from '../cluster/index.ts';
import { KUBECTL_YAML } from '../objects/index.ts';
import { checkUniqueKeys } from '../objects/yaml-keys.ts';
import { isRecord } from './json.ts';

/** Manifests as an agent gives them (YAML text, a file, a folder) → objects, each with where it stands. */

export type Manifest = { readonly object: KubeObject; readonly where: string };
export type ManifestsRead =
  | { readonly ok: true; readonly manifests: readonly Manifest[]; readonly text: string }
  | { readonly ok: false; readonly message: string };

const MAX_FILES = 500;
const MAX_BYTES = 8 * 1024 * 1024;

export async function readManifests(given: string, workspace: string): Promise<ManifestsRead> {
  if (given.trim() === '') return { ok: false, message: 'it is empty: give YAML, a file or a folder' };
  const files = await filesOf(given, workspace);
  if (!files.ok) return files;
  const manifests: Manifest[] = [];
  const wrong: string[] = [];
  for (const { name, text } of files.files) parseInto(name, text, manifests, wrong);
  if (wrong.length > 0) {
    const template = files.files.find(({ text }) => /\{\{[^{\n]*\}\}/.test(text));
    const render =
      template === undefined ? '' : 'this is a template; give what it renders to (helm template, envsubst): ';
    return { ok: false, message: `${render}${wrong.slice(0, 8).join('; ')}` };
  }
  if (manifests.length === 0) return { ok: false, message: 'there is no Kubernetes object in it' };
  return { ok: true, manifests, text: files.files.map((file) => file.text).join('\n---\n') };
}

type Files = { ok: true; files: { name: string; text: string }[] } | { ok: false; message: string };

async function filesOf(given: string, workspace: string): Promise<Files> {
  if (given.includes('\n') || /^\s*[{[]|^\s*\w+\s*:/.test(given))
    return { ok: true, files: [{ name: '', text: given }] };
  const path = resolve(workspace, given.trim());
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    return { ok: false, message: `${given.trim()} is neither YAML nor a file or folder that is there` };
  const paths = found.isDirectory() ? (await manifestFiles(path)).slice(0, MAX_FILES) : [path];
  let bytes = 0;
  const files: { name: string; text: string }[] = [];
  for (const file of paths) {
    const text = await readFile(file, 'utf8');
    bytes += text.length;
    if (bytes > MAX_BYTES)
      return { ok: false, message: `${given.trim()} holds more than ${MAX_BYTES >> 20} MiB of manifests` };
    files.push({ name: relative(workspace, file), text });
  }
  return { ok: true, files };
}

async function manifestFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter(
      (entry) =>
        entry.isFile() &&
        /\.(ya?ml|json)$/.test(entry.name) &&
        !/(^|\/)(\.git|node_modules)(\/|$)/.test(entry.parentPath),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function parseInto(name: string, text: string, manifests: Manifest[], wrong: string[]): void {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    ...KUBECTL_YAML,
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name === '' ? '' : `${name}, `}line ${line}, column ${col}`;
  };
  for (const document of documents) {
    checkUniqueKeys(document);
    for (const error of document.errors) wrong.push(`${place(error.pos[0])}: ${error.message}`);
    if (document.errors.length > 0) continue;
    const start = place(document.contents?.range?.[0] ?? 0);
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      wrong.push(`${start}: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    if (value === null || value === undefined) continue;
    collect(value, start, manifests, wrong);
  }
}

function collect(value: unknown, where: string, manifests: Manifest[], wrong: string[]): void {
  if (!isRecord(value)) {
    wrong.push(`${where}: not an object`);
    return;
  }
  const { apiVersion, kind, metadata } = value;
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(value.items)) {
    // The items of a ConfigMapList are ConfigMaps without saying so.
    const own = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
    for (const item of value.items) collect(isRecord(item) ? { ...own, ...item } : item, where, manifests, wrong);
    return;
  }
  const problem = problemOf(value);
  if (problem !== undefined) wrong.push(`${where}: ${problem}`);
  else if (typeof apiVersion === 'string' && typeof kind === 'string' && isRecord(metadata))
    manifests.push({ object: { ...value, apiVersion, kind, metadata }, where });
}

function problemOf({ apiVersion, kind, metadata }: Record<string, unknown>): string | undefined {
  if (typeof apiVersion !== 'string' || apiVersion === '') return 'apiVersion is missing';
  if (typeof kind !== 'string' || kind === '') return 'kind is missing';
  if (apiVersion.startsWith('kustomize.config.k8s.io/'))
    return `a ${kind} is read by kustomize, not by the API server; give what \`kubectl kustomize\` prints`;
  const { name, generateName } = isRecord(metadata) ? metadata : {};
  if (typeof name === 'number' || typeof name === 'boolean')
    return `metadata.name of the ${kind} is ${String(name)}, which is no text; write it in quotes`;
  if (typeof name !== 'string' && typeof generateName !== 'string') return `${kind} has no metadata.name`;
  return undefined;
}
