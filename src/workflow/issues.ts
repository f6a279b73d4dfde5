import { z } from 'zod';

export type Path = readonly (string | number)[];
export type Issue = { readonly path: Path; readonly message: string };

/** A hostile input has tens of thousands; nobody reads more than these. */
const MAX_ISSUES = 100;

/**
 * zod's issues in words, each with its path and with what would be right; of a union's branches, the ones that got
 * furthest. At most `most`, and then how many more there are.
 */
export function issuesIn(error: z.ZodError, schema: z.ZodType, most = MAX_ISSUES): Issue[] {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const all = found(error);
  const more = all.length > most ? [{ path: [], message: `and ${all.length - most} more` }] : [];
  const told = all.slice(0, most).map(({ path, message }): Issue => {
    const form = /^(is missing|expected )/.test(message) ? formOf(whole, path) : undefined;
    if (form !== undefined) return { path, message: `${message} (${form})` };
    if (message !== NO_FIELD) return { path, message };
    const fields = placeIn(whole, path.slice(0, -1)).flatMap(fieldsOf);
    return { path, message: fields.length === 0 ? NO_FIELD : `${NO_FIELD}; the fields are ${fields.join(', ')}` };
  });
  return [...told, ...more];
}

const NO_FIELD = 'is not a field here';

function found(error: z.ZodError): Issue[] {
  return error.issues.flatMap((issue): Issue[] => {
    const path = pathOf(issue);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], message: NO_FIELD }));
    }
    if (issue.code === 'invalid_union') {
      if (isAbsent(issue)) return [{ path, message: 'is missing' }];
      const deepest = issue.errors
        .map((list) =>
          list.filter((inner) => inner.path.length > 0 || inner.code === 'custom' || inner.code === 'invalid_format'),
        )
        .filter((list) => list.length > 0)
        .sort((a, b) => a.length - b.length)[0];
      if (deepest !== undefined) {
        return deepest.map((inner) => ({ path: [...path, ...pathOf(inner)], message: words(inner) }));
      }
      const kinds = new Set(
        issue.errors.flat().flatMap((inner) => ('expected' in inner ? [String(inner.expected)] : [])),
      );
      if (kinds.size > 0) return [{ path, message: `expected ${[...kinds].join(' or ')}` }];
    }
    return [{ path, message: words(issue) }];
  });
}

const pathOf = (issue: z.core.$ZodIssue): Path =>
  issue.path.map((part) => (typeof part === 'number' ? part : String(part)));

/** Every branch of a union, and of unions in it, was given nothing. */
const isAbsent = (issue: z.core.$ZodIssue): boolean =>
  issue.code === 'invalid_union'
    ? issue.errors.length > 0 &&
      issue.errors.every((branch) => branch.some((inner) => inner.path.length === 0 && isAbsent(inner)))
    : issue.code === 'invalid_type' && /received undefined/.test(issue.message);

const words = (issue: z.core.$ZodIssue): string =>
  isAbsent(issue) ? 'is missing' : issue.message.replace(/^Invalid (input|option): /, '');

type Json = z.core.JSONSchema.JSONSchema;

/** What may stand at a path, in a few words: `{source, not_compared?}`, and what its description says. */
function formOf(whole: Json, path: Path): string | undefined {
  const places = placeIn(whole, path);
  const forms = places.flatMap((place) => {
    const fields = fieldsOf(place);
    if (fields.length > 0) return [`{${fields.join(', ')}}`];
    return places.length > 1 && typeof place.type === 'string' ? [place.type] : [];
  });
  const described = places.find(({ description }) => description !== undefined)?.description;
  const form = forms.some((one) => one.startsWith('{')) ? [[...new Set(forms)].join(' or ')] : [];
  return [...form, ...(described === undefined ? [] : [described])].join(': ') || undefined;
}

const fieldsOf = ({ properties = {}, required = [] }: Json): string[] =>
  Object.keys(properties).map((key) => (required.includes(key) ? key : `${key}?`));

/** What may stand at a path; more than one where a union allows it. */
function placeIn(whole: Json, path: Path): readonly Json[] {
  const branches = (node: Json): Json[] => [node, ...(node.anyOf ?? []).filter(isSchema).flatMap(branches)];
  const below = (node: Json, part: string | number) =>
    typeof part === 'number' ? [node.items].flat() : [node.properties?.[part]];
  return path.reduce<Json[]>(
    (nodes, part) =>
      nodes
        .flatMap((node) => below(node, part))
        .filter(isSchema)
        .flatMap(branches),
    branches(whole),
  );
}

const isSchema = (node: Json | boolean | undefined): node is Json => typeof node === 'object';
