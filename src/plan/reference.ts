import { parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { checkUniqueKeys } from '../objects/yaml-keys.ts';
import type { Lines, Resource } from './types.ts';

/** One entry of `resources`, as written → what it refers to. */

type Read = { readonly ok: true; readonly resource: Resource } | { readonly ok: false; readonly message: string };

const OBSERVED =
  /^((?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?v\d+(?:(?:alpha|beta)\d+)?)\/([A-Z][A-Za-z0-9]*)\/([a-z0-9](?:[-a-z0-9.:]*[a-z0-9])?)$/;
const LINED = /^(.+\.(?:ya?ml|json))(?::|#L?)(\d+)(?:\s*[-–]\s*L?(\d+))?$/i;
const REMOTE = /^(?:[a-z][a-z0-9+.-]*:\/\/|git@|github\.com\/|git::)/i;

const lines = z
  .union([z.string(), z.number(), z.tuple([z.number(), z.number()]), z.object({ from: z.number(), to: z.number() })])
  .optional();
const file = z.strictObject({ file: z.string().min(1), lines });
const folder = z.strictObject({ folder: z.string().min(1) });
const kustomize = z.strictObject({ kustomize: z.string().min(1) });
const chart = z.strictObject({
  chart: z.string().min(1),
  release: z.string().min(1),
  version: z.union([z.string(), z.number().transform(String)]).optional(),
  values: z
    .union([z.array(z.string()), z.string().transform((one) => [one])])
    .optional()
    .transform((value) => value ?? []),
});
const observed = z.strictObject({ apiVersion: z.string(), kind: z.string(), name: z.string() });

const FORMS =
  'a file ("web.yaml", "web.yaml:10-24"), a folder, inline YAML, "apiVersion/Kind/name", {chart, release, version, values}';

export function readResource(value: unknown): Read {
  if (typeof value === 'string') return readText(value.trim());
  if (typeof value !== 'object' || value === null) return no(`a resource is ${FORMS}`);

  const asFile = file.safeParse(value);
  if (asFile.success) {
    const range = readLines(asFile.data.lines);
    if (range === 'wrong') return no('lines are "10-24" or a number');
    return asFile.data.lines === undefined
      ? readText(asFile.data.file)
      : yes({ kind: 'path', path: tidy(asFile.data.file), ...(range === undefined ? {} : { lines: range }) });
  }
  const asFolder = folder.safeParse(value);
  if (asFolder.success) return readText(asFolder.data.folder);
  const asKustomize = kustomize.safeParse(value);
  if (asKustomize.success) return readText(asKustomize.data.kustomize);
  const asObserved = observed.safeParse(value);
  if (asObserved.success) {
    const { apiVersion, kind, name } = asObserved.data;
    return readText(`${apiVersion}/${kind}/${name}`);
  }
  const asChart = chart.safeParse(value);
  if (asChart.success) {
    const { version, ...rest } = asChart.data;
    return yes({ kind: 'chart', ...rest, ...(version === undefined ? {} : { version }) });
  }
  if ('apiVersion' in value && 'kind' in value) return yes({ kind: 'inline', text: stringify(value) });
  const [entry, ...more] = Object.entries(value);
  // `- web.yaml: the deployment` and `- web.yaml:10-24 (note)` are YAML mappings by accident
  if (entry !== undefined && more.length === 0 && typeof entry[1] === 'string') {
    return no(`"${entry[0]}: …" is a mapping; a resource is ${FORMS}`);
  }
  return no(`a resource is ${FORMS}`);
}

function readText(text: string): Read {
  if (text === '') return no('the resource is empty');
  if (text.includes('\n') || /^\s*\{.*\bapiVersion\b/.test(text))
    return yes({ kind: 'inline', text: sameSpelling(text) });
  if (REMOTE.test(text)) {
    return no(`${text} is remote: what it holds can change after the approval. Keep a copy in the workspace`);
  }
  const lined = LINED.exec(text);
  if (lined !== null) {
    const range = readLines(`${lined[2]}-${lined[3] ?? lined[2]}`);
    if (range === 'wrong' || range === undefined)
      return no(`"${text}": lines count from 1, the first not after the last`);
    return yes({ kind: 'path', path: tidy(lined[1] ?? ''), lines: range });
  }
  const look = OBSERVED.exec(text);
  if (look !== null && !/\.(ya?ml|json)$/.test(text)) {
    return yes({ kind: 'observed', apiVersion: look[1] ?? '', object: look[2] ?? '', name: look[3] ?? '' });
  }
  return yes({ kind: 'path', path: tidy(text) });
}

function readLines(value: z.infer<typeof lines>): Lines | undefined | 'wrong' {
  if (value === undefined) return undefined;
  const [from, to] =
    typeof value === 'object'
      ? Array.isArray(value)
        ? value
        : [value.from, value.to]
      : String(value).split('-').length === 1
        ? [Number(value), Number(value)]
        : String(value).split('-').map(Number);
  const good = from !== undefined && to !== undefined && Number.isInteger(from) && Number.isInteger(to) && from >= 1;
  return good && to >= from ? { from, to } : 'wrong';
}

/** `./a//b/` is `a/b`. */
const tidy = (path: string): string => {
  const plain = path
    .replace(/\/{2,}/g, '/')
    .replace(/^(\.\/)+(?=.)/, '')
    .replace(/(?<=.)\/$/, '');
  return plain === '' ? '.' : plain;
};

/** An inline object and the same object as text have one digest, when the text is one document without faults. */
function sameSpelling(text: string): string {
  if (/^---/m.test(text)) return text;
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  checkUniqueKeys(document);
  return document.errors.length > 0 ? text : stringify(document.toJS());
}

const yes = (resource: Resource): Read => ({ ok: true, resource });
const no = (message: string): Read => ({ ok: false, message });
