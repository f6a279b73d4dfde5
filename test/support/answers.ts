import { z } from 'zod';
import { type AnswerSchema, ENVELOPE } from '../../src/engine/index.ts';
import { toolListing } from '../../src/mcp/tools.ts';
import { TOOLS } from '../../src/tools/index.ts';

/**
 * Why an answer is not what its tool announces, or undefined: held against the announced schema, as a 1.x client does,
 * and against the tool's own one, which has the types of what is inside and is closed at every depth.
 */
export function notAsAnnounced(tool: string, structured: Readonly<Record<string, unknown>>): string | undefined {
  const definition = TOOLS.find(({ name }) => name === tool);
  const announced = LISTED.find(({ name }) => name === tool);
  if (definition === undefined || announced === undefined) return undefined;
  const allowed = Object.keys(Object(announced.outputSchema.properties));
  const unknown = Object.keys(structured).filter((field) => !allowed.includes(field));
  if (unknown.length > 0) return `${tool} answered ${unknown.join(', ')}, which it does not announce`;
  if ('refusal' in structured || structured.status === 'RUNNING' || Object.keys(structured).length === 0)
    return undefined;
  const results = shapesOf(definition.output).map((shape) =>
    ownPart(shape, definition.inText ?? []).safeParse(structured),
  );
  if (results.some(({ success }) => success)) return undefined;
  return `${tool} answered what its schema does not have: ${results.map(({ error }) => error && z.prettifyError(error)).join('\n---\n')}\n${JSON.stringify(structured).slice(0, 2000)}`;
}

const LISTED = toolListing(TOOLS);

const shapesOf = (schema: AnswerSchema): readonly z.ZodObject[] =>
  schema instanceof z.ZodObject ? [schema] : schema.options;

/** The tool's fields as they are, without those that only the text shows; of the envelope what the tool has not. */
function ownPart(shape: z.ZodObject, inText: readonly string[]): z.ZodObject {
  const own = Object.fromEntries(Object.entries(shape.shape).filter(([name]) => !inText.includes(name)));
  const around = Object.entries(ENVELOPE.shape).filter(([name]) => !(name in shape.shape));
  const optional = Object.fromEntries(around.map(([name]) => [name, z.unknown().optional()]));
  return z.strictObject({ ...optional, ...own });
}
