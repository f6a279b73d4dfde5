import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { ENVELOPE } from '../engine/answer.ts';
import type { AnswerSchema } from '../engine/tool.ts';

type Json = Record<string, unknown>;

/**
 * A tool's zod schema as the wire has it. Only announced here, not enforced: what a call brings is parsed by the engine,
 * so that a wrong argument is our refusal BAD_INPUT with the field's name, and not the SDK's bare error text. What an
 * agent would not write otherwise for being told (lengths, patterns, that items are closed) is left to that refusal.
 */
export const announcedInput = (schema: z.ZodObject): StandardSchemaWithJSON<Json> =>
  announced(() => {
    const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    return { ...Object(brief(json)), additionalProperties: false };
  });

const LEFT_OUT = new Set([
  'additionalProperties',
  'minLength',
  'maxLength',
  'maxItems',
  'minItems',
  'pattern',
  'propertyNames',
]);

function brief(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(brief);
  if (!isObject(value)) return value;
  const chosen = 'enum' in value || 'const' in value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => !LEFT_OUT.has(key) && one !== Number.MAX_SAFE_INTEGER && !(chosen && key === 'type'))
      .map(([key, one]) => [key, brief(one)]),
  );
}

/**
 * What a tool's answer is, and what any answer may have besides. 1.x clients hold structuredContent against this schema
 * even when isError is set, so nothing is required at its root; what it does not name is in no answer. The list of tools
 * costs an agent tokens in every conversation, so only words to choose from are announced below a field's name:
 * docs/reference/tools.md has the types, and a test holds real answers against the whole schema.
 */
export const announcedOutput = (
  schema: AnswerSchema,
  more: { readonly waits: boolean; readonly asks: boolean },
): StandardSchemaWithJSON<Json> =>
  announced(() => {
    const { status, run, waiting_for, running_ms, form, ...always } = ENVELOPE.shape;
    const envelope = {
      ...always,
      ...(more.waits ? { status, run, waiting_for, running_ms } : {}),
      ...(more.asks ? { form } : {}),
    };
    const shapes = schema instanceof z.ZodObject ? [schema] : schema.options;
    const merged = z.object(Object.assign({}, envelope, ...shapes.toReversed().map((shape) => shape.shape)));
    const { properties } = z.toJSONSchema(merged, { io: 'output', unrepresentable: 'any' });
    const fields = Object.entries(properties ?? {}).map(([name, field]) => {
      const words = isObject(field) && Array.isArray(field.enum) ? field.enum : undefined;
      if (words === undefined || shapes.length > 1) return [name, {}];
      return [name, { enum: name === 'status' && more.waits ? [...words, 'RUNNING'] : words }];
    });
    return { type: 'object', properties: Object.fromEntries(fields), additionalProperties: false };
  });

function announced(convert: () => Json): StandardSchemaWithJSON<Json> {
  let json: Json | undefined;
  const once = () => {
    json ??= convert();
    return json;
  };
  return {
    '~standard': {
      version: 1,
      vendor: 'infragate',
      validate: (value) =>
        isObject(value) ? { value } : { issues: [{ message: 'arguments must be an object with named values' }] },
      jsonSchema: { input: once, output: once },
    },
  };
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
