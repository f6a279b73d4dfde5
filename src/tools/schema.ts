import { z } from 'zod';

/** Pieces that several tools' schemas share. Descriptions are short: the whole list costs an agent at most 6,000 tokens. */
export const deployment = z.string().optional().describe('id; may be left out when one is open here');
export const wait = z
  .string()
  .regex(/^\d+(ms|s|m)$/, 'must be a duration like "45s"')
  .optional()
  .describe('answer RUNNING after this, default "45s"');
export const cancel = z.boolean().optional().describe('end the running call and clean up');
export const phaseNumber = z.number().int().min(1).max(99);
export const texts = z.array(z.string());

/** A list in an answer. */
export const list = z.array(z.unknown()).readonly();

/** An agent may give one text or several. */
export const oneOrMore = z.union([z.string(), z.array(z.string())]);

/**
 * Answers carry more than their schema names (the position, the refusal), and clients hold them against it: nothing is
 * required, nothing is closed.
 */
export const output = <S extends z.ZodRawShape>(shape: S) => z.looseObject(shape).partial();

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
