// A folder as a source: its documents, manifests and compose files, and the charts in it as helm would install them.
// In: a folder. Out: parts, each file that could not be read among them with the reason.

import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isOfChart, isRendered, type RenderChart, renderedParts } from './chart.ts';
import type { Part } from './document.ts';
import { foreignFile } from './foreign.ts';
import type { Failed } from './loaded.ts';

const READ =
  /\.(md|markdown|mdx|rst|adoc|asciidoc|txt|ya?ml|json|x?html?|sh|mk|service)$|(^|\/)(\.env|(GNU)?makefile|kustomization)$/i;
/** What may deploy something, and is reached by a link. */
const LINKED = /\.(ya?ml|json)$|(^|\/)\.env$/i;
const SKIPPED = new Set(['node_modules', '.git', 'vendor', 'testdata']);
const MOST_FILES = 200;
const MOST_FOLDERS_DEEP = 6;

type ReadPart = (path: string, name: string, limit: number) => Promise<Part | Failed>;
type Folder = { readonly kind: 'folder' | 'chart'; readonly parts: Part[] };

export async function readFolder(
  path: string,
  bytes: number,
  readPart: ReadPart,
  render?: RenderChart,
): Promise<Folder | undefined> {
  const { files, links } = await filesBelow(path);
  const roots = chartRoots(files);
  const parts: Part[] = [];
  let left = bytes;
  const take = async (names: readonly string[], as: (part: Part) => Part = (part) => part) => {
    for (const name of names.slice(0, MOST_FILES)) {
      const part = await readPart(join(path, name), name, left);
      parts.push('reason' in part ? unread(name, part.message) : as(part));
      if (!('reason' in part)) left -= Buffer.byteLength(part.text);
    }
    const more = names.length - MOST_FILES;
    if (more > 0) parts.push(unread(names[MOST_FILES] ?? '', `${more} files were left out, this one first`));
  };
  for (const root of roots) {
    const own = files.filter((f) => f.startsWith(root)).map((f) => f.slice(root.length));
    const chart = own.find((f) => /^Chart\.ya?ml$/.test(f)) ?? '';
    const about = await readPart(join(path, root + chart), root + chart, left);
    const rendered = await renderedParts(
      { path: join(path, root), files: own, about: 'reason' in about ? '' : about.text },
      render,
    );
    parts.push(...rendered.map((part) => ({ ...part, name: root + part.name })));
    const deployed = rendered.some((part) => part.unread === undefined);
    const wanted = own.filter((f) => READ.test(f) && isOfChart(f) && !(deployed && isRendered(f)));
    await take(
      wanted.map((f) => root + f),
      (part) => (part.kind === 'markdown' ? { ...part, prose: true } : part),
    );
  }
  const others = files.filter((f) => !roots.some((root) => f.startsWith(root)));
  await take(others.filter((f) => READ.test(f)));
  for (const f of others.filter((one) => !READ.test(one)).slice(0, MOST_FILES)) {
    const because = foreignFile(f);
    if (because !== undefined) parts.push(unread(f, because));
  }
  for (const link of links.filter((f) => LINKED.test(f) && !roots.some((root) => f.startsWith(root))))
    parts.push(unread(link, 'it is a link, and links are not followed'));
  if (parts.length === 0) return undefined;
  return { kind: roots.includes('') ? 'chart' : 'folder', parts };
}

const unread = (name: string, because: string): Part => ({ name, kind: 'text', text: '', unread: because });

/** The outermost folders with a Chart.yaml, as prefixes: `''` for the folder itself, `deploy/chart/`. */
function chartRoots(files: readonly string[]): string[] {
  const all = files.flatMap((f) => {
    const match = /^(.*\/)?Chart\.ya?ml$/.exec(f);
    return match === null ? [] : [match[1] ?? ''];
  });
  return all.filter((root) => !all.some((other) => other !== root && root.startsWith(other)));
}

/** Regular files below a folder; links are not followed. */
async function filesBelow(root: string): Promise<{ files: string[]; links: string[] }> {
  const real = await realpath(root);
  const found: string[] = [];
  const links: string[] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    for (const name of (await readdir(folder)).sort()) {
      if (found.length > 10 * MOST_FILES) return;
      const path = join(folder, name);
      const about = await lstat(path);
      if (about.isDirectory()) {
        if (depth < MOST_FOLDERS_DEEP && !SKIPPED.has(name) && !name.startsWith('.')) await walk(path, depth + 1);
      } else if (about.isFile()) found.push(relative(real, path).split(sep).join('/'));
      else if (about.isSymbolicLink()) links.push(relative(real, path).split(sep).join('/'));
    }
  };
  await walk(real, 0);
  return { files: found, links };
}
