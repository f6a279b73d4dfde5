/**
 * Text of which a part can't be known before it runs (`$NS`, `$(…)`) carries this mark in its place. What is unknown is
 * never taken for harmless.
 */
export const UNKNOWN = '\uFFFC';

export const isKnown = (text) => text !== undefined && !text.includes(UNKNOWN);

/** The last part of a path, without what package managers and Windows add to a name. */
export const baseName = (path) =>
  (path.split(/[\\/]/).at(-1) ?? '').replace(/\.(exe|cmd|bat)$/i, '').replace(/^(.+)@[^@]*$/, '$1');
