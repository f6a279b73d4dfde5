import type { Command } from './commands.ts';
import { type ComposeService, composeFile } from './compose.ts';

/** Options of `docker run` that take no value; every other one takes the next word. */
const ALONE = new Set(
  '--detach --interactive --tty --rm --privileged --init --publish-all --read-only --no-healthcheck --oom-kill-disable --quiet --disable-content-trust'.split(
    ' ',
  ),
);
const SHORT: Readonly<Record<string, string>> = {
  v: 'volume',
  p: 'publish',
  e: 'env',
  u: 'user',
  m: 'memory',
  h: 'hostname',
  w: 'workdir',
  l: 'label',
  c: 'cpu-shares',
  a: 'attach',
};

/** The field of a compose service that means the same; `[]` where it may be given several times. */
const FIELDS: Readonly<Record<string, string>> = {
  volume: 'volumes[]',
  mount: 'volumes[]',
  publish: 'ports[]',
  env: 'environment[]',
  'env-file': 'env_file',
  user: 'user',
  network: 'network_mode',
  net: 'network_mode',
  'cap-add': 'cap_add[]',
  device: 'devices[]',
  'security-opt': 'security_opt[]',
  sysctl: 'sysctls[]',
  ulimit: 'ulimits',
  'shm-size': 'shm_size',
  tmpfs: 'tmpfs',
  gpus: 'gpus',
  runtime: 'runtime',
  platform: 'platform',
  pid: 'pid',
  ipc: 'ipc',
  'add-host': 'extra_hosts[]',
  link: 'links[]',
  memory: 'mem_limit',
  cpus: 'cpus',
  'log-driver': 'logging',
};

/** What a `docker run` starts, as the compose service that would do the same: every rule reads both. */
export function runOf(command: Command): ComposeService | undefined {
  const words = command.text.match(/"[^"]*"|'[^']*'|\S+/g)?.map((word) => word.replace(/^(["'])(.*)\1$/, '$2')) ?? [];
  if (!/^(docker|podman|nerdctl)$/.test(words[0] ?? '')) return undefined;
  const first = words[1] === 'container' ? 2 : 1;
  if (words[first] !== 'run' && words[first] !== 'create') return undefined;

  const raw: Record<string, unknown> = {};
  for (let i = first + 1; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('-')) {
      raw.image = word;
      if (i + 1 < words.length) raw.command = words.slice(i + 1);
      break;
    }
    const { name, value, used } = option(word, words[i + 1] ?? '');
    if (used) i++;
    if (name === 'privileged') raw.privileged = value !== 'false';
    const field = FIELDS[name];
    if (field === undefined || value === undefined) continue;
    const entry = name === 'mount' ? mount(value) : value;
    if (field.endsWith('[]')) {
      const key = field.slice(0, -2);
      const before = raw[key];
      raw[key] = [...(Array.isArray(before) ? before : []), entry];
    } else raw[field] = entry;
  }
  return composeFile({ value: { services: { run: raw } }, at: () => command.place })?.services[0];
}

function option(word: string, next: string): { name: string; value: string | undefined; used: boolean } {
  const long = /^--([\w-]+)(?:=(.*))?$/.exec(word);
  if (long !== null) {
    const name = long[1] ?? '';
    if (long[2] !== undefined) return { name, value: long[2], used: false };
    return ALONE.has(`--${name}`) ? { name, value: undefined, used: false } : { name, value: next, used: true };
  }
  const letters = word.slice(1);
  const valued = [...letters].findIndex((letter) => SHORT[letter] !== undefined);
  if (valued === -1) return { name: letters, value: undefined, used: false };
  const name = SHORT[letters[valued] ?? ''] ?? '';
  const glued = letters.slice(valued + 1).replace(/^=/, '');
  return glued === '' ? { name, value: next, used: true } : { name, value: glued, used: false };
}

/** `type=bind,source=/srv,target=/data,readonly` → the long form of a compose volume. */
function mount(text: string): Record<string, unknown> {
  const pairs = text.split(',').map((pair) => pair.split('='));
  const value = (...names: string[]) => pairs.find(([name]) => names.includes(name ?? ''))?.[1];
  const readOnly = pairs.some(([name]) => name === 'readonly' || name === 'ro');
  return {
    type: value('type') ?? 'volume',
    source: value('source', 'src') ?? '',
    target: value('target', 'destination', 'dst') ?? '',
    read_only: readOnly,
  };
}
