import { z } from 'zod';

/** Pieces that several tools' schemas share. Descriptions are short: the whole list costs an agent at most 6,000 tokens. */
/** The instructions say that it may be left out where one is open; here it would cost tokens in every tool. */
export const deployment = z.string().optional();
export const wait = z
  .string()
  .regex(/^\d+(ms|s|m)$/, 'must be a duration like "45s"')
  .optional()
  .describe('default "45s"');
export const cancel = z.boolean().optional();
export const phaseNumber = z.number().int().min(1).max(99);
export const texts = z.array(z.string());

/** A list in an answer. */
export const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
export const lines = list(z.string());
/** Of an answer's item that is what others made it: evidence as it was seen. */
export const anything = z.unknown();

/** What a finished step says of itself, as gates and validations list them. */
export const check = z.strictObject({
  check: z.string(),
  status: z.enum(['PASS', 'FAIL', 'UNKNOWN']),
  reason: z.string(),
  message: z.string(),
  evidence: anything.optional(),
  failure: z.strictObject({ type: z.string(), action: z.string() }).optional(),
});

/** What is left of an object, and why. */
export const remaining = list(z.strictObject({ object: z.string(), why: z.string() }));

/** What leads on, as the rules name it. */
export const fix = z.union([
  z.strictObject({ tool: z.string(), arguments: z.record(z.string(), z.unknown()), needs: lines.exactOptional() }),
  z.strictObject({ command: z.string() }),
  z.strictObject({ person: z.string(), action: z.string() }),
]);

/** A learning of an earlier run, as an answer offers it. */
export const learning = z.strictObject({
  title: z.string(),
  text: z.string(),
  deployment: z.string().describe('the run it is from, or library'),
  helped: z.string(),
});

/** An agent may give one text or several. */
export const oneOrMore = z.union([z.string(), z.array(z.string())]);

export const READS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true } as const;
export const RECORDS = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const;
export const WRITES = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
} as const;

export const minutes = (n: number): number => n * 60_000;

/** The beginning of a document, for the words of an answer whose structure has it whole. */
export function excerpt(text: string, resource: string, most = EXCERPT_CHARACTERS): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most).replace(/\n[^\n]*$/, '')}\n… (whole: ${resource})`;
}
const EXCERPT_CHARACTERS = 2_000;
