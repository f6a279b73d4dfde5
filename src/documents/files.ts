import type { Stats } from 'node:fs';
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Part } from './document.ts';
import type { Limits } from './fetch.ts';
import { kindOf } from './kind.ts';
import type { LoadError, Loaded } from './loaded.ts';

const READ = /\.(md|markdown|mdx|rst|adoc|txt|ya?ml|json|x?html?)$/i;
const COMPOSE = /^(docker-)?compose([.-][\w.-]+)?\.ya?ml$/i;
const SKIPPED = new Set(['node_modules', '.git', 'vendor', 'testdata', 'charts']);
const MOST_FILES = 200;

type Read = { kind: Loaded['kind']; parts: Part[]; notes: string[] };
type Failed = Pick<LoadError, 'ok' | 'reason' | 'message'>;

/** A path of the workspace (or an absolute one), if there is something there. */
export async function pathOf(source: string, workspace: string): Promise<{ path: string; stats: Stats } | undefined> {
  if (source.includes('\n') || source.length > 1024) return undefined;
  const path = isAbsolute(source) ? source : resolve(workspace, source);
  try {
    return { path, stats: await stat(path) };
  } catch {
    return undefined;
  }
}

export async function readPath(path: string, stats: Stats, limits: Limits): Promise<Read | Failed> {
  if (stats.isFile()) {
    const part = await readPart(path, basename(path), limits.bytes);
    if ('reason' in part) return part;
    return { kind: COMPOSE.test(basename(path)) ? 'compose' : 'file', parts: [part], notes: [] };
  }
  if (!stats.isDirectory()) return { ok: false, reason: 'Unreadable', message: 'it is neither a file nor a folder' };
  const files = await filesBelow(path);
  const isChart = files.includes('Chart.yaml');
  const notes: string[] = [];
  const templates = isChart ? files.filter((f) => f.startsWith(`templates${sep}`)) : [];
  if (templates.length > 0) notes.push(`${templates.length} templates were not rendered; values and images were read`);
  const wanted = files.filter((f) => !templates.includes(f) && READ.test(f));
  if (wanted.length > MOST_FILES) notes.push(`${wanted.length - MOST_FILES} files were left out`);
  const parts: Part[] = [];
  let left = limits.bytes;
  for (const name of wanted.slice(0, MOST_FILES)) {
    const part = await readPart(join(path, name), name, left);
    if ('reason' in part) notes.push(`${name}: ${part.message}`);
    else {
      parts.push(part);
      left -= Buffer.byteLength(part.text);
    }
  }
  if (parts.length === 0)
    return { ok: false, reason: 'Unreadable', message: 'the folder has no document, manifest, chart or compose file' };
  return { kind: isChart ? 'chart' : 'folder', parts, notes };
}

async function readPart(path: string, name: string, limit: number): Promise<Part | Failed> {
  try {
    const { size } = await stat(path);
    if (size > limit) return { ok: false, reason: 'TooLarge', message: `it is larger than ${limit} bytes` };
    const body = await readFile(path);
    if (body.subarray(0, 8192).includes(0)) return { ok: false, reason: 'Unreadable', message: 'it is binary' };
    const text = body.toString('utf8');
    return { name: name.split(sep).join('/'), kind: kindOf(name, text), text };
  } catch (error) {
    return {
      ok: false,
      reason: 'Unreadable',
      message: error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read',
    };
  }
}

/** Regular files below a folder, four levels deep; links that lead out of it are not followed. */
async function filesBelow(root: string): Promise<string[]> {
  const real = await realpath(root);
  const found: string[] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    for (const name of (await readdir(folder)).sort()) {
      if (found.length > 10 * MOST_FILES) return;
      const path = join(folder, name);
      const about = await lstat(path);
      if (about.isDirectory() && depth < 4 && !SKIPPED.has(name) && !name.startsWith('.')) await walk(path, depth + 1);
      else if (about.isFile()) found.push(relative(real, path));
    }
  };
  await walk(real, 0);
  return found;
}
