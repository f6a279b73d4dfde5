import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { LineCounter, parseAllDocuments } from 'yaml';
import type { KubeObject } from '../cluster/index.ts';
import { isRecord } from './json.ts';

/** Manifests as an agent gives them (YAML text, a file, a folder) → objects, each with where it stands. */

export type Manifest = { readonly object: KubeObject; readonly where: string };
export type ManifestsRead =
  | { readonly ok: true; readonly manifests: readonly Manifest[]; readonly text: string }
  | { readonly ok: false; readonly message: string };

const MAX_FILES = 500;
const MAX_BYTES = 8 * 1024 * 1024;

export async function readManifests(given: string, workspace: string): Promise<ManifestsRead> {
  const files = await filesOf(given, workspace);
  if (!files.ok) return files;
  const manifests: Manifest[] = [];
  const wrong: string[] = [];
  for (const { name, text } of files.files) parseInto(name, text, manifests, wrong);
  if (wrong.length > 0) return { ok: false, message: wrong.slice(0, 8).join('; ') };
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
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const documents = Array.isArray(parsed) ? parsed : [];
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name === '' ? '' : `${name}, `}line ${line}, column ${col}`;
  };
  for (const document of documents) {
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
  if (typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)) {
    for (const item of value.items) collect(item, where, manifests, wrong);
    return;
  }
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || apiVersion === '') wrong.push(`${where}: apiVersion is missing`);
  else if (typeof kind !== 'string' || kind === '') wrong.push(`${where}: kind is missing`);
  else if (!isRecord(metadata) || (typeof metadata.name !== 'string' && typeof metadata.generateName !== 'string')) {
    wrong.push(`${where}: ${kind} has no metadata.name`);
  } else manifests.push({ object: { ...value, apiVersion, kind, metadata }, where });
}
