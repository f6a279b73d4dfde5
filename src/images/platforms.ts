import type { Platform } from './verdict.ts';

/** What a manifest, an index or a config says, of the parts that decide whether a node can run the image. Pure. */
export type Manifest =
  /** unlabelled: manifests whose platform the index leaves to their config. */
  | { kind: 'index'; entries: { digest: string; platform: Platform }[]; unlabelled: string[] }
  | { kind: 'image'; config: string }
  | { kind: 'other'; what: string };

export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const IMAGE_CONFIGS = ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json'];

export function readManifest(body: string): Manifest {
  const parsed = record(json(body));
  if (parsed === undefined) return { kind: 'other', what: 'something that is not JSON' };
  if (parsed.schemaVersion === 1)
    return { kind: 'other', what: 'a schema 1 manifest, which current runtimes no longer pull' };
  if (Array.isArray(parsed.manifests)) {
    const entries = parsed.manifests.flatMap((entry) => {
      const platform = platformOf(record(entry)?.platform);
      const digest = record(entry)?.digest;
      return platform === undefined || typeof digest !== 'string' ? [] : [{ digest, platform }];
    });
    const unlabelled = parsed.manifests.flatMap((entry) => {
      const { digest, platform, artifactType } = record(entry) ?? {};
      return typeof digest === 'string' && platform === undefined && artifactType === undefined ? [digest] : [];
    });
    return { kind: 'index', entries, unlabelled };
  }
  const config = record(parsed.config);
  if (typeof config?.digest !== 'string') return { kind: 'other', what: 'a manifest without a config' };
  const type = String(config.mediaType ?? '');
  if (!IMAGE_CONFIGS.includes(type))
    return { kind: 'other', what: `not a container image (config ${type || 'without a type'})` };
  return { kind: 'image', config: config.digest };
}

/** os and architecture of an image's config, as of an index's entry. Attestations (unknown/unknown) are no platform. */
export function platformOf(value: unknown): Platform | undefined {
  const found = record(typeof value === 'string' ? json(value) : value);
  const { os, architecture, variant } = found ?? {};
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === 'unknown') return undefined;
  return { os, architecture, ...(typeof variant === 'string' && variant !== '' ? { variant } : {}) };
}

/** A node's arm64 runs an image's arm64/v8; a 32-bit variant is not judged, nodes don't report theirs. */
export const runsOn = (image: Platform, node: Platform) =>
  image.os === node.os && image.architecture === node.architecture;

export const spell = ({ os, architecture, variant }: Platform) =>
  `${os}/${architecture}${variant === undefined ? '' : `/${variant}`}`;

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const record = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
