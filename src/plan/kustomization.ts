import { parse } from 'yaml';
import { isRecord } from './record.ts';
import type { Files } from './world.ts';

export const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

export type Traced = {
  /** Every file it is made of, in and outside its folder. */
  readonly files: readonly string[];
  readonly problems: readonly { readonly file: string; readonly message: string }[];
};

const REMOTE =
  /^(?:[a-z][a-z0-9+.-]*:\/\/|git@|git::|github\.com[/:]|gitlab\.com[/:]|bitbucket\.org[/:]|[^/\s]+\.[a-z]{2,}\/.*(?:\?ref=|\.git))/i;
/** Fields whose entries may be remote. */
const SOURCES = [
  'resources',
  'bases',
  'components',
  'crds',
  'transformers',
  'generators',
  'validators',
  'configurations',
];

export async function kustomizationIn(files: Files, folder: string): Promise<string | undefined> {
  for (const name of KUSTOMIZATIONS) if ((await files.kind(join(folder, name))) === 'file') return join(folder, name);
  return undefined;
}

/** All the files a kustomization reads, through its bases; what is remote can't be pinned and is a problem. */
export async function traceKustomization(files: Files, folder: string): Promise<Traced> {
  const found = new Set<string>();
  const problems: { file: string; message: string }[] = [];
  const seen = new Set<string>();

  async function trace(here: string): Promise<void> {
    if (seen.has(here) || seen.size > 100) return;
    seen.add(here);
    const file = await kustomizationIn(files, here);
    if (file === undefined) return;
    found.add(file);
    const content = safely((await files.read(file)) ?? '');
    if (!isRecord(content)) {
      problems.push({ file, message: 'this kustomization is not a YAML mapping' });
      return;
    }
    for (const source of SOURCES.flatMap((field) => listOf(content[field]))) {
      if (typeof source === 'string' && REMOTE.test(source)) {
        problems.push({
          file,
          message: `${source} is remote: what it holds can change after the approval. Keep a copy in the workspace`,
        });
      }
    }
    if (content.helmCharts !== undefined || content.helmChartInflationGenerator !== undefined) {
      problems.push({
        file,
        message:
          'helmCharts are fetched when it is rendered and can change after the approval; give the chart as {chart, release, version}',
      });
    }
    for (const text of texts(content)) {
      const path = join(here, text);
      if (text.includes('\n') || REMOTE.test(text)) continue;
      const kind = await files.kind(path);
      if (kind === 'file') found.add(path);
      if (kind === 'folder' && path !== here) await trace(path);
    }
  }
  await trace(folder);
  return { files: [...found].sort(), problems };
}

/** Every text in it; `key=path` (generators) gives the path, too. */
function* texts(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    if (value !== '' && value !== '.' && value.length < 1024) yield value;
    const path = /^[^=\n]*=([^=\n]+)$/.exec(value)?.[1];
    if (path !== undefined) yield path;
  } else if (Array.isArray(value)) for (const item of value) yield* texts(item);
  else if (isRecord(value)) for (const item of Object.values(value)) yield* texts(item);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function safely(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

/** `a/b` + `../c` = `a/c`; a leading `..` stays. */
export function join(folder: string, path: string): string {
  if (path.startsWith('/')) return path;
  const parts: string[] = [];
  const absolute = folder.startsWith('/');
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return `${absolute ? '/' : ''}${parts.join('/')}` || '.';
}
