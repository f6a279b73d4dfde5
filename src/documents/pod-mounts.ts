import type { Container, Manifest, PodSpec } from './extract/manifests.ts';
import { dig, listOf, textOf } from './extract/yaml.ts';

export type VolumeUse = {
  readonly kind: 'claim' | 'ConfigMap' | 'Secret' | 'emptyDir' | 'hostPath' | 'csi' | 'volume';
  readonly name: string;
  readonly owner: Manifest;
};

/** What a container has at a path: the mount at it, at a folder above, or at one below (a subPath of one file). */
export function mountOf(pod: PodSpec, container: Container, path: string): VolumeUse | undefined {
  const wanted = trimmed(path);
  const mounts = listOf(container.raw.volumeMounts).map((mount) => ({
    name: textOf(dig(mount, 'name')) ?? '',
    path: trimmed(textOf(dig(mount, 'mountPath')) ?? ''),
  }));
  const found =
    mounts.find((m) => m.path === wanted) ??
    mounts
      .filter((m) => m.path !== '' && wanted.startsWith(`${m.path}/`))
      .sort((a, b) => b.path.length - a.path.length)[0] ??
    mounts.find((m) => m.path.startsWith(`${wanted}/`));
  return found === undefined ? undefined : { ...volumeOf(pod, found.name), owner: pod.owner };
}

const trimmed = (path: string) => path.replace(/(?<!\/)\/+$/, '');

function volumeOf(pod: PodSpec, name: string): Pick<VolumeUse, 'kind' | 'name'> {
  const templates = listOf(dig(pod.owner.object, 'spec', 'volumeClaimTemplates'));
  if (templates.some((t) => dig(t, 'metadata', 'name') === name)) return { kind: 'claim', name };
  const volume = listOf(pod.spec.volumes).find((v) => dig(v, 'name') === name);
  const claim = textOf(dig(volume, 'persistentVolumeClaim', 'claimName'));
  if (claim !== undefined) return { kind: 'claim', name: claim };
  if (dig(volume, 'ephemeral') !== undefined) return { kind: 'claim', name };
  const configMap = textOf(dig(volume, 'configMap', 'name'));
  if (configMap !== undefined) return { kind: 'ConfigMap', name: configMap };
  const secret = textOf(dig(volume, 'secret', 'secretName'));
  if (secret !== undefined) return { kind: 'Secret', name: secret };
  const sources = listOf(dig(volume, 'projected', 'sources'));
  if (sources.length > 0)
    return { kind: sources.some((s) => dig(s, 'secret') !== undefined) ? 'Secret' : 'ConfigMap', name };
  for (const kind of ['emptyDir', 'hostPath', 'csi'] as const)
    if (dig(volume, kind) !== undefined) return { kind, name };
  return { kind: 'volume', name };
}
