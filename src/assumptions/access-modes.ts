import type { KubeObject } from '../cluster/index.ts';
import { at, list, text } from './json.ts';

/** Provisioners by what their documentation says about access modes: shared file systems, and block devices. */
const SHARED =
  /(^|[./-])(nfs|cephfs|efs|azurefile|file\.csi|filestore|smb|glusterfs|gluster|manila|fsx\.csi|lustre|beegfs|weka|wekafs|juicefs|seaweedfs|quobyte|isilon|cubefs|netapp\.io\/nas)([./-]|$)/i;
const SINGLE =
  /(^|[./-])(aws-ebs|ebs|gce-pd|pd\.csi|azure-disk|disk\.csi|cinder|rbd|vsphere-volume|vsphere|linstor|topolvm|local-path|hostpath|host-path|no-provisioner|lvm|openebs\.io\/local|iscsi)([./-]|$)/i;

/**
 * Which access modes a StorageClass can do, for which no field of it tells: what volumes of it were bound with, what
 * a StorageProfile (CDI) says of it, what its provisioner is known for. undefined: none of these says.
 */
export function accessModesOf(
  name: string,
  provisioner: string,
  volumes: readonly KubeObject[],
  profiles: readonly KubeObject[],
): readonly string[] | undefined {
  const profile = profiles.find((one) => one.metadata.name === name);
  const told = list(at(profile, 'status', 'claimPropertySets')).flatMap((set) =>
    list(at(set, 'accessModes')).map(text),
  );
  if (told.length > 0) return [...new Set(told)];
  if (SHARED.test(provisioner)) return ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'];
  if (SINGLE.test(provisioner)) return ['ReadWriteOnce'];
  const seen = volumes
    .filter((one) => text(at(one, 'spec', 'storageClassName')) === name && text(at(one, 'status', 'phase')) === 'Bound')
    .flatMap((one) => list(at(one, 'spec', 'accessModes')).map(text));
  // That one was bound ReadWriteMany shows it can; that none was shows nothing.
  return seen.includes('ReadWriteMany') ? [...new Set(seen)] : undefined;
}
