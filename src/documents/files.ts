import type { Stats } from 'node:fs';
import { lstat, readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, posix, resolve, sep } from 'node:path';
import { howToRender, type RenderChart, splitBySource } from './chart.ts';
import { decoded } from './decoded.ts';
import type { Part } from './document.ts';
import type { Limits } from './fetch.ts';
import { readFolder } from './folder.ts';
import { kindOf } from './kind.ts';
import type { Failed, Loaded } from './loaded.ts';

const COMPOSE = /^(docker-)?compose([.-][\w.-]+)?\.ya?ml$/i;
const MOST_FILES = 200;

type Read = { kind: Loaded['kind']; parts: Part[]; notes: string[] };

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

export async function readPath(
  path: string,
  stats: Stats,
  limits: Limits,
  render?: RenderChart,
): Promise<Read | Failed> {
  if (stats.isFile() && /\.tgz$/.test(path))
    return { kind: 'chart', parts: await readPackage(path, render), notes: [] };
  if (stats.isFile()) {
    const part = await readPart(path, basename(path), limits.bytes);
    if ('reason' in part) return part;
    const others = part.kind === 'yaml' ? await besides(path, part, limits.bytes) : [];
    const isCompose = COMPOSE.test(basename(path));
    return { kind: isCompose ? 'compose' : 'file', parts: [part, ...others], notes: [] };
  }
  if (!stats.isDirectory()) return { ok: false, reason: 'Unreadable', message: 'it is neither a file nor a folder' };
  const folder = await readFolder(path, limits.bytes, readPart, render);
  if (folder === undefined)
    return { ok: false, reason: 'Unreadable', message: 'the folder has no document, manifest, chart or compose file' };
  return { ...folder, notes: [] };
}

/** A packaged chart: all of it is what helm renders. */
async function readPackage(path: string, render?: RenderChart): Promise<Part[]> {
  const result = await render?.(path);
  if (result?.ok === true) return splitBySource(result.text);
  const unread = howToRender(path, 'the templates of the packaged chart', result?.message);
  return [{ name: basename(path), kind: 'text', text: '', unread }];
}

/**
 * What compose reads with a file: `.env` and the override beside it, and what it includes or extends, in the same folder
 * or below. Others, and those that aren't there, are told of as not read.
 */
async function besides(path: string, first: Part, bytes: number): Promise<Part[]> {
  const folder = dirname(path);
  const found = new Map<string, Part>();
  let left = bytes - Buffer.byteLength(first.text);
  const take = async (name: string) => {
    if (found.has(name) || name === first.name || name.startsWith('..') || found.size >= MOST_FILES) return undefined;
    const full = join(folder, name);
    const about = await lstat(full).catch(() => undefined);
    if (about === undefined || about.isDirectory()) return undefined;
    const read: Part | Failed = about.isFile()
      ? await readPart(full, name, left)
      : { ok: false, reason: 'Unreadable', message: 'it is a link, and links are not followed' };
    const part: Part = 'reason' in read ? { name, kind: 'text', text: '', unread: read.message } : read;
    left -= Buffer.byteLength(part.text);
    found.set(name, part);
    return part;
  };
  const queue = [first];
  for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
    if (part === first && /^(services|include):/m.test(part.text)) {
      await take('.env');
      const override = first.name.replace(/(\.ya?ml)$/, '.override$1');
      const over = /^(docker-)?compose\.ya?ml$/.test(first.name) ? await take(override) : undefined;
      if (over !== undefined) queue.push(over);
    }
    for (const other of namedFiles(part.text)) {
      const taken = await take(posix.normalize(posix.join(posix.dirname(part.name), other)));
      if (taken !== undefined) queue.push(taken);
    }
  }
  return [...found.values()];
}

/** YAML files that an `include` or `extends` may name: looked for in the lines, as parsing is for the reader's thread. */
function namedFiles(text: string): string[] {
  if (!/^include:|^[ \t]+extends:/m.test(text)) return [];
  return text.split('\n').flatMap((line) => {
    if (/^include:/.test(line)) return [...line.matchAll(/["'\s,[]([\w./-]+\.ya?ml)/g)].map((match) => match[1] ?? '');
    const entry = /^(?:- |(?:- )?(?:path|file):)(.*)/.exec(line.trim().replace(/^-\s+/, '- '))?.[1] ?? '';
    const alone = /^["']?([\w./-]+\.ya?ml)["']?$/.exec(entry.trim())?.[1];
    const named = /\bfile:\s*["']?([\w./-]+\.ya?ml)/.exec(line)?.[1];
    return alone ?? named ?? [];
  });
}

async function readPart(path: string, name: string, limit: number): Promise<Part | Failed> {
  try {
    const { size } = await stat(path);
    if (size > limit) return { ok: false, reason: 'TooLarge', message: `it is larger than ${limit} bytes` };
    const read = decoded(await readFile(path));
    if ('because' in read) return { ok: false, reason: 'Unreadable', message: read.because };
    return { name: name.split(sep).join('/'), kind: kindOf(name, read.text), text: read.text };
  } catch (error) {
    return {
      ok: false,
      reason: 'Unreadable',
      message: error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read',
    };
  }
}
