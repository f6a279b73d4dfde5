import { clusterTool } from './cluster/call.ts';
import { isInfragateScript } from './person.ts';
import { UNKNOWN } from './text.ts';

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

const API_ADDRESS = /\/apis?\/[\w./-]{0,200}?namespaces\/([a-z0-9-]+)\/[a-z]/;
const WRITES_OVER_HTTP =
  /\.(?:delete|post|put|patch)\s*\(|\b(?:method|request)\b[^\n]{0,20}['"](?:DELETE|POST|PUT|PATCH)['"]|['"](?:DELETE|PUT|PATCH)['"]/i;
/** The clients of Kubernetes for Python, Java and Node: `delete_namespaced_pod(…)`, `patchNamespacedDeployment(`. */
const CLIENT_CALL = /\b(?:create|delete|patch|replace)_?(?:namespaced|collection_namespaced)_?\w+\s*\(/i;

/** Code that asks the Kubernetes API to change something: in which namespace. */
export function apiWriteInCode(text: string): string | undefined {
  const namespace = API_ADDRESS.exec(text)?.[1];
  if (namespace !== undefined && WRITES_OVER_HTTP.test(text)) return namespace;
  return CLIENT_CALL.test(text) ? UNKNOWN : undefined;
}
