/**
 * Text of which a part can't be known before it runs (`$NS`, `$(…)`) carries this mark in its place. What is unknown is
 * never taken for harmless.
 */
export const UNKNOWN = '\uFFFC';

export function isKnown(text: string): boolean;
export function isKnown(text: string | undefined): text is string;
export function isKnown(text: string | undefined): boolean {
  return text !== undefined && !text.includes(UNKNOWN);
}

/** The last part of a path, without what package managers and Windows add to a name. */
export const baseName = (path: string): string =>
  (path.split(/[\\/]/).at(-1) ?? '').replace(/\.(exe|cmd|bat)$/i, '').replace(/^([^@]+)@[^@]*$/, '$1');

/** A table of words. */
export type Words = { readonly has: (word: string) => boolean; readonly [Symbol.iterator]: () => Iterator<string> };

/** Written in one string, and read when it is first asked: the guard starts anew for every command. */
export function words(text: string): Words {
  let read: ReadonlySet<string> | undefined;
  const all = (): ReadonlySet<string> => {
    read ??= new Set(text.trim().split(/\s+/));
    return read;
  };
  return { has: (word) => all().has(word), [Symbol.iterator]: () => all()[Symbol.iterator]() };
}

/** An argument, quoted so that a shell reads it as one word. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
