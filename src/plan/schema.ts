import { z } from 'zod';
import { durationMs } from '../workflow/duration.ts';
import { readResource } from './reference.ts';
import { DELIVERIES, type Resource, SECRET_SOURCES, type SecretSource } from './types.ts';

/** The plan as people write it → the plan as it is meant. Every transform here gives two spellings one value. */

/**
 * `- Deployment/web: Deployment available`, unquoted, is a YAML mapping; so is a command with `: ` in it. What was
 * meant is the text.
 */
const line = z
  .union([z.string(), z.number().transform(String), z.boolean().transform(String), z.record(z.string(), z.unknown())])
  .transform((value, context): string => {
    if (typeof value === 'string') return value.trim();
    const [entry, ...more] = Object.entries(value);
    if (entry !== undefined && more.length === 0 && (typeof entry[1] !== 'object' || entry[1] === null)) {
      return entry[1] === null ? `${entry[0]}:` : `${entry[0]}: ${String(entry[1])}`;
    }
    context.addIssue({ code: 'custom', message: 'expected a text; put it in quotes' });
    return z.NEVER;
  });

/** A validation that has to fail before its phase is applied is written `{command, must_fail_before: true}`. */
const validationCommand = z.union([
  z.strictObject({ command: line, must_fail_before: z.boolean() }),
  line.transform((command) => ({ command, must_fail_before: false })),
]);

/** One is a list of one, none an empty list. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value): unknown => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]),
    z.array(item),
  );

const lines = listOf(line);

const name = z.string().trim().min(1, 'must not be empty');

const rollback = z.union([
  z.strictObject({ keep: name, because: name }).transform(({ keep, because }) => `keep ${keep}: ${because}`),
  z.strictObject({ keep: name, why: name }).transform(({ keep, why }) => `keep ${keep}: ${why}`),
  line,
]);

const rollbacks = listOf(rollback);

const resource = z.unknown().transform((value, context): Resource => {
  const read = readResource(value);
  if (read.ok) return read.resource;
  context.addIssue({ code: 'custom', message: read.message });
  return z.NEVER;
});

const resources = listOf(resource);

const timeout = z
  .union([z.string(), z.number()])
  .optional()
  .transform((value, context): number => {
    const ms = value === undefined ? DEFAULT_TIMEOUT_MS : durationMs(value);
    if (ms !== undefined && ms > 0 && ms <= LONGEST_TIMEOUT_MS) return ms;
    context.addIssue({ code: 'custom', message: 'expected a duration like "120s" or "5m", at most 60m' });
    return z.NEVER;
  });

export const DEFAULT_TIMEOUT_MS = 300_000;
const LONGEST_TIMEOUT_MS = 3_600_000;
const LONGEST_SETTLE_MS = 600_000;

const takeOver = z.strictObject({
  object: name,
  managers: z.array(name).min(1),
  fields: z.array(name).min(1),
});

/** How long a phase has to go on holding, where the plan says so. Left out, it is in no digest. */
const settle = z
  .union([z.string(), z.number()])
  .optional()
  .transform((value, context): number | undefined => {
    const ms = value === undefined ? undefined : durationMs(value);
    if (value === undefined || (ms !== undefined && ms <= LONGEST_SETTLE_MS)) return ms;
    context.addIssue({ code: 'custom', message: 'expected a duration like "30s", at most 10m' });
    return z.NEVER;
  });

/** Left out, it is in no digest: plans of before keep theirs. */
const named = z
  .union([name.transform((one) => [one]), z.array(name)])
  .optional()
  .transform((files) => (files === undefined || files.length === 0 ? undefined : files));

export const phase = z.strictObject({
  number: z.number().int().optional(),
  name,
  resources,
  delivery: z.enum(DELIVERIES).default('apply'),
  commands: lines,
  validation_commands: listOf(validationCommand),
  must_fail_before: z.boolean().default(false),
  success_criteria: lines,
  rollback: rollbacks,
  timeout,
  settle,
  commit: z.enum(['before', 'after', 'none']).default('none'),
  irreversible: lines,
  take_over: listOf(takeOver),
  files: named,
});

const none = z.union([
  z.strictObject({ none: name }),
  z
    .string()
    .regex(/^none:\s*\S/i, 'expected commands, or "none: why"')
    .transform((text) => ({ none: text.replace(/^none:\s*/i, '') })),
]);

const checks = z.union([none, lines]);

const validation = z.union([
  none.transform((why) => ({ static: why, health: why, functional: why })),
  z.strictObject({ static: checks, health: checks, functional: checks }),
]);

const risk = z.union([
  z
    .string()
    .trim()
    .min(1)
    .transform((text) => ({ risk: text, mitigation: '' })),
  z.strictObject({ risk: name, mitigation: z.string().trim().default('') }),
]);

const FROM = new RegExp(`^(${SECRET_SOURCES.join('|')})(?::(.+))?$`);

const secretFrom = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .transform((value, context): Pick<SecretSource, 'from' | 'detail'> => {
    const [entry] = typeof value === 'string' ? [] : Object.entries(value);
    const text = typeof value === 'string' ? value.trim() : `${entry?.[0]}: ${String(entry?.[1])}`;
    const match = FROM.exec(text);
    const from = SECRET_SOURCES.find((source) => source === match?.[1]);
    if (from !== undefined) return { from, ...(match?.[2] === undefined ? {} : { detail: match[2].trim() }) };
    context.addIssue({
      code: 'custom',
      message: `expected ${SECRET_SOURCES.join(', ')} (with ":" and the variable, file or length), never a value`,
    });
    return z.NEVER;
  });

const secret = z
  .strictObject({ name, keys: z.array(name).default([]), from: secretFrom })
  .transform(({ from, ...rest }): SecretSource => ({ ...rest, keys: [...rest.keys].sort(), ...from }));

const target = z.union([
  name,
  z
    .strictObject({ cluster: name.optional(), context: name.optional(), namespace: name })
    .transform((t) => [t.cluster ?? t.context, t.namespace].filter((part) => part !== undefined).join('/')),
]);

/** Everything but the phases. */
export const frame = z.strictObject({
  component: name,
  target,
  validation: validation.describe('each a list of commands, or "none: why"'),
  risks: listOf(risk),
  rollback_strategy: name,
  estimated_minutes: z.number().positive().max(100_000).optional(),
  secrets: listOf(secret),
  files: named,
});
