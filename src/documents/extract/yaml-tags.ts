// compose's own tags: `!reset` takes a value away, `!override` replaces instead of merging.

/** What stands for a value that is taken away: read alone it is an empty mapping. */
export const RESET: Readonly<Record<string, never>> = Object.freeze({});
const overriding = new WeakSet<object>();

export const isReset = (value: unknown): boolean => value === RESET;
export const isOverride = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && overriding.has(value);

/** A value as its tag says. */
export function tagged(tag: string | undefined, value: unknown): unknown {
  if (tag === '!reset') return RESET;
  if (tag === '!override' && typeof value === 'object' && value !== null) overriding.add(value);
  return value;
}
