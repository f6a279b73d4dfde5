import { isRecord } from '../objects/index.ts';

/**
 * The JSONPath that kubectl's `--for=jsonpath` and printer columns use: fields, `['key']`, `\.` in a key, `[0]`, `[-1]`,
 * `[*]`, and the filter `[?(@.type=="Ready")]`. No scripts, no recursion, nothing evaluated.
 * https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
export type JsonPath = { readonly text: string; read(object: unknown): unknown[] };

type Segment = (values: readonly unknown[]) => unknown[];

const field =
  (name: string): Segment =>
  (values) =>
    values.flatMap((v) => (isRecord(v) && Object.hasOwn(v, name) ? [v[name]] : []));
const each: Segment = (values) => values.flatMap((v) => (Array.isArray(v) ? v : isRecord(v) ? Object.values(v) : []));
const index =
  (n: number): Segment =>
  (values) =>
    values.flatMap((v) => {
      const item = Array.isArray(v) ? v.at(n) : undefined;
      return item === undefined ? [] : [item];
    });
const where =
  (path: readonly Segment[], operator: string, wanted: string): Segment =>
  (values) =>
    values.flatMap((v) =>
      Array.isArray(v)
        ? v.filter((item) => {
            const found = run(path, item);
            if (operator === '') return found.length > 0;
            const equal = found.some((f) => String(f) === wanted);
            return operator === '==' ? equal : !equal;
          })
        : [],
    );

const run = (segments: readonly Segment[], object: unknown): unknown[] =>
  segments.reduce<unknown[]>((values, segment) => segment(values), [object]);

const TOKENS: readonly (readonly [RegExp, (match: RegExpExecArray) => Segment | undefined])[] = [
  [/^\.?\[\*\]/, () => each],
  [/^\.\*/, () => each],
  [/^\.?\[(-?\d+)\]/, (m) => index(Number(m[1]))],
  [/^\.?\[(?:'([^']*)'|"([^"]*)")\]/, (m) => field(m[1] ?? m[2] ?? '')],
  [
    /^\.?\[\?\(\s*@((?:\.[\w-]+)+)\s*(?:(==|!=|=)\s*(?:'([^']*)'|"([^"]*)"|([\w.-]+))\s*)?\)\]/,
    (m) => {
      const inner = segmentsOf(m[1] ?? '');
      const operator = m[2] === '=' ? '==' : (m[2] ?? '');
      return inner === undefined ? undefined : where(inner, operator, m[3] ?? m[4] ?? m[5] ?? '');
    },
  ],
  [/^\.((?:\\.|[\w/-])+)/, (m) => field((m[1] ?? '').replace(/\\(.)/g, '$1'))],
];

function segmentsOf(text: string): Segment[] | undefined {
  const segments: Segment[] = [];
  for (let rest = text; rest !== ''; ) {
    let taken: { segment: Segment; length: number } | undefined;
    for (const [form, make] of TOKENS) {
      const match = form.exec(rest);
      const segment = match === null ? undefined : make(match);
      if (match === null || segment === undefined) continue;
      taken = { segment, length: match[0].length };
      break;
    }
    if (taken === undefined) return undefined;
    segments.push(taken.segment);
    rest = rest.slice(taken.length);
  }
  return segments.length === 0 ? undefined : segments;
}

/** `{.status.phase}`, `.status.phase`, `status.phase` → a path; undefined: it isn't one. */
export function parseJsonPath(given: string): JsonPath | undefined {
  const bare = given
    .trim()
    .replace(/^(['"])(.*)\1$/, '$2')
    .trim();
  const inner = /^\{.*\}$/.test(bare) ? bare.slice(1, -1).trim() : bare;
  const rooted = inner.replace(/^\$/, '').replace(/^(?=[\w\\])/, '.');
  const segments = segmentsOf(rooted);
  if (segments === undefined) return undefined;
  return { text: `{${rooted}}`, read: (object) => run(segments, object) };
}
