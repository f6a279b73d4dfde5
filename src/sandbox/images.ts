// Putting images into the sandbox's registry without Docker: over the distribution API, plain http.

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Layer } from './layer.ts';
import { type File, tar } from './tar.ts';

const Descriptor = z.looseObject({ mediaType: z.string(), digest: z.string(), size: z.number() });
const Manifest = z.looseObject({
  mediaType: z.string().optional(),
  config: Descriptor.optional(),
  layers: z.array(Descriptor).optional(),
  manifests: z.array(Descriptor).optional(),
});
const Config = z.looseObject({
  config: z.looseObject({}).optional(),
  rootfs: z.looseObject({ diff_ids: z.array(z.string()) }),
});
type Descriptor = z.infer<typeof Descriptor>;

const TYPES = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};
const ACCEPT = [
  TYPES.manifest,
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

export type Access = {
  /** The value of the Authorization header, for a registry that wants one. */
  authorization?: string;
};

/**
 * Copies an image inside a registry, as mirroring does: the same bytes, so the same digest, under another name.
 * References are `repository:tag` or `repository@digest`. Answers the digest.
 */
export async function copyImage(registry: string, from: string, to: string, access: Access = {}): Promise<string> {
  const [source, target] = [parse(from), parse(to)];
  const got = await send(registry, access, 'GET', `${source.repository}/manifests/${source.reference}`, {
    accept: ACCEPT,
  });
  const bytes = Buffer.from(await got.arrayBuffer());
  const manifest = Manifest.parse(JSON.parse(bytes.toString()));
  for (const child of manifest.manifests ?? []) {
    await copyImage(registry, `${source.repository}@${child.digest}`, `${target.repository}@${child.digest}`, access);
  }
  for (const blob of [manifest.config, ...(manifest.layers ?? [])]) {
    if (blob !== undefined) await copyBlob(registry, access, blob, source.repository, target.repository);
  }
  const type = got.headers.get('content-type') ?? manifest.mediaType ?? TYPES.manifest;
  await send(
    registry,
    access,
    'PUT',
    `${target.repository}/manifests/${target.reference}`,
    { 'content-type': type },
    bytes,
  );
  return digestOf(bytes);
}

export type Content = {
  /** An image of the same registry to build on, like `busybox:1`; an empty one when left out. */
  from?: string;
  /** One more layer: these files by path (no leading slash), a whole tar archive, or one compressed before. */
  files?: Readonly<Record<string, File>>;
  rootfs?: Uint8Array;
  layer?: Layer;
  env?: readonly string[];
  entrypoint?: readonly string[];
  cmd?: readonly string[];
  user?: string;
  labels?: Readonly<Record<string, string>>;
};

/** Builds a small image and pushes it as `repository:tag`. Answers its digest. */
export async function pushImage(registry: string, to: string, content: Content, access: Access = {}): Promise<string> {
  const target = parse(to);
  const base = content.from === undefined ? undefined : await baseOf(registry, access, content.from, target.repository);
  const layers = [...(base?.layers ?? [])];
  const diffIds = [...(base?.diffIds ?? [])];
  const layer = layerOf(content);
  if (layer !== undefined) {
    diffIds.push(layer.diffId);
    layers.push(await pushBlob(registry, access, target.repository, TYPES.layer, layer.gzipped));
  }
  const settings = {
    Env: content.env ?? ['PATH=/usr/local/bin:/usr/bin:/bin'],
    ...(content.entrypoint === undefined ? {} : { Entrypoint: content.entrypoint }),
    ...(content.cmd === undefined ? {} : { Cmd: content.cmd }),
    ...(content.user === undefined ? {} : { User: content.user }),
    ...(content.labels === undefined ? {} : { Labels: content.labels }),
  };
  const config = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { ...base?.config, ...settings },
    rootfs: { type: 'layers', diff_ids: diffIds },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: TYPES.manifest,
    config: await pushBlob(registry, access, target.repository, TYPES.config, Buffer.from(JSON.stringify(config))),
    layers,
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  await send(
    registry,
    access,
    'PUT',
    `${target.repository}/manifests/${target.reference}`,
    { 'content-type': TYPES.manifest },
    bytes,
  );
  return digestOf(bytes);
}

function layerOf({ layer, rootfs, files }: Content): Layer | undefined {
  if (layer !== undefined) return layer;
  const archive = rootfs ?? (files === undefined ? undefined : tar(files));
  return archive === undefined ? undefined : { gzipped: gzipSync(archive), diffId: digestOf(archive) };
}

/** Takes a tag away, so that pulling it fails. */
export async function removeImage(registry: string, reference: string, access: Access = {}): Promise<void> {
  const one = parse(reference);
  await send(registry, access, 'DELETE', `${one.repository}/manifests/${one.reference}`);
}

/** The image to build on: its layers, made present in the target repository, and its settings. */
async function baseOf(registry: string, access: Access, from: string, repository: string) {
  const source = parse(from);
  const got = await send(registry, access, 'GET', `${source.repository}/manifests/${source.reference}`, {
    accept: TYPES.manifest,
  });
  const manifest = Manifest.parse(await got.json());
  const layers = manifest.layers ?? [];
  for (const layer of layers) await copyBlob(registry, access, layer, source.repository, repository);
  const settings = await send(registry, access, 'GET', `${source.repository}/blobs/${manifest.config?.digest}`);
  const config = Config.parse(await settings.json());
  return { layers, config: config.config, diffIds: config.rootfs.diff_ids };
}

async function copyBlob(registry: string, access: Access, blob: Descriptor, from: string, to: string): Promise<void> {
  if ((await raw(registry, access, 'HEAD', `${to}/blobs/${blob.digest}`)).ok) return;
  const mount = new URLSearchParams({ mount: blob.digest, from });
  const answer = await send(registry, access, 'POST', `${to}/blobs/uploads/?${mount}`);
  // 202 instead of 201: the registry does not mount, and has begun an upload.
  if (answer.status === 201) return;
  const bytes = await (await send(registry, access, 'GET', `${from}/blobs/${blob.digest}`)).arrayBuffer();
  await finishUpload(registry, access, answer, Buffer.from(bytes));
}

async function pushBlob(
  registry: string,
  access: Access,
  repository: string,
  mediaType: string,
  bytes: Uint8Array,
): Promise<Descriptor> {
  const digest = digestOf(bytes);
  if (!(await raw(registry, access, 'HEAD', `${repository}/blobs/${digest}`)).ok) {
    await finishUpload(registry, access, await send(registry, access, 'POST', `${repository}/blobs/uploads/`), bytes);
  }
  return { mediaType, digest, size: bytes.length };
}

async function finishUpload(registry: string, access: Access, begun: Response, bytes: Uint8Array): Promise<void> {
  const place = new URL(begun.headers.get('location') ?? '', baseUrl(registry));
  place.searchParams.set('digest', digestOf(bytes));
  await send(
    registry,
    access,
    'PUT',
    place.pathname.slice('/v2/'.length) + place.search,
    { 'content-type': 'application/octet-stream' },
    bytes,
  );
}

/** `repository:tag` or `repository@digest`; the colon of a tag comes after the last slash. */
export function parse(reference: string): { repository: string; reference: string } {
  const match = reference.match(
    /^(?<repository>[a-z0-9._/-]+?)(?:@(?<digest>sha256:[0-9a-f]{64})|:(?<tag>[\w][\w.-]{0,127}))?$/,
  );
  if (match?.groups?.repository === undefined) throw new Error(`not a reference inside a registry: ${reference}`);
  return { repository: match.groups.repository, reference: match.groups.digest ?? match.groups.tag ?? 'latest' };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Loopback registries speak plain http, as container runtimes take them to; every other one https. */
const baseUrl = (registry: string): string =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(registry) ? `http://${registry}` : `https://${registry}`;

type Headers = Readonly<Record<string, string>>;

function raw(
  registry: string,
  access: Access,
  method: string,
  path: string,
  headers: Headers = {},
  body?: Uint8Array,
): Promise<Response> {
  const all = access.authorization === undefined ? headers : { ...headers, authorization: access.authorization };
  return fetch(`${baseUrl(registry)}/v2/${path}`, {
    method,
    headers: all,
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  });
}

async function send(...request: Parameters<typeof raw>): Promise<Response> {
  const answer = await raw(...request);
  if (answer.ok) return answer;
  throw new Error(`${request[2]} ${request[0]}/v2/${request[3]}: ${answer.status} ${(await answer.text()).trim()}`);
}
