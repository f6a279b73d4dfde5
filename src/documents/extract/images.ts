import { type Block, CODE_LINE } from '../blocks/index.ts';
import { type Place, quoted } from '../document.ts';
import type { ComposeFile, ComposeService } from './compose.ts';
import { interpolated } from './compose.ts';
import type { PodSpec } from './manifests.ts';
import type { Setting } from './settings.ts';
import { textOf } from './yaml.ts';

export type DocumentImage = {
  readonly reference: string;
  readonly from: 'compose' | 'manifest' | 'values' | 'text';
  readonly place: Place;
};

const REFERENCE =
  /^(?:[a-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

export function imagesOf(
  composes: readonly ComposeFile[],
  runs: readonly ComposeService[],
  pods: readonly PodSpec[],
  settings: readonly Setting[],
): DocumentImage[] {
  return [
    ...composes.flatMap((c) =>
      c.services.flatMap((s) =>
        s.image === undefined ? [] : [{ reference: s.image, from: 'compose' as const, place: s.at('image') }],
      ),
    ),
    ...runs.flatMap((s) =>
      s.image !== undefined && REFERENCE.test(s.image)
        ? [{ reference: s.image, from: 'text' as const, place: s.place }]
        : [],
    ),
    ...pods.flatMap((p) =>
      p.containers.flatMap((c) => {
        const reference = textOf(c.raw.image);
        return reference !== undefined && REFERENCE.test(reference)
          ? [{ reference, from: 'manifest' as const, place: c.at('image') }]
          : [];
      }),
    ),
    ...valuesImages(settings),
  ];
}

/** `image: {registry, repository, tag}` as charts write it, `image: name:tag`, and operators' `imageName`. */
function valuesImages(settings: readonly Setting[]): DocumentImage[] {
  const found: DocumentImage[] = [];
  const groups = new Map<string, Map<string, unknown>>();
  const groupOf = (setting: Setting) => setting.path.slice(0, -1).join('\0');
  for (const setting of settings) {
    const group = groups.get(groupOf(setting)) ?? new Map<string, unknown>();
    if (!group.has(setting.key)) group.set(setting.key, setting.value);
    groups.set(groupOf(setting), group);
  }
  for (const setting of settings) {
    const value = textOf(setting.value);
    if (value === undefined || value === '') continue;
    if (/^(image|imageName)$/.test(setting.key)) {
      const reference = interpolated(value);
      if (reference !== undefined && REFERENCE.test(reference) && /[/:]/.test(reference))
        found.push({ reference, from: 'values', place: setting.place });
    }
    if (setting.key !== 'repository') continue;
    const siblings = groups.get(groupOf(setting));
    const reference = assembled(value, setting, (key) => textOf(siblings?.get(key)));
    if (reference !== undefined && REFERENCE.test(reference))
      found.push({ reference, from: 'values', place: setting.place });
  }
  return found;
}

/** Without a tag a chart takes its appVersion, which is not the same as latest: nothing is known then. */
function assembled(
  repository: string,
  { path }: Setting,
  sibling: (key: string) => string | undefined,
): string | undefined {
  const tag = sibling('tag') ?? '';
  const digest = sibling('digest')?.startsWith('sha256:') === true ? `@${sibling('digest')}` : '';
  const isImage = path.slice(0, -1).some((key) => /image/i.test(key)) || sibling('tag') !== undefined;
  if (!isImage || /^(https?|oci|git):/.test(repository) || (tag === '' && digest === '')) return undefined;
  const registry = sibling('registry') ?? '';
  return `${registry === '' ? '' : `${registry}/`}${repository}${tag === '' ? '' : `:${tag}`}${digest}`;
}

const HOSTED =
  /(?<![\w./:@-])((?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*){1,6}(?::[\w][\w.-]{0,127})(?:@sha256:[0-9a-f]{64})?)/g;
const PULL = /\b(?:docker|podman|nerdctl|crictl)\s+pull\s+(?:-{1,2}[\w-]+(?:=\S+)?\s+){0,4}([a-z0-9][\w./:@-]+)/g;
const LINE = /^\s*(?:-\s*)?image(?:Name)?:\s*["']?([^\s"'#]+)["']?/;

/** In prose, tables and commands: names with a registry host and a tag, what `docker pull` names, `image:` lines of broken YAML. */
export function textImages(block: Block, part: string, parsed: boolean): DocumentImage[] {
  const found: DocumentImage[] = [];
  block.text.split('\n').forEach((line, offset) => {
    const place = () => ({ part, heading: block.heading, line: block.line + offset, quote: quoted(line) });
    const references = new Set<string>();
    if (!parsed && line.length <= CODE_LINE) {
      for (const match of line.matchAll(HOSTED)) references.add(match[1] ?? '');
      for (const match of line.matchAll(PULL)) references.add(match[1] ?? '');
      const named = LINE.exec(line)?.[1];
      if (block.kind === 'code' && named !== undefined) references.add(interpolated(named) ?? '');
    }
    for (const reference of references) {
      if (
        REFERENCE.test(reference) &&
        !/\{\{|\}\}/.test(reference) &&
        !/\.(ya?ml|json|sh|md|html|tgz|gz|zip)(:|$)/.test(reference)
      ) {
        found.push({ reference, from: 'text', place: place() });
      }
    }
  });
  return found;
}
