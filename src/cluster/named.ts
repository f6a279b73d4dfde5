import type { Discovery, Resource } from './discovery.ts';

/**
 * Pure: the kinds that a word of kubectl means (`deploy`, `deployments.apps`, `deployments.v1.apps`, `Deployment`, a
 * category such as `all`), each once, in the version that the server prefers.
 */
export function resourcesNamed(discovery: Discovery, word: string): Resource[] {
  const [plain = '', ...rest] = word.toLowerCase().split('.');
  const group = rest.join('.');
  const found = discovery.resources.filter(
    (r) =>
      [r.resource, r.singular, r.kind.toLowerCase(), ...r.shortNames, ...r.categories].includes(plain) &&
      (group === '' || r.group === group || `${r.version}.${r.group}` === group),
  );
  const preferred = (r: Resource) => discovery.preferred(r.group) === r.version;
  const kinds = new Map<string, Resource>();
  for (const resource of found) {
    const key = `${resource.group}/${resource.kind}`;
    if (!kinds.has(key) || preferred(resource)) kinds.set(key, resource);
  }
  const all = [...kinds.values()];
  // kubectl takes the core group's, or the first, where a word names one kind of several groups; a category means all.
  const isCategory = all.some((r) => r.categories.includes(plain));
  const core = all.find((r) => r.group === '');
  return isCategory ? all : core === undefined ? all : [core];
}
