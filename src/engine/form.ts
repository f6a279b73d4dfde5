/** A JSON schema, as far as an argument's form is read from it. */
type Shape = {
  readonly description?: string;
  readonly type?: unknown;
  readonly properties?: Record<string, unknown>;
  readonly required?: readonly string[];
  readonly items?: unknown;
  readonly anyOf?: readonly unknown[];
};

/** What an argument at this path looks like, in a few words: `{source, not_compared?}`, or what its description says. */
export function formOf(schema: Shape, path: readonly PropertyKey[]): string | undefined {
  const at = path.reduce<Shape[]>((shapes, part) => shapes.flatMap((shape) => inside(shape, part)), branches(schema));
  const forms = at.flatMap((shape) => {
    if (shape.properties !== undefined) return [fieldsOf(shape)];
    if (shape.description !== undefined) return [shape.description];
    return at.length > 1 && typeof shape.type === 'string' ? [shape.type] : [];
  });
  return forms.length === 0 ? undefined : [...new Set(forms)].join(' or ');
}

const branches = (shape: Shape): Shape[] =>
  shape.anyOf === undefined
    ? [shape]
    : shape.anyOf
        .flatMap((one) => branches(Object(one)))
        .map((one) => (shape.description === undefined ? one : { ...shape, ...one }));

function inside(shape: Shape, part: PropertyKey): Shape[] {
  const next = typeof part === 'number' ? shape.items : shape.properties?.[String(part)];
  return next === undefined ? [] : branches(Object(next));
}

function fieldsOf({ properties = {}, required = [] }: Shape): string {
  return `{${Object.keys(properties)
    .map((key) => (required.includes(key) ? key : `${key}?`))
    .join(', ')}}`;
}
