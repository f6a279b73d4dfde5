import { posix } from 'node:path';
import { isJson, type Json } from './yaml.ts';

/**
 * A service of another file, its relative paths written as from the folder of the file that takes it in (compose-spec,
 * 05-services.md and 14-include.md: each file's paths begin where that file is). `folder` is the way from there to here.
 */
export function rebasedService(service: Json, folder: string): Json {
  if (folder === '.' || folder === '') return service;
  const path = (text: string): string => (/^\.{1,2}(\/|$)/.test(text) ? relative(posix.join(folder, text)) : text);
  const file = (text: string): string =>
    /^(\/|~|\$|[A-Za-z]:[\\/])/.test(text) || text.includes('://') ? text : relative(posix.join(folder, text));
  const made: Record<string, unknown> = { ...service };
  const list = (field: string, change: (entry: unknown) => unknown) => {
    const value = made[field];
    if (Array.isArray(value)) made[field] = value.map(change);
  };
  list('volumes', (mount) => {
    if (typeof mount === 'string') return path(beforeColon(mount)) + mount.slice(beforeColon(mount).length);
    if (!isJson(mount)) return mount;
    const source = mount.source ?? mount.src;
    return mount.type === 'bind' && typeof source === 'string' ? { ...mount, source: file(source) } : mount;
  });
  const environmentFile = (entry: unknown): unknown =>
    typeof entry === 'string'
      ? file(entry)
      : isJson(entry) && typeof entry.path === 'string'
        ? { ...entry, path: file(entry.path) }
        : entry;
  list('env_file', environmentFile);
  if (typeof made.env_file === 'string') made.env_file = file(made.env_file);
  if (typeof made.build === 'string') made.build = file(made.build);
  else if (isJson(made.build) && typeof made.build.context === 'string')
    made.build = { ...made.build, context: file(made.build.context) };
  return made;
}

/** Every service of a file, as from another folder. */
export function rebasedServices(value: Json, folder: string): Json {
  const { services } = value;
  if (!isJson(services) || folder === '.' || folder === '') return value;
  return {
    ...value,
    services: Object.fromEntries(
      Object.entries(services).map(([name, one]) => [name, isJson(one) ? rebasedService(one, folder) : one]),
    ),
  };
}

const beforeColon = (text: string): string => /^[^:]*/.exec(text)?.[0] ?? '';
const relative = (path: string): string => (path.startsWith('..') ? path : `./${path}`);
