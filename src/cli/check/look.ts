import { isDeepStrictEqual } from 'node:util';
import {
  type CheckedKind,
  checkNamespaces,
  createWorld,
  type Finding,
  readManifests,
  subjectOf,
} from '../../assumptions/index.ts';
import type { Reader } from '../../cluster/index.ts';
import type { Policy } from '../../engine/index.ts';
import { look as lookAtAll, type Seen } from '../../tools/reality-look.ts';
import { type AssumptionsFile, type Item, LISTS, type Place } from './file.ts';
import type { Category, Row, Status } from './rows.ts';

/** The reality check of one file: read only, recorded nowhere. */

export type Looking = {
  readonly reader: Reader;
  readonly namespace: string;
  readonly policy: Policy;
  readonly signal: AbortSignal;
  progress(message: string): void;
};

export type Looked = { ok: true; rows: Row[] } | { ok: false; message: string };

const KINDS = {
  assumed_apis: ['api', 'apis'],
  planned_images: ['image', 'images'],
  operators: ['operator', 'operators'],
  configuration_requirements: ['configuration', 'configuration'],
} as const satisfies Record<(typeof LISTS)[number], readonly [CheckedKind, Category]>;

type Wanted = {
  readonly kind: CheckedKind;
  readonly category: Category;
  readonly subject: string;
  readonly name: string;
  readonly place: Place;
  readonly item: Exclude<Item, string>;
  readonly provided_by?: 'plan';
};

export async function look(file: AssumptionsFile, looking: Looking): Promise<Looked> {
  const { reader, namespace, policy, signal } = looking;
  const wanted = await wantedIn(file);
  if (!wanted.ok) return wanted;
  const { manifests: given } = file.assumptions;
  const read = given === undefined ? undefined : await readManifests(given, file.folder);
  if (read !== undefined && !read.ok) return { ok: false, message: `${file.name}: manifests: ${read.message}` };
  const [there] = await checkNamespaces(reader, [namespace]);
  const rows = await lookAtAll(
    createWorld(reader, namespace),
    wanted.items,
    read?.manifests ?? [],
    { insecureRegistries: policy.insecure_registries, signal, progress: looking.progress },
    async (seen, one) => (one === undefined ? manifestRow(seen, file) : rowOf(one, seen.finding)),
  );
  return { ok: true, rows: [...(there === undefined ? [] : [namespaceRow(there, namespace, file)]), ...rows] };
}

async function wantedIn(
  file: AssumptionsFile,
): Promise<{ ok: true; items: readonly Wanted[] } | { ok: false; message: string }> {
  const items: Wanted[] = [];
  for (const list of LISTS) {
    const [kind, category] = KINDS[list];
    for (const [index, entry] of (file.assumptions[list] ?? []).entries()) {
      const item: Wanted['item'] = typeof entry === 'string' ? { name: entry } : entry;
      const place = file.place(list, index);
      const read = await subjectOf(kind, item.replaced_by ?? item.name);
      if (!read.ok) return { ok: false, message: `${file.name}:${place.line}: ${list}.${index}: ${read.message}` };
      // Said twice in the same words is said once; in other words it has a row of its own.
      if (items.some((one) => one.subject === read.subject && isDeepStrictEqual(one.item, item))) continue;
      const { provided_by } = item;
      const provided = provided_by === undefined ? {} : { provided_by };
      items.push({ kind, category, subject: read.subject, name: read.name, place, item, ...provided });
    }
  }
  return { ok: true, items };
}

export function statusOf({ verdict, diverges }: Finding): Status {
  if (verdict.status === 'pass') return 'PASS';
  if (verdict.status === 'unknown') return 'UNKNOWN';
  return diverges === undefined ? 'FAIL' : 'DIVERGE';
}

function rowOf({ category, name, place, item }: Wanted, finding: Finding): Row {
  const status = statusOf(finding);
  const replaced = item.replaced_by === undefined ? '' : ` (in place of ${item.name})`;
  const suggestion =
    finding.diverges === undefined
      ? finding.suggestion
      : `write ${finding.diverges}, or {name: "${item.name}", replaced_by: "${finding.diverges}"}`;
  return {
    category,
    name,
    status,
    reason: finding.verdict.reason,
    message: `${finding.verdict.message}${replaced}`,
    place,
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(item.deferred !== undefined && status === 'UNKNOWN' ? { accepted: `deferred: ${item.deferred}` } : {}),
  };
}

function namespaceRow({ verdict }: Finding, namespace: string, file: AssumptionsFile): Row {
  const status = verdict.status === 'pass' ? 'PASS' : verdict.status === 'fail' ? 'FAIL' : 'UNKNOWN';
  return {
    category: 'namespaces',
    name: `namespace ${namespace}`,
    status,
    reason: verdict.reason,
    message: verdict.message,
    place: file.place('namespace'),
    ...(status === 'PASS' ? {} : { suggestion: `name one that is there: kubectl get namespaces` }),
  };
}

/** Where the manifest stands: its own file, or the field that has it as text. */
function manifestRow({ name, finding, where = '' }: Seen, file: AssumptionsFile): Row {
  const [, path = '', line = '1', column = '1'] = /^(?:(.+), )?line (\d+), column (\d+)$/.exec(where) ?? [];
  const own = file.place('manifests');
  return {
    category: 'manifests',
    name,
    status: statusOf(finding),
    reason: finding.verdict.reason,
    message: finding.verdict.message,
    // Text in a block scalar begins on the line after its field.
    place:
      path === ''
        ? { ...own, line: own.line + Number(line) }
        : { file: file.path(path), line: Number(line), column: Number(column) },
    ...(finding.suggestion === undefined ? {} : { suggestion: finding.suggestion }),
  };
}
