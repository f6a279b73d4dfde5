import { z } from 'zod';
import { lines, list } from './schema.ts';

const item = z.strictObject({
  name: z.string(),
  status: z.enum(['PASS', 'FAIL', 'DIVERGE', 'UNKNOWN']),
  reason: z.string().optional().describe('left out where passed has it'),
  evidence: z
    .strictObject({
      asked: z.string().optional(),
      found: z.string().optional(),
      id: z.string().optional(),
      where: z.string().optional(),
      facet: z.string().optional(),
      deferred: z.string().optional(),
    })
    .optional(),
  error: z.string().optional(),
  suggestion: z.string().optional(),
  minimal_spec: z.string().optional(),
});
/** What was found of an item, in the wire's words. */
export type Answered = z.infer<typeof item>;
export type Status = Answered['status'];

const asked = z.strictObject({
  apis: z.string().optional(),
  images: z.string().optional(),
  operators: z.string().optional(),
  configuration: z.string().optional(),
  manifests: z.string().optional(),
});

export const answer = z.strictObject({
  apis: list(item),
  images: list(item),
  operators: list(item),
  configuration: list(item),
  manifests: list(item),
  passed: asked
    .extend({ evidence: z.string() })
    .optional()
    .describe('a large answer: the reason that the passed items of a list share'),
  asked: asked.describe('what was asked of each list'),
  namespace: z.string(),
  identity: z.string().optional(),
  at: z.string(),
  deferred: lines.describe('left to a tracer bullet'),
  forms: lines.optional().describe('sentences that can be checked'),
});
export type Output = z.infer<typeof answer>;

/** About 2,000 tokens. */
const CHARACTERS = 7000;
const MAX_DEFERRED = 10;
const LISTS = [
  ['apis', 'APIs'],
  ['images', 'images'],
  ['operators', 'operators'],
  ['configuration', 'configuration'],
  ['manifests', 'manifests'],
] as const;
const STATUSES: readonly Status[] = ['PASS', 'FAIL', 'DIVERGE', 'UNKNOWN'];

/** A line a list, then what did not pass, each with what to do. */
export function text(v: Output): string {
  const open = LISTS.flatMap(([field]) => v[field]).filter((one) => one.status !== 'PASS');
  const forms = v.forms === undefined ? [] : [`Sentences that can be checked: ${v.forms.join('; ')}`];
  return cut([...counts(v), ...open.map(line), ...forms]);
}

function counts(v: Output): string[] {
  const words = LISTS.flatMap(([field, title]) => {
    const found = STATUSES.map((status) => ({ status, n: v[field].filter((one) => one.status === status).length }));
    const some = found.filter(({ n }) => n > 0).map(({ status, n }) => `${n} ${status}`);
    return some.length === 0 ? [] : [`${title}: ${some.join(', ')}`];
  });
  return [
    ...(words.length === 0 ? ['Nothing was left to look at: everything on record has fresh evidence.'] : words),
    ...(v.deferred.length === 0
      ? []
      : [`Not looked at again, a tracer bullet settles them: ${v.deferred.slice(0, MAX_DEFERRED).join(', ')}`]),
  ];
}

function line({ status, name, reason = '', error = '', suggestion = '' }: Answered): string {
  return `- ${status} ${name}: ${reason}: ${error}${suggestion === '' ? '' : ` → ${suggestion}`}`;
}

function cut(words: readonly string[]): string {
  let length = 0;
  const kept: string[] = [];
  for (const one of words) {
    length += one.length + 1;
    if (length > CHARACTERS) {
      kept.push(
        `… and ${words.length - kept.length} more lines: all of them are in the structured answer and on record`,
      );
      break;
    }
    kept.push(one);
  }
  return kept.join('\n');
}
