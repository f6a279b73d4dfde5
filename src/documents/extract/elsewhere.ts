import type { Command } from './commands.ts';
import type { Unread } from './yaml.ts';

/** By program: does this command deploy something that stands in a file, a chart or an address, and not in the command? */
const DEPLOYS: Readonly<Record<string, (words: readonly string[]) => boolean>> = {
  kubectl: appliesFile,
  oc: (words) => appliesFile(words) || hasOne(words, ['new-app', 'process']),
  helm: (words) => hasOne(words, ['install', 'upgrade', 'template']),
  docker: (words) =>
    (hasOne(words, ['compose']) && hasOne(words, STARTS)) || (words[1] === 'stack' && words[2] === 'deploy'),
  nerdctl: (words) => hasOne(words, ['compose']) && hasOne(words, STARTS),
  podman: (words) => hasOne(words, ['compose']) && hasOne(words, STARTS),
  'docker-compose': (words) => hasOne(words, STARTS),
  'podman-compose': (words) => hasOne(words, STARTS),
  kustomize: (words) => words[1] === 'build',
  'operator-sdk': (words) => words[1] === 'run',
  argocd: (words) => words[1] === 'app' && words[2] === 'create',
  'ansible-playbook': () => true,
  terraform: (words) => hasOne(words, ['apply']),
};

const FILE_OPTION = /^(?:-[fk]|--filename|--kustomize)(?:=?(.*))$/;
const STARTS = ['up', 'run', 'create'];

function hasOne(words: readonly string[], wanted: readonly string[]): boolean {
  return words.some((word) => wanted.includes(word));
}

/** `-f -` takes what the same line gives it, which is read there. */
function appliesFile(words: readonly string[]): boolean {
  if (!hasOne(words, ['apply', 'create', 'replace'])) return false;
  return words.some((word, index) => {
    const option = FILE_OPTION.exec(word);
    if (option === null) return false;
    const file = option[1] || (words[index + 1] ?? '-');
    return file !== '-';
  });
}

/** For a document that holds nothing to deploy: its commands that deploy what stands elsewhere, which nobody has read. */
export function elsewhere(commands: readonly Command[]): Unread[] {
  const seen = new Set<string>();
  return commands.flatMap(({ program, text, place }) => {
    if (seen.has(text) || DEPLOYS[program]?.(text.split(/\s+/)) !== true) return [];
    seen.add(text);
    return [{ place, because: 'it deploys what stands elsewhere, and the document holds nothing of it' }];
  });
}
