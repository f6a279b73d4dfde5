import { hideSecretManifests } from './manifests.ts';
import { matcher } from './matcher.ts';
import { hideShapes } from './shapes.ts';
import { spellings } from './spellings.ts';

/**
 * The one redactor: all text of others (output of commands, logs, answers, failures) goes through it before it leaves
 * the process or enters the ledger. In: text, and values that are known to be secret. Out: the text with them hidden in
 * every spelling that tools print, and with everything that has the shape of a credential hidden. Pure; its time is
 * proportional to the text.
 */
export { HIDDEN } from './shapes.ts';
export { secretValuesIn, secretValuesOf } from './values.ts';

export type Redactor = (text: string) => string;

/** Known values prepared once, for many texts: longest first, in every spelling. */
export function hiding(values: readonly string[]): Redactor {
  const hideValues = matcher(spellings(values));
  return (text) => hideShapes(hideSecretManifests(hideValues(text)));
}

/** Only the known values, where the text is our own or the API server's about what we sent. */
export function hidingValues(values: readonly string[]): Redactor {
  return matcher(spellings(values));
}

const shapesOnly = hiding([]);

export const redact = (text: string, values: readonly string[] = []): string =>
  (values.length === 0 ? shapesOnly : hiding(values))(text);
