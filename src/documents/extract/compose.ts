import type { Place } from '../document.ts';
import { dig, isJson, type Json, listOf, textOf, type YamlDocument } from './yaml.ts';

/** A service of a compose file (compose-spec), its short forms spelled out. */
export type ComposeService = {
  readonly name: string;
  readonly place: Place;
  /** With `${NAME:-default}` filled in; undefined where a variable has no default. */
  readonly image?: string;
  readonly builds: boolean;
  readonly ports: readonly ComposePort[];
  readonly mounts: readonly ComposeMount[];
  readonly dependsOn: readonly { service: string; condition: string; place: Place }[];
  readonly environment: readonly { name: string; value: string; place: Place }[];
  /** Everything as it was written, for what only one rule asks. */
  readonly raw: Json;
  at(...path: (string | number)[]): Place;
};

export type ComposePort = { readonly published?: string; readonly target: number; readonly place: Place };

export type ComposeMount = {
  readonly kind: 'bind' | 'volume' | 'tmpfs' | 'anonymous';
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** One file rather than a folder, as far as the names tell. */
  readonly file: boolean;
  readonly place: Place;
};

export type ComposeFile = {
  readonly services: readonly ComposeService[];
  readonly raw: Json;
  at(...path: (string | number)[]): Place;
};

const SERVICE_FIELDS = [
  'image',
  'build',
  'ports',
  'volumes',
  'environment',
  'depends_on',
  'command',
  'container_name',
  'restart',
  'extends',
  'networks',
  'env_file',
  'expose',
  'network_mode',
];

export function composeFile(document: YamlDocument): ComposeFile | undefined {
  const { value } = document;
  if ('apiVersion' in value && 'kind' in value) return undefined;
  const services = value.services;
  if (!isJson(services)) return undefined;
  const named = Object.entries(services).filter((entry): entry is [string, Json] => isJson(entry[1]));
  if (!named.some(([, service]) => SERVICE_FIELDS.some((field) => field in service))) return undefined;
  return {
    services: named.map(([name, raw]) => serviceOf(name, raw, document)),
    raw: value,
    at: (...path) => document.at(path),
  };
}

function serviceOf(name: string, raw: Json, document: YamlDocument): ComposeService {
  const at = (...path: (string | number)[]) => document.at(['services', name, ...path]);
  const image = interpolated(textOf(raw.image));
  return {
    name,
    place: at(),
    ...(image === undefined ? {} : { image }),
    builds: raw.build !== undefined,
    ports: listOf(raw.ports).flatMap((port, i) => portOf(port, at('ports', i))),
    mounts: [
      ...listOf(raw.volumes).flatMap((mount, i) => mountOf(mount, at('volumes', i))),
      ...(typeof raw.tmpfs === 'string' ? [raw.tmpfs] : listOf(raw.tmpfs)).map((target) =>
        tmpfs(String(target), at('tmpfs')),
      ),
    ],
    dependsOn: dependenciesOf(raw.depends_on, at),
    environment: environmentOf(raw.environment, at),
    raw,
    at,
  };
}

/** `${TAG:-1.0}` and `${TAG-1.0}` have a default; `${TAG}` has none, and what it would be isn't in the document. */
export function interpolated(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  let open = text;
  for (let depth = 0; depth < 4 && open.includes('${'); depth++) {
    open = open.replace(/\$\{[A-Za-z_]\w*(?::?-([^${}]*))\}/g, (_, value: string | undefined) => value ?? '');
  }
  return /\$\{|\$[A-Za-z_]/.test(open) ? undefined : open.replaceAll('$$', '$');
}

function portOf(port: unknown, place: Place): ComposePort[] {
  if (isJson(port)) {
    const target = Number(port.target);
    const published = textOf(port.published);
    return Number.isInteger(target) ? [{ target, place, ...(published === undefined ? {} : { published }) }] : [];
  }
  const text = interpolated(textOf(port)) ?? String(port).replace(/\$\{[^}]*\}/g, '');
  const [spec = ''] = text.split('/');
  const parts = spec.split(':');
  const target = Number((parts.at(-1) ?? '').split('-')[0]);
  if (!Number.isInteger(target) || target === 0) return [];
  const published = parts.length > 1 ? parts.at(-2) : undefined;
  return [{ target, place, ...(published === undefined ? {} : { published }) }];
}

function mountOf(mount: unknown, place: Place): ComposeMount[] {
  if (isJson(mount)) {
    const source = textOf(mount.source ?? mount.src) ?? '';
    const target = textOf(mount.target ?? mount.dst ?? mount.destination) ?? '';
    const readOnly = mount.read_only === true;
    if (mount.type === 'tmpfs') return [tmpfs(target, place)];
    const kind = mount.type === 'bind' ? 'bind' : source === '' ? 'anonymous' : 'volume';
    return [{ kind, source, target, readOnly, file: kind === 'bind' && isFile(source, target), place }];
  }
  const text = String(mount).replace(
    /\$\{[A-Za-z_]\w*(?::?-([^{}]*))?\}/g,
    (whole, value: string | undefined) => value ?? `./${whole.slice(2, -1)}`,
  );
  const drive = /^[A-Za-z]:[\\/]/.test(text) ? text.slice(0, 2) : '';
  const parts = text.slice(drive.length).split(':');
  if (parts.length === 1)
    return [{ kind: 'anonymous', source: '', target: parts[0] ?? '', readOnly: false, file: false, place }];
  const source = drive + (parts[0] ?? '');
  const target = parts[1] ?? '';
  const kind = /^[./~\\]|^[A-Za-z]:/.test(source) ? 'bind' : 'volume';
  const readOnly = (parts[2] ?? '').split(',').includes('ro');
  return [{ kind, source, target, readOnly, file: kind === 'bind' && isFile(source, target), place }];
}

const tmpfs = (target: string, place: Place): ComposeMount => ({
  kind: 'tmpfs',
  source: '',
  target: target.split(':')[0] ?? '',
  readOnly: false,
  file: false,
  place,
});

const FILE = /[^/.][^/]*\.[A-Za-z][A-Za-z0-9]{0,9}(\.template)?$/;
const isFile = (source: string, target: string) =>
  !/\.d$/.test(target) && (FILE.test(target) || (FILE.test(source) && !target.endsWith('/')));

function dependenciesOf(
  value: unknown,
  at: ComposeService['at'],
): { service: string; condition: string; place: Place }[] {
  if (Array.isArray(value)) {
    return value.map((service, i) => ({
      service: String(service),
      condition: 'service_started',
      place: at('depends_on', i),
    }));
  }
  if (!isJson(value)) return [];
  return Object.entries(value).map(([service, how]) => ({
    service,
    condition: textOf(dig(how, 'condition')) ?? 'service_started',
    place: at('depends_on', service, 'condition'),
  }));
}

function environmentOf(value: unknown, at: ComposeService['at']): { name: string; value: string; place: Place }[] {
  if (Array.isArray(value)) {
    return value.map((entry, i) => {
      const [name = '', ...rest] = String(entry).split('=');
      return { name, value: rest.join('='), place: at('environment', i) };
    });
  }
  if (!isJson(value)) return [];
  return Object.entries(value).map(([name, v]) => ({ name, value: textOf(v) ?? '', place: at('environment', name) }));
}
