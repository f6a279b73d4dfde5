// What compose makes of several files: overrides merged, `extends` resolved (compose-spec, 13-merge.md and 05-services.md).
// In: documents. Out: documents of the same form, whose places lead to the file that each value stands in.

import { posix } from 'node:path';
import { rebasedService } from './compose-paths.ts';
import { isJson, type Json, type Path, textOf, type YamlDocument } from './yaml.ts';
import { isOverride, isReset } from './yaml-tags.ts';

/** Where a part of a merged document stands: the document it came from, and the path there. */
type Origin = { readonly document: YamlDocument; readonly path: Path };
type Value = { readonly value: unknown; readonly origin: Origin };

/** Sequences that are replaced, not joined. */
const REPLACED = new Set(['command', 'entrypoint', 'test']);
/** Entries of sequences that are one thing when these agree. */
const KEYS: Readonly<Record<string, (entry: unknown) => string | undefined>> = {
  environment: nameOf,
  labels: nameOf,
  extra_hosts: nameOf,
  sysctls: nameOf,
  volumes: targetOf,
  devices: targetOf,
  ports: (entry) => (isJson(entry) ? JSON.stringify([entry.target, entry.published, entry.protocol]) : textOf(entry)),
};

function nameOf(entry: unknown): string | undefined {
  return textOf(entry)?.split(/[=:]/)[0];
}

function targetOf(entry: unknown): string | undefined {
  if (isJson(entry)) return textOf(entry.target);
  const parts = textOf(entry)?.split(':') ?? [];
  return parts[1] ?? parts[0];
}

class Merged {
  private readonly origins = new Map<string, Origin>();

  /** The value of both, at a path of the result; where each part of it stands is kept. */
  merge(path: Path, base: Value, over: Value): unknown {
    const key = String(path.at(-1) ?? '');
    if (isReset(over.value)) return undefined;
    if (over.value === null || over.value === undefined) return this.keep(path, base);
    if (isOverride(over.value) || REPLACED.has(key)) return this.keep(path, over);
    const [a, b] = [asMapping(key, base), asMapping(key, over)];
    if (a !== undefined && b !== undefined) {
      this.keep(path, base);
      const made: Record<string, unknown> = {};
      for (const name of new Set([...a.keys(), ...b.keys()])) {
        const at = [...path, name];
        const [left, right] = [a.get(name), b.get(name)];
        const value =
          left === undefined
            ? right && this.keep(at, right)
            : right
              ? this.merge(at, left, right)
              : this.keep(at, left);
        if (value !== undefined && !isReset(value)) made[name] = value;
      }
      return made;
    }
    if (Array.isArray(base.value) && Array.isArray(over.value)) return this.join(path, base, over, key);
    return this.keep(path, over);
  }

  keep(path: Path, { value, origin }: Value): unknown {
    this.origins.set(keyOf(path), origin);
    return value;
  }

  place: YamlDocument['at'] = (path) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const origin = this.origins.get(keyOf(path.slice(0, length)));
      if (origin !== undefined) return origin.document.at([...origin.path, ...path.slice(length)]);
    }
    throw new Error('a merged document has an origin at its root');
  };

  private join(path: Path, base: Value, over: Value, key: string): unknown[] {
    this.keep(path, base);
    const identity = KEYS[key] ?? ((entry: unknown) => textOf(entry));
    const entries: Value[] = entriesOf(base);
    for (const entry of entriesOf(over)) {
      const own = identity(entry.value);
      const at = own === undefined ? -1 : entries.findIndex((one) => identity(one.value) === own);
      if (at === -1) entries.push(entry);
      else entries[at] = entry;
    }
    return entries.map((entry, i) => this.keep([...path, i], entry));
  }
}

const keyOf = (path: Path): string => path.join('\u0000');
const entriesOf = ({ value, origin }: Value): Value[] =>
  (Array.isArray(value) ? value : []).map((entry: unknown, i) => ({
    value: entry,
    origin: { ...origin, path: [...origin.path, i] },
  }));

/** A mapping as its entries; of environment and the like the sequence form, too, and of depends_on the names. */
function asMapping(key: string, { value, origin }: Value): Map<string, Value> | undefined {
  if (isJson(value)) {
    return new Map(
      Object.entries(value).map(([name, one]) => [
        name,
        { value: one, origin: { ...origin, path: [...origin.path, name] } },
      ]),
    );
  }
  if (!Array.isArray(value)) return undefined;
  const at = (i: number): Origin => ({ ...origin, path: [...origin.path, i] });
  if (key === 'environment' || key === 'labels')
    return new Map(
      value.map((entry: unknown, i) => {
        const [name = '', ...rest] = String(entry).split('=');
        return [name, { value: rest.join('='), origin: at(i) }];
      }),
    );
  if (key === 'depends_on' || key === 'networks')
    return new Map(value.map((name: unknown, i) => [String(name), { value: {}, origin: at(i) }]));
  return undefined;
}

/** A base and the files over it, in their order. */
export function mergedDocuments(base: YamlDocument, overs: readonly YamlDocument[]): YamlDocument {
  return overs.reduce((below, over) => {
    const merged = new Merged();
    const value = merged.merge([], whole(below), whole(over));
    return isJson(value) ? { value, at: merged.place } : below;
  }, base);
}

const whole = (document: YamlDocument): Value => ({ value: document.value, origin: { document, path: [] } });

/** A file that `extends` names; undefined: it isn't here, which is a finding of its own. */
export type FileAt = (path: string) => { readonly document: YamlDocument; readonly fileAt: FileAt } | undefined;

/** Services with what they extend merged below them. What can't be found stays as it is. */
export function extended(document: YamlDocument, fileAt: FileAt): YamlDocument {
  const { services } = document.value;
  if (!isJson(services) || !Object.values(services).some((one) => isJson(one) && one.extends !== undefined))
    return document;
  const merged = new Merged();
  merged.keep([], whole(document));
  const made = Object.fromEntries(
    Object.keys(services).map((name) => {
      const chain = chainOf(document, name, fileAt);
      const path = ['services', name];
      if (chain.length === 1) return [name, services[name]];
      const value = chain.slice(1).reduceRight<Value | undefined>((below, one) => layered(below, one), undefined);
      const own = chain[0];
      if (own === undefined || value === undefined) return [name, services[name]];
      return [name, merged.merge(path, value, own)];
    }),
  );
  return { value: { ...document.value, services: made }, at: merged.place };
}

/** Two layers as one document of their own, so that the next merge has one origin for each value. */
function layered(below: Value | undefined, over: Value): Value {
  if (below === undefined) return over;
  const merged = new Merged();
  const value = merged.merge([], below, over);
  return isJson(value) ? { value, origin: { document: { value, at: merged.place }, path: [] } } : over;
}

/** A service, what it extends, what that extends … ; a circle ends where it closes. */
function chainOf(document: YamlDocument, name: string, fileAt: FileAt): Value[] {
  const chain: Value[] = [];
  const seen = new Set<string>();
  let at: { document: YamlDocument; fileAt: FileAt } = { document, fileAt };
  let service: string | undefined = name;
  let where = '';
  let folder = '.';
  while (service !== undefined && !seen.has(`${where}\u0000${service}`)) {
    seen.add(`${where}\u0000${service}`);
    const { services } = at.document.value;
    const value: unknown = isJson(services) ? services[service] : undefined;
    if (!isJson(value)) break;
    chain.push({
      value: rebasedService(without(value), folder),
      origin: { document: at.document, path: ['services', service] },
    });
    const next = value.extends;
    const file: string | undefined = isJson(next) ? textOf(next.file) : undefined;
    service = isJson(next) ? textOf(next.service) : textOf(next);
    if (file === undefined) continue;
    const found = at.fileAt(file);
    if (found === undefined) break;
    at = found;
    where = `${where}/${file}`;
    folder = posix.join(folder, posix.dirname(file));
  }
  return chain;
}

const without = (service: Json): Json =>
  Object.fromEntries(Object.entries(service).filter(([field]) => field !== 'extends'));
