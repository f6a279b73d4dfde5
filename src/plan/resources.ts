import type { KubeObject } from '../objects/kube-object.ts';
import { readManifests } from './documents.ts';
import { join, kustomizationIn, traceKustomization } from './kustomization.ts';
import type { Path, Report } from './places.ts';
import { imagesOf } from './pods.ts';
import { sha256 } from './sha256.ts';
import type { Manifest, ObjectRef, Pinned, Provenance, Resource } from './types.ts';
import type { Files, Rendered, Renderers } from './world.ts';

/** References to resources → objects, with where each is written, and the files that must not change. */

export type Loaded = {
  readonly manifests: Manifest[];
  readonly observed: ObjectRef[];
  readonly pinned: Pinned[];
  readonly opaque: string[];
};

/** How what a program made of a folder is called among the pinned files: it is compared as text, and is no file. */
const RENDERED = { helm: ' (rendered by helm)', kustomize: ' (rendered by kustomize)' } as const;
export const isFile = ({ path }: Pinned): boolean => !Object.values(RENDERED).some((end) => path.endsWith(end));

/** A folder with more files than this is not a folder of manifests. */
export const MOST_FILES = 500;

type Context = { readonly files: Files; readonly render: Renderers; readonly report: Report; readonly into: Loaded };

export async function loadResources(
  resources: readonly Resource[],
  at: Path,
  files: Files,
  render: Renderers,
  report: Report,
): Promise<Loaded> {
  const into: Loaded = { manifests: [], observed: [], pinned: [], opaque: [] };
  for (const [index, resource] of resources.entries()) {
    await load(resource, index, [...at, 'resources', index], { files, render, report, into });
  }
  return into;
}

async function load(resource: Resource, index: number, at: Path, context: Context): Promise<void> {
  const { report, into } = context;
  switch (resource.kind) {
    case 'observed':
      into.observed.push({ apiVersion: resource.apiVersion, kind: resource.object, name: resource.name });
      return;
    case 'inline':
      take(resource.text, { resource: index }, at, context, (line, column, message) =>
        report.error(at, `line ${line}, column ${column} of this text: ${message}`),
      );
      return;
    case 'chart':
      await loadChart(resource, index, at, context);
      return;
    case 'path':
      await loadPath(resource, index, at, context);
  }
}

async function loadPath(
  resource: Extract<Resource, { kind: 'path' }>,
  index: number,
  at: Path,
  context: Context,
): Promise<void> {
  const { files, report, into } = context;
  const { path, lines } = resource;
  const kind = await files.kind(path);
  if (kind === undefined) {
    report.error(
      at,
      `there is no ${path}${/^[A-Z]\w*\/[a-z0-9.-]+$/.test(path) ? '; an object that others bring is written apiVersion/Kind/name' : ''}`,
    );
    return;
  }
  if (!(await files.inside(path))) {
    report.error(at, `${path} is outside the workspace: copy it in, so that it is part of what is reviewed`);
    return;
  }
  if (kind === 'other') {
    report.error(at, `${path} is neither a file nor a folder`);
    return;
  }
  if (kind === 'folder') {
    if (lines !== undefined) report.error(at, `${path} is a folder: it has no lines`);
    else await loadFolder(path, index, at, context);
    return;
  }
  const text = await files.read(path);
  if (text === undefined) {
    report.error(at, `${path} can't be read, or is longer than 8 MB`);
    return;
  }
  const chosen = lines === undefined ? text : linesOf(text, lines.from, lines.to);
  if (chosen === undefined) {
    report.error(at, `${path} has ${text.split('\n').length} lines, not ${lines?.to}`);
    return;
  }
  const cut =
    lines === undefined
      ? undefined
      : readManifests(text).written.find(
          (w) =>
            w.lines.from <= lines.to &&
            w.lines.to >= lines.from &&
            (w.lines.from < lines.from || w.lines.to > lines.to),
        );
  if (cut !== undefined) {
    const { kind: of, metadata } = cut.object;
    report.error(
      at,
      `lines ${lines?.from}-${lines?.to} of ${path} cut ${of}/${metadata.name}, which is on lines ${cut.lines.from}-${cut.lines.to}`,
    );
    return;
  }
  const name = lines === undefined ? path : `${path}:${lines.from}-${lines.to}`;
  into.pinned.push({ path: name, sha256: sha256(chosen) });
  const before = into.manifests.length;
  take(chosen, { resource: index, file: path }, at, context, inFile(at, path, report));
  if (into.manifests.length === before && !/\S/.test(chosen.replace(/^[ \t]*#.*$/gm, ''))) {
    report.error(at, `${name} holds no object`);
  }
}

/** The lines' text with the lines before it blank, so that places stay those of the file. */
function linesOf(text: string, from: number, to: number): string | undefined {
  const all = text.split('\n');
  if (to > all.length) return undefined;
  return all
    .slice(0, to)
    .map((line, index) => (index + 1 < from ? '' : line))
    .join('\n');
}

async function loadFolder(path: string, index: number, at: Path, context: Context): Promise<void> {
  const { files, render, report, into } = context;
  if ((await kustomizationIn(files, path)) !== undefined) {
    const traced = await traceKustomization(files, path);
    for (const { file, message } of traced.problems) report.error(at, message, { file });
    for (const file of traced.files) await pin(file, at, context);
    if (traced.problems.length > 0) return;
    if (render.kustomize === undefined) {
      report.error(at, `${path} is a kustomization, and neither kubectl nor kustomize is here to render it`);
      return;
    }
    rendered(await render.kustomize(path), { resource: index, file: path, rendered_by: 'kustomize' }, at, context);
    return;
  }
  const listed = await files.list(path, MOST_FILES);
  if (listed === undefined) {
    report.error(at, `${path} holds more than ${MOST_FILES} files; name the one with the manifests`);
    return;
  }
  if (listed.includes(join(path, 'Chart.yaml'))) {
    report.error(at, `${path} is a chart: give it as {chart: ${path}, release: NAME, values: []}`);
    return;
  }
  const direct = listed.filter(
    (file) => /\.(ya?ml|json)$/i.test(file) && !file.slice(path === '.' ? 0 : path.length + 1).includes('/'),
  );
  if (direct.length === 0)
    report.error(at, `${path} holds no YAML or JSON file (folders within it are not looked into)`);
  for (const file of direct) {
    const text = await files.read(file);
    if (text === undefined) {
      report.error(at, `${file} can't be read, or is longer than 8 MB`);
      continue;
    }
    into.pinned.push({ path: file, sha256: sha256(text) });
    take(text, { resource: index, file }, at, context, inFile(at, file, report));
  }
}

async function loadChart(
  resource: Extract<Resource, { kind: 'chart' }>,
  index: number,
  at: Path,
  context: Context,
): Promise<void> {
  const { files, render, report, into } = context;
  const { chart, version } = resource;
  const kind = /^[a-z]+:\/\//.test(chart) ? undefined : await files.kind(chart);
  for (const file of resource.values) await pin(file, at, context);
  if (kind === 'folder') {
    const listed = await files.list(chart, MOST_FILES);
    if (listed === undefined) report.error(at, `${chart} holds more than ${MOST_FILES} files`);
    for (const file of listed ?? []) await pin(file, at, context);
  } else if (kind === 'file') await pin(chart, at, context);
  else if (!/@sha256:[0-9a-f]{64}$/.test(chart) && !/^v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version ?? '')) {
    const what = version === undefined ? 'without a version' : `by "${version}", which is not one exact version`;
    report.error(
      at,
      `chart ${chart} is named ${what}: it can change after the approval. Give version: x.y.z, a digest, or a folder here`,
    );
    return;
  }
  if (render.helm === undefined) {
    report.error(at, `${chart} is a chart, and helm is not here to render it`);
    return;
  }
  rendered(await render.helm(resource), { resource: index, file: chart, rendered_by: 'helm' }, at, context);
  const hooks = into.manifests.filter(({ object, from }) => from.resource === index && hookOf(object) !== undefined);
  for (const { object } of hooks) into.opaque.push(hookText(chart, object));
  // What helm runs and deletes by itself is not watched as what was deployed; its text is part of the digest all the same.
  into.manifests.splice(0, into.manifests.length, ...into.manifests.filter((m) => !hooks.includes(m)));
}

const hookOf = (object: KubeObject): string | undefined => object.metadata.annotations?.['helm.sh/hook'];

/** "chart web: Job/migrate (registry/app:1) at pre-upgrade, a hook, which only helm runs". */
function hookText(chart: string, object: KubeObject): string {
  const images = [...new Set(imagesOf(object).map(({ image }) => image))];
  const what = `${object.kind}/${object.metadata.name ?? ''}${images.length === 0 ? '' : ` (${images.join(', ')})`}`;
  const when = hookOf(object) ?? '';
  return `chart ${chart}: ${what} at ${when}, a hook, which only ${/^test/.test(when) ? '"helm test"' : 'helm'} runs`;
}

function rendered(
  result: Rendered,
  from: Omit<Provenance, 'document'> & { readonly rendered_by: keyof typeof RENDERED },
  at: Path,
  context: Context,
): void {
  if (!result.ok) {
    context.report.error(at, `${from.file} can't be rendered: ${result.message}`);
    return;
  }
  context.into.pinned.push({ path: `${from.file}${RENDERED[from.rendered_by]}`, sha256: sha256(result.text) });
  take(result.text, from, at, context, (line, column, message) =>
    context.report.error(at, `what ${from.file} renders to, line ${line}, column ${column}: ${message}`),
  );
}

const inFile =
  (at: Path, file: string, report: Report) =>
  (line: number, column: number, message: string): void =>
    report.error(at, message, { file, line, column });

function take(
  text: string,
  from: Omit<Provenance, 'document'>,
  _at: Path,
  context: Context,
  fault: (line: number, column: number, message: string) => void,
): void {
  const { written, faults } = readManifests(text);
  for (const { line, column, message } of faults) fault(line, column, message);
  for (const { object, document, lines } of written) {
    context.into.manifests.push({
      object,
      from: { ...from, document, ...(from.rendered_by === undefined && from.file !== undefined ? { lines } : {}) },
    });
  }
}

async function pin(path: string, at: Path, context: Context): Promise<void> {
  const sha = await context.files.digest(path);
  if (sha === undefined) context.report.error(at, `there is no file ${path}`);
  else context.into.pinned.push({ path, sha256: sha });
}
