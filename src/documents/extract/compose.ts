import { type Place, word } from '../document.ts';
import { dig, isJson, type Json, listOf, textOf, type YamlDocument } from './yaml.ts';

/** A service of a compose file (compose-spec), its short forms spelled out. */
export type ComposeService = {
  readonly name: string;
  readonly place: Place;
  /** With variables filled in; undefined where one has no value. */
  readonly image?: string;
  /** The image as far as it is known: `postgres` of `postgres:${VERSION}`. */
  readonly imageName?: string;
  /** Profiles without which it isn't started. */
  readonly profiles: readonly string[];
  readonly builds: boolean;
  readonly ports: readonly ComposePort[];
  readonly mounts: readonly ComposeMount[];
  readonly dependsOn: readonly { service: string; condition: string; place: Place }[];
  readonly environment: readonly { name: string; value: string; place: Place }[];
  /** Everything as it was written, for what only one rule asks. */
  readonly raw: Json;
  at(...path: (string | number)[]): Place;
};

export type ComposePort = {
  readonly published?: string;
  readonly target: number;
  readonly protocol: 'tcp' | 'udp';
  readonly place: Place;
};

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

const FIRST_FORMAT = new Set(
  'build cap_add cap_drop command container_name cpu_shares cpuset devices dns dns_search dockerfile domainname entrypoint env_file environment expose extends external_links extra_hosts hostname image labels links log_driver log_opt mac_address mem_limit memswap_limit net pid ports privileged read_only restart security_opt shm_size stdin_open tty user volume_driver volumes volumes_from working_dir'.split(
    ' ',
  ),
);

export const COMPOSE_TOP = /^(version|name|services|volumes|networks|configs|secrets|models|include|x-.*)$/;

export function composeFile(document: YamlDocument): ComposeFile | undefined {
  const { value } = document;
  if ('apiVersion' in value && 'kind' in value) return undefined;
  if (isFirstFormat(value)) return fileOf(value, [], document);
  const services = value.services;
  if (!isJson(services)) return undefined;
  const known = Object.values(services).some((one) => isJson(one) && SERVICE_FIELDS.some((field) => field in one));
  if (!known && !isOverlay(value, services)) return undefined;
  return fileOf(services, ['services'], document);
}

/** Further fields of a service: what an override may have alone. */
const OVERLAY_FIELDS =
  /^(annotations|attach|blkio_config|cap_add|cap_drop|cgroup|cgroup_parent|configs|cpu\w*|deploy|develop|device\w*|dns\w*|domainname|entrypoint|extra_hosts|gpus|group_add|healthcheck|hostname|init|ipc|isolation|labels|label_file|links|logging|mac_address|mem\w*|oom\w*|pid|pids_limit|platform|post_start|pre_stop|privileged|profiles|provider|pull_policy|read_only|runtime|scale|secrets|security_opt|shm_size|stdin_open|stop_\w+|storage_opt|sysctls|tmpfs|tty|ulimits|user|userns_mode|uts|volumes_from|working_dir)$/;

function isOverlay(value: Json, services: Json): boolean {
  const named = Object.values(services).filter(isJson);
  return (
    Object.keys(value).every((key) => COMPOSE_TOP.test(key)) &&
    named.some((one) => Object.keys(one).length > 0) &&
    named.every((one) => Object.keys(one).every((field) => OVERLAY_FIELDS.test(field)))
  );
}

/** Before `services:` there was (Compose 1.5 and older): every key at the top is a service. */
function isFirstFormat(value: Json): boolean {
  const services = Object.values(value);
  const all = services.every(
    (one) =>
      isJson(one) &&
      (typeof one.image === 'string' || typeof one.build === 'string') &&
      Object.keys(one).every((field) => FIRST_FORMAT.has(field)),
  );
  return (
    all &&
    services.some(
      (one) => isJson(one) && ['ports', 'volumes', 'links', 'environment', 'command', 'net'].some((f) => f in one),
    )
  );
}

function fileOf(services: Json, prefix: readonly string[], document: YamlDocument): ComposeFile {
  const folders = new Map(
    Object.entries(isJson(document.value.volumes) ? document.value.volumes : {}).flatMap(([name, volume]) => {
      const device = textOf(dig(volume, 'driver_opts', 'device'));
      const isFolder = /(^|,)r?bind(,|$)/.test(textOf(dig(volume, 'driver_opts', 'o')) ?? '');
      return device !== undefined && isFolder ? [[name, device] as const] : [];
    }),
  );
  const named = Object.entries(services).filter((entry): entry is [string, Json] => isJson(entry[1]));
  return {
    services: named.map(([name, raw]) => serviceOf(name, raw, [...prefix, name], document, folders)),
    raw: document.value,
    at: (...path) => document.at(path),
  };
}

function serviceOf(
  name: string,
  raw: Json,
  prefix: readonly string[],
  document: YamlDocument,
  /** Named volumes that are folders of the host, by their driver's options. */
  folders: ReadonlyMap<string, string>,
): ComposeService {
  const profiles = listOf(raw.profiles).flatMap((profile) => textOf(profile) ?? []);
  const optional =
    profiles.length === 0 ? {} : { optional: `started only with the profile ${word(profiles.join(','))}` };
  const at = (...path: (string | number)[]): Place => ({
    ...document.at([...prefix, ...path]),
    owner: name,
    ...optional,
  });
  const image = interpolated(textOf(raw.image));
  const imageName = image ?? withoutOpenTag(textOf(raw.image));
  return {
    name,
    place: at(),
    ...(image === undefined ? {} : { image }),
    ...(imageName === undefined ? {} : { imageName }),
    profiles,
    builds: raw.build !== undefined,
    ports: listOf(raw.ports).flatMap((port, i) => portOf(port, at('ports', i))),
    mounts: [
      ...listOf(raw.volumes).flatMap((mount, i) =>
        mountOf(mount, at('volumes', i)).map((m) => {
          const folder = m.kind === 'volume' ? folders.get(m.source) : undefined;
          return folder === undefined ? m : { ...m, kind: 'bind' as const, source: interpolated(folder) ?? folder };
        }),
      ),
      ...(typeof raw.tmpfs === 'string' ? [raw.tmpfs] : listOf(raw.tmpfs)).map((target) =>
        tmpfs(String(target), at('tmpfs')),
      ),
    ],
    dependsOn: dependenciesOf(raw.depends_on, at),
    environment: environmentOf(raw.environment, at),
    raw: raw.net === undefined ? raw : { ...raw, network_mode: raw.net },
    at,
  };
}

/** `${TAG:-1.0}`, `${TAG-1.0}` and `${TAG:+1.0}`; the defaults may hold variables themselves. */
const VARIABLE = /\$\{[A-Za-z_]\w*(?:(:?[-+?])([^${}]*))?\}/g;

/** What has a default has it filled in; `${A}` and `${A:?why}` stay. */
function defaulted(text: string): string {
  let open = text;
  for (let depth = 0; depth < 4 && open.includes('${'); depth++) {
    const next = open.replace(VARIABLE, (whole, how: string | undefined, value: string | undefined) =>
      how === undefined || how.endsWith('?') ? whole : how.endsWith('+') ? '' : (value ?? ''),
    );
    if (next === open) break;
    open = next;
  }
  return open;
}

/** `${TAG:-1.0}` has a default; `${TAG}` has none, and what it would be isn't in the document. */
export function interpolated(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const open = defaulted(text);
  return /\$\{|\$[A-Za-z_]/.test(open.replaceAll('$$', '')) ? undefined : open.replaceAll('$$', '$');
}

/** Of `registry/name:${TAG}` and `name@$DIGEST` the name; of `${REGISTRY}/name:1` nothing that is certain. */
function withoutOpenTag(text: string | undefined): string | undefined {
  const name = text === undefined ? undefined : /^([^$@]+?)(?::[\w.-]*|@[\w:]*)\$/.exec(defaulted(text))?.[1];
  return name === undefined || name.includes(' ') ? undefined : name;
}

export function portOf(port: unknown, place: Place): ComposePort[] {
  if (isJson(port)) {
    const target = Number(interpolated(textOf(port.target)) ?? '');
    const published = textOf(port.published);
    const protocol = port.protocol === 'udp' ? 'udp' : 'tcp';
    if (!Number.isInteger(target) || target === 0) return [];
    return [{ target, protocol, place, ...(published === undefined ? {} : { published }) }];
  }
  const text = interpolated(textOf(port)) ?? String(port).replace(/\$\{[^{}]*\}/g, '');
  const [spec = '', protocol] = text.split('/');
  const parts = spec.replace(/^\[[^\]]*\]:/, '').split(':');
  const [from = '', to = from] = (parts.at(-1) ?? '').split('-');
  const target = Number(from);
  if (!Number.isInteger(target) || target === 0 || target > 65535) return [];
  const published = parts.length > 1 ? parts.at(-2) : undefined;
  const last = Math.min(Number(to) || target, target + MOST_OF_A_RANGE);
  return Array.from({ length: Math.max(1, last - target + 1) }, (_, i) => ({
    target: target + i,
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    place,
    ...(published === undefined ? {} : { published }),
  }));
}

/** Of `30000-32000:30000-32000` this many are looked at: all of a range are alike. */
const MOST_OF_A_RANGE = 20;

function mountOf(mount: unknown, place: Place): ComposeMount[] {
  if (isJson(mount)) {
    const known = (value: unknown) =>
      interpolated(textOf(value)) ?? (textOf(value) ?? '').replace(/\$\{?(\w+)[^}]*\}?/g, './$1');
    const source = known(mount.source ?? mount.src);
    const target = known(mount.target ?? mount.dst ?? mount.destination);
    const readOnly = mount.read_only === true;
    if (mount.type === 'tmpfs') return [tmpfs(target, place)];
    const kind = mount.type === 'bind' ? 'bind' : source === '' ? 'anonymous' : 'volume';
    return [{ kind, source, target, readOnly, file: kind === 'bind' && isFile(source, target), place }];
  }
  const filled = String(mount);
  const text = (interpolated(filled) ?? filled).replace(
    /\$\{([A-Za-z_]\w*)(?:[^\w{}][^{}]*)?\}|\$([A-Za-z_]\w*)/g,
    (_, braced: string | undefined, bare: string | undefined) => `./${braced ?? bare ?? ''}`,
  );
  // `C:\\data:/data` is a Windows path; `d:/data` a volume named d, as no target follows.
  const drive = /^[A-Za-z]:[\\/][^:]*:\//.test(text) ? text.slice(0, 2) : '';
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

const FILE = /(?:^|\/)\.*[^/.][^/]*\.[A-Za-z][A-Za-z0-9]{0,9}(\.template)?$/;
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
