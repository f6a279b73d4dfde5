import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { issuesIn } from '../../workflow/index.ts';

/** assumptions.yaml: what infragate check reads, and where in it each thing stands. */

const because = z.string().min(1);
const item = z.union([
  z.string(),
  z
    .strictObject({
      name: z.string(),
      provided_by: z.literal('plan').optional().describe('the plan installs it: it has to be installable'),
      deferred: because.optional().describe('why UNKNOWN is no failure: where it will be seen'),
      replaced_by: z.string().optional().describe('what is used in its place; that is what is looked at'),
    })
    .describe('an assumption with more to say'),
]);
const items = z.array(item);
const texts = z.array(z.string());
const source = z.union([
  z.string(),
  z.strictObject({
    source: z.string(),
    local_environment: z.string().optional(),
    features_to_verify: texts.optional(),
  }),
]);
const waiver = z.strictObject({
  name: z.string().describe('the name of the row, as the answer has it'),
  because,
  until: z.iso.date().optional().describe('the last day on which it counts'),
});

export const assumptionsSchema = z.strictObject({
  namespace: z.string().min(1).optional().describe('where the Pods will run; it has to be there'),
  assumed_apis: items.optional().describe('group/version/Kind[:field.path]'),
  planned_images: items.optional().describe('registry/repository:tag or @digest'),
  operators: items.optional().describe('by package, display name, CSV, API group, Helm release or Deployment'),
  configuration_requirements: items.optional().describe('sentences: docs/reference/requirements.md'),
  manifests: z.string().optional().describe('YAML, a file or a folder: tried by server dry run'),
  local_environment: z.string().optional().describe('a claim that documents are compared with: "OpenShift 4.14"'),
  sources: z
    .array(source)
    .optional()
    .describe('documents: a URL, a path, or {source, local_environment, features_to_verify}'),
  waivers: z.array(waiver).optional().describe('what does not hold and is accepted'),
});
export type Assumptions = z.output<typeof assumptionsSchema>;
export type Item = z.output<typeof item>;

export const LISTS = ['assumed_apis', 'planned_images', 'operators', 'configuration_requirements'] as const;

export type Place = { readonly file: string; readonly line: number; readonly column: number };

export type AssumptionsFile = {
  /** As it was written on the command line; "-" is standard input. */
  readonly name: string;
  /** Paths in the file start here. */
  readonly folder: string;
  readonly assumptions: Assumptions;
  /** A path in the file, as seen from where the command was called. */
  path(inside: string): string;
  /** Where a part of it stands: `place('operators', 2)`. */
  place(...path: readonly (string | number)[]): Place;
};

export type FileRead = { ok: true; file: AssumptionsFile } | { ok: false; message: string };

export async function readAssumptions(name: string, workspace: string): Promise<FileRead> {
  const path = resolve(workspace, name);
  let text: string;
  try {
    text = decoded(name === '-' ? await buffer(process.stdin) : await readFile(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { ok: false, message: `${name === '-' ? 'standard input' : path} can't be read${code}` };
  }
  return parseAssumptions(name, text, name === '-' ? workspace : dirname(path), workspace);
}

/** UTF-8, or UTF-16 where its byte order mark says so, as some editors of Windows write it. */
const decoded = (bytes: Buffer): string =>
  new TextDecoder(
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8',
  ).decode(bytes);

/** A list that is begun and left empty has nothing in it. */
const withoutEmpty = (read: unknown): unknown =>
  typeof read === 'object' && read !== null && !Array.isArray(read)
    ? Object.fromEntries(Object.entries(read).filter(([, value]) => value !== null))
    : read;

/** Keys that say how to look, and name nothing to look at. */
const SETTINGS = new Set(['namespace', 'local_environment', 'waivers']);

export function parseAssumptions(name: string, text: string, folder: string, workspace = folder): FileRead {
  const called = name === '-' ? 'standard input' : name;
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ''), { lineCounter: lines });
  const [broken] = document.errors;
  if (broken?.code === 'MULTIPLE_DOCS')
    return { ok: false, message: `${called}: there are several documents in it; each needs a file of its own` };
  if (broken !== undefined)
    return { ok: false, message: `${called}: ${broken.message.split('\n')[0]?.replace(/:$/, '')}` };
  let read: unknown;
  try {
    read = withoutEmpty(document.toJS() ?? {});
  } catch (error) {
    return { ok: false, message: `${called}: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = assumptionsSchema.safeParse(read);
  const place = (...path: readonly (string | number)[]): Place => {
    const node: unknown = document.getIn(path, true);
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
    const start: unknown = Array.isArray(range) ? range[0] : 0;
    const { line, col } = lines.linePos(typeof start === 'number' ? start : 0);
    return { file: name === '-' ? 'stdin' : name, line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (!parsed.success) {
    const [issue] = issuesIn(parsed.error, assumptionsSchema);
    const path = issue?.path.filter((part) => typeof part !== 'symbol') ?? [];
    const { line } = place(...path);
    return { ok: false, message: `${called}:${line}: ${path.join('.') || 'top level'}: ${issue?.message}` };
  }
  const assumptions = parsed.data;
  const asks = Object.entries(assumptions).some(
    ([key, value]) => !SETTINGS.has(key) && (Array.isArray(value) ? value.length > 0 : value !== ''),
  );
  if (!asks) return { ok: false, message: `${called} names nothing to check` };
  const path = (inside: string): string => {
    const absolute = resolve(folder, inside);
    const seen = relative(workspace, absolute);
    return seen.startsWith('..') ? absolute : seen;
  };
  return { ok: true, file: { name, folder, assumptions, path, place } };
}
