import { clusterTool } from './cluster/call.ts';
import { isInfragateScript } from './person.ts';

const MAX_WORDS = 60;
const MAX_FOUND = 200;

/** `asdf install kubectl 1.34.1` names a version, not a verb. */
export const runsTool = (word: string, next: string | undefined): boolean =>
  clusterTool(word) !== undefined && word !== 'k' && !/^v?\d/.test(next ?? '');

/** Lines of words in text of any language, each from a name on that runs a cluster's tool or infragate. */
export function coarseWords(text: string): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  for (const line of text.split(/[\n;|&]+/)) {
    const words = line.split(/[\s"'`,()[\]{}=:!<>]+/).filter((word) => word !== '');
    words.forEach((word, i) => {
      if (found.length < MAX_FOUND && (runsTool(word, words[i + 1]) || isInfragateScript(word)))
        found.push(words.slice(i, i + MAX_WORDS));
    });
  }
  return found;
}
