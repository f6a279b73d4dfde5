import type { Conversation } from './conversation.ts';
import { MANIFEST_TYPES, readManifest, runsOn } from './platforms.ts';
import type { ImageReference } from './reference.ts';
import type { Platform } from './verdict.ts';

/** What an image says about itself (the OCI image configuration's `config`), for the platform of the nodes. */
export type ImageConfig = {
  /** As it is written: a name or number, perhaps with a group; `''` is root. */
  readonly user: string;
  readonly ports: readonly { readonly port: number; readonly protocol: 'tcp' | 'udp' }[];
  readonly volumes: readonly string[];
  readonly entrypoint: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly architecture: string;
};

export type ConfigAnswer =
  | { readonly ok: true; readonly config: ImageConfig }
  | { readonly ok: false; readonly because: string };

/** The manifest, of an index the one for the nodes, and the blob it names: three requests at most. */
export async function configOf(
  { repository, tag, digest }: ImageReference,
  talk: Conversation,
  nodes: readonly Platform[],
): Promise<ConfigAnswer> {
  const manifests = `/v2/${repository}/manifests/`;
  const got = await body(talk, `${manifests}${digest ?? tag}`, MANIFEST_TYPES);
  if (!got.ok) return got;
  let manifest = readManifest(got.text);
  if (manifest.kind === 'index') {
    const wanted = nodes.length === 0 ? [{ os: 'linux', architecture: 'amd64' }] : nodes;
    const own = manifest.entries.find((e) => wanted.some((node) => runsOn(e.platform, node))) ?? manifest.entries[0];
    if (own === undefined) return { ok: false, because: 'the index names no platform' };
    const child = await body(talk, `${manifests}${own.digest}`, MANIFEST_TYPES);
    if (!child.ok) return child;
    manifest = readManifest(child.text);
  }
  if (manifest.kind !== 'image') return { ok: false, because: 'the manifest names no configuration' };
  const blob = await body(talk, `/v2/${repository}/blobs/${manifest.config}`);
  return blob.ok ? parsed(blob.text) : blob;
}

type Body = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly because: string };

async function body(talk: Conversation, path: string, accept?: string): Promise<Body> {
  const answer = await talk.get(path, accept);
  if (answer.kind === 'failed') return { ok: false, because: answer.message };
  return answer.status === 200
    ? { ok: true, text: answer.body }
    : { ok: false, because: `the registry answered ${answer.status}` };
}

function parsed(text: string): ConfigAnswer {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return { ok: false, because: 'the configuration is not JSON' };
  }
  const image = record(read);
  const config = record(image.config);
  return {
    ok: true,
    config: {
      user: typeof config.User === 'string' ? config.User : '',
      ports: Object.keys(record(config.ExposedPorts)).flatMap((key) => {
        const [, port = '', protocol] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(key) ?? [];
        return port === '' ? [] : [{ port: Number(port), protocol: protocol === 'udp' ? 'udp' : 'tcp' } as const];
      }),
      volumes: Object.keys(record(config.Volumes)).slice(0, 50),
      entrypoint: texts(config.Entrypoint),
      environment: Object.fromEntries(
        texts(config.Env).map((pair) => [pair.split('=', 1)[0] ?? '', pair.slice(pair.indexOf('=') + 1)]),
      ),
      architecture: typeof image.architecture === 'string' ? image.architecture : '',
    },
  };
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string').slice(0, 200) : [];
