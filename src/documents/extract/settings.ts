import { type Place, quoted } from '../document.ts';
import { isJson, type YamlDocument } from './yaml.ts';

/** One value of YAML that is neither a manifest nor compose (chart values, a fragment), or of `--set a.b=c`. */
export type Setting = {
  readonly path: readonly string[];
  readonly key: string;
  readonly value: unknown;
  readonly place: Place;
};

const DEPTH = 12;

export function settingsOf(document: YamlDocument): Setting[] {
  const found: Setting[] = [];
  const walk = (value: unknown, path: (string | number)[]) => {
    if (path.length > DEPTH) return;
    if (Array.isArray(value))
      value.forEach((v, i) => {
        walk(v, [...path, i]);
      });
    else if (isJson(value)) {
      // What stands beside `enabled: false` is not rendered; that it is off is a value all the same.
      const off = path.length > 0 && value.enabled === false;
      for (const [key, v] of Object.entries(value)) if (!off || key === 'enabled') walk(v, [...path, key]);
    } else if (path.length > 0) found.push(setting(document, [...path], value));
  };
  walk(document.value, []);
  return found;
}

/** Its place is worked out when it is asked for: of ten thousand values a rule asks about a few. */
function setting(document: YamlDocument, path: (string | number)[], value: unknown): Setting {
  return {
    path: path.map(String),
    key: String(path.at(-1)),
    value,
    get place() {
      return document.at(path);
    },
  };
}

/** `--set persistence.storageClass=gp2,service.type=LoadBalancer`. */
export function flagSettings(command: string, place: Place): Setting[] {
  const found: Setting[] = [];
  for (const match of command.matchAll(/--set(?:-string|-literal)?[=\s]+(?:"([^"]*)"|'([^']*)'|(\S+))/g)) {
    for (const pair of (match[1] ?? match[2] ?? match[3] ?? '').split(',')) {
      const [path = '', ...rest] = pair.split('=');
      if (rest.length === 0) continue;
      const keys = path.split('.');
      const text = rest.join('=');
      const value = text === 'true' ? true : text === 'false' ? false : text;
      found.push({ path: keys, key: keys.at(-1) ?? '', value, place: { ...place, quote: quoted(match[0]) } });
    }
  }
  return found;
}
