export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is at a path; undefined when any part of it isn't there. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const part of path) {
    if (!isRecord(here)) return undefined;
    here = here[part];
  }
  return here;
}

export const listAt = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};

export const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
};

/** Every object and list within a value, itself first. */
export function* everyRecord(value: unknown): Generator<Record<string, unknown>> {
  if (Array.isArray(value)) for (const item of value) yield* everyRecord(item);
  if (!isRecord(value)) return;
  yield value;
  for (const item of Object.values(value)) yield* everyRecord(item);
}

export const unique = <T>(values: Iterable<T>): T[] => [...new Set(values)];
