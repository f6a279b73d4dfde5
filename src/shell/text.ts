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

/** Words of a table, written in one string. */
export const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** An argument, quoted so that a shell reads it as one word. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
