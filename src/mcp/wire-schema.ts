import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { z } from 'zod';

type Json = Record<string, unknown>;

/**
 * A tool's zod schema as the wire has it. Only announced here, not enforced: what a call brings is parsed by the engine,
 * so that a wrong argument is our refusal BAD_INPUT with the field's name, and not the SDK's bare error text.
 */
export const announcedInput = (schema: z.ZodObject): StandardSchemaWithJSON<Json> =>
  announced(() => withoutNoise(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })));

/**
 * 1.x clients hold structuredContent against this schema even when isError is set, so it must let a refusal and the
 * position through: nothing is required at its root, nothing is closed.
 */
export const announcedOutput = (schema: z.ZodObject): StandardSchemaWithJSON<Json> =>
  announced(() => {
    const { required: _, ...open } = withoutNoise(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }));
    return opened(open);
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

function withoutNoise(schema: object): Json {
  const { $schema: _, ...rest } = Object.fromEntries(Object.entries(schema));
  return rest;
}

/**
 * `additionalProperties` taken out at every depth (an answer may say more than its schema names), and `items: {}`, which
 * says nothing.
 */
function opened(schema: Json): Json {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => key !== 'additionalProperties' && !(key === 'items' && isEmpty(value)))
      .map(([key, value]) => [key, openedValue(value)]),
  );
}

const isEmpty = (value: unknown): boolean => isObject(value) && Object.keys(value).length === 0;

function openedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(openedValue);
  return isObject(value) ? opened(value) : value;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
