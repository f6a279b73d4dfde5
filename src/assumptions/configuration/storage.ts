import type { KubeObject } from '../../cluster/index.ts';
import { isDefaultClass } from '../../objects/index.ts';
import { fail, pass, unknown } from '../../workflow/index.ts';
import { unanswered } from '../finding.ts';
import { at, list, text } from '../json.ts';
import { nearest } from '../near.ts';
import { type ListedAs, listAll, type World } from '../world.ts';
import { group, NO_NAME, type Part, type Requirement } from './table.ts';

const classes = (world: World) => listAll(world, 'storage.k8s.io', 'StorageClass');

export function notListed(found: Exclude<ListedAs, { state: 'listed' }>, apiGroup: string, resource: string): Part {
  if (found.state === 'unserved') {
    return { verdict: fail('KindNotServed', `the cluster serves no ${resource}`), evidence: { resource } };
  }
  const said = unanswered(found.error, { verb: 'list', group: apiGroup, resource });
  return { ...said, evidence: { error: found.error } };
}

const claim = (storageClass: string, accessMode: string) => `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: try-storage
spec:
  storageClassName: ${storageClass}
  accessModes: [${accessMode}]
  resources:
    requests:
      storage: 1Gi
`;

async function classExists(world: World, match: RegExpExecArray): Promise<Part> {
  const name = group(match, 'name');
  const found = await classes(world);
  if (found.state !== 'listed') {
    const said = notListed(found, 'storage.k8s.io', 'storageclasses');
    return { ...said, ...(said.deferrable ? { minimal_spec: claim(name, 'ReadWriteOnce') } : {}) };
  }
  const names = found.items.map((one) => one.metadata.name ?? '');
  const there = found.items.find((one) => one.metadata.name === name);
  if (there !== undefined) {
    const provisioner = text(there.provisioner);
    const evidence = { provisioner, volumeBindingMode: there.volumeBindingMode, reclaimPolicy: there.reclaimPolicy };
    const manual = provisioner === 'kubernetes.io/no-provisioner' ? '; it provisions nothing by itself' : '';
    return { verdict: pass('Exists', `StorageClass ${name} is there (${provisioner})${manual}`), evidence };
  }
  const near = nearest(name, names);
  const others = near.length > 0 ? near : names.slice(0, 5);
  const instead = others.length === 0 ? 'there is none at all' : `there are ${others.join(', ')}`;
  return {
    verdict: fail('StorageClassMissing', `there is no StorageClass ${name}; ${instead}`),
    evidence: { there: names },
    ...(near[0] !== undefined
      ? { suggestion: `StorageClass/${near[0]}` }
      : {
          suggestion:
            names.length === 0 ? 'have a provisioner installed' : 'name one that is there: kubectl get storageclass',
        }),
  };
}

async function defaultClass(world: World): Promise<Part> {
  const found = await classes(world);
  if (found.state !== 'listed') return notListed(found, 'storage.k8s.io', 'storageclasses');
  const marked = found.items.filter((one) => isDefaultClass(one)).map((one) => one.metadata.name ?? '');
  const names = found.items.map((one) => one.metadata.name ?? '');
  if (marked.length === 0) {
    return {
      verdict: fail(
        'NoDefaultStorageClass',
        `no StorageClass is marked as default; there are ${names.join(', ') || 'none'}`,
      ),
      evidence: { there: names },
      suggestion: 'name a class in every claim (storageClassName), or have one annotated as default',
    };
  }
  const several = marked.length > 1 ? ' (several are marked; the newest is used)' : '';
  return {
    verdict: pass('Exists', `${marked.join(', ')} is the default StorageClass${several}`),
    evidence: { default: marked },
  };
}

/** Drivers whose volumes many nodes can write, and those whose volumes are disks of one node. */
const SHARED = /nfs|cephfs|efs\.csi|file\.csi|filestore|glusterfs|azurefile|azure-file|fsx|weka|beegfs|trident/i;
const DISKS =
  /ebs\.csi|aws-ebs|gce-pd|pd\.csi|disk\.csi|azure-disk|cinder|rbd\.csi|no-provisioner|local-path|hostpath|topolvm/i;

async function shared(world: World): Promise<Part> {
  const [found, volumes] = await Promise.all([classes(world), listAll(world, '', 'PersistentVolume')]);
  const bound = volumes.state === 'listed' ? volumes.items.filter(isBoundShared) : [];
  const proof = bound[0];
  if (proof !== undefined) {
    const by = text(at(proof, 'spec', 'storageClassName'));
    return {
      verdict: pass('InUse', `${by === '' ? 'a volume' : by} has a bound ReadWriteMany volume`),
      evidence: { volume: proof.metadata.name, storageClass: by },
    };
  }
  if (found.state !== 'listed') return notListed(found, 'storage.k8s.io', 'storageclasses');
  const drivers = found.items.map((one) => ({ name: one.metadata.name ?? '', provisioner: text(one.provisioner) }));
  const able = drivers.filter((d) => SHARED.test(d.provisioner));
  const open = drivers.filter((d) => !SHARED.test(d.provisioner) && !DISKS.test(d.provisioner));
  if (able.length === 0 && open.length === 0) {
    const there = drivers.map((d) => `${d.name} (${d.provisioner})`).join(', ') || 'none';
    return {
      verdict: fail(
        'NoSharedStorage',
        `no StorageClass gives volumes that several nodes can write; there are ${there}`,
      ),
      evidence: { drivers },
      suggestion: 'ReadWriteOnce with one replica, object storage, or a StorageClass over NFS or CephFS',
    };
  }
  const try_ = able[0] ?? open[0];
  return {
    verdict: unknown(
      'NotShownYet',
      `whether ${(able.length > 0 ? able : open).map((d) => d.name).join(' or ')} gives ReadWriteMany volumes shows only when one is bound`,
    ),
    evidence: { drivers },
    deferrable: true,
    minimal_spec: claim(try_?.name ?? '', 'ReadWriteMany'),
  };
}

const isBoundShared = (volume: KubeObject) =>
  at(volume, 'status', 'phase') === 'Bound' && list(at(volume, 'spec', 'accessModes')).includes('ReadWriteMany');

/** Any provisioner makes volumes that one node writes. */
async function single(world: World): Promise<Part> {
  const [found, volumes] = await Promise.all([classes(world), listAll(world, '', 'PersistentVolume')]);
  if (found.state !== 'listed') return notListed(found, 'storage.k8s.io', 'storageclasses');
  const able = found.items.filter((one) => text(one.provisioner) !== 'kubernetes.io/no-provisioner');
  const chosen = able.find(isDefaultClass) ?? able[0];
  if (chosen !== undefined) {
    const { name = '' } = chosen.metadata;
    const named = isDefaultClass(chosen) ? 'the default' : `no default: name it (storageClassName: ${name})`;
    return {
      verdict: pass('Provisioned', `StorageClass ${name} (${text(chosen.provisioner)}) provisions them; ${named}`),
      evidence: { storageClass: name, default: isDefaultClass(chosen) },
    };
  }
  const free = (volumes.state === 'listed' ? volumes.items : []).find(
    (one) =>
      at(one, 'status', 'phase') === 'Available' && list(at(one, 'spec', 'accessModes')).includes('ReadWriteOnce'),
  );
  if (free !== undefined)
    return {
      verdict: pass(
        'Available',
        `the PersistentVolume ${free.metadata.name} waits for a claim; nothing provisions more`,
      ),
      evidence: { volume: free.metadata.name },
    };
  return {
    verdict: fail('NoStorage', 'no StorageClass provisions volumes, and no PersistentVolume waits for a claim'),
    evidence: { there: found.items.map((one) => one.metadata.name) },
    suggestion: 'have a provisioner installed: kubectl get storageclass,pv',
  };
}

/** A claim's dry run: quota, LimitRange and webhooks judge it; the volume itself is not made. */
async function claimFits(world: World, match: RegExpExecArray): Promise<Part> {
  const [size, name] = [group(match, 'size'), group(match, 'name')];
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'infragate-dry-run' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: size } },
      ...(name === '' ? {} : { storageClassName: name }),
    },
  };
  const placed = await world.reader.dryRun(object, { verb: 'create', namespace: world.namespace });
  if (!placed.ok) {
    const { status, message } = placed.error;
    const isWord =
      [400, 404, 409, 413, 422].includes(status) || (status === 403 && !/cannot create resource/.test(message));
    if (!isWord) {
      const needs = { verb: 'create', group: '', resource: 'persistentvolumeclaims', namespace: world.namespace };
      return { ...unanswered(placed.error, needs), evidence: { error: placed.error } };
    }
    return {
      verdict: fail('ClaimRefused', message),
      evidence: { error: placed.error },
      facet: 'capacity',
    };
  }
  if (name !== '') {
    const there = await classExists(world, match);
    if (there.verdict.status !== 'pass') return there;
  }
  if (name === '' && text(at(placed.value.object, 'spec', 'storageClassName')) === '') {
    return {
      verdict: fail(
        'NoDefaultStorageClass',
        `a claim of ${size} is accepted (dry run), but no StorageClass is the default, so nothing would provide its volume`,
      ),
      evidence: { warnings: placed.value.warnings },
      facet: 'capacity',
      suggestion: `PVC of ${size} with StorageClass NAME`,
    };
  }
  return {
    verdict: pass('ClaimAccepted', `a claim of ${size} is accepted (dry run)`),
    evidence: { warnings: placed.value.warnings },
    facet: 'capacity',
  };
}

const NAME = `${NO_NAME}(?<name>[a-z0-9]([-a-z0-9.]*[a-z0-9])?)`;

export const STORAGE: readonly Requirement[] = [
  {
    form: 'default StorageClass',
    pattern: /^(an? |the )?default storage ?class( exists| is set| available)?$/i,
    asks: 'is a StorageClass marked as default?',
    canonical: () => 'default StorageClass',
    check: defaultClass,
  },
  {
    form: 'StorageClass NAME exists',
    pattern: new RegExp(`^storage ?class(/| named |: ?| )["']?${NAME}["']?( exists| available| is available)?$`, 'i'),
    asks: 'is there such a StorageClass?',
    canonical: (match) => `StorageClass/${group(match, 'name')}`,
    check: classExists,
  },
  {
    form: 'RWX volumes',
    pattern: /^(rwx|readwritemany)( persistent)?( volumes?| storage)?( (are )?(supported|available))?$/i,
    asks: 'can volumes be written by several nodes?',
    canonical: () => 'RWX volumes',
    check: shared,
  },
  {
    form: 'RWO volumes',
    pattern: /^(rwo|readwriteonce)( persistent)?( volumes?| storage)?( (is |are )?(supported|available))?$/i,
    asks: 'does something provision volumes that one node writes?',
    canonical: () => 'RWO volumes',
    check: single,
  },
  {
    form: 'PVC of 10Gi [with StorageClass NAME]',
    pattern: new RegExp(
      `^(an? )?(pvc|persistentvolumeclaim|claim) of (?<size>\\d+(\\.\\d+)?[KMGTP]i?)( (with|in|from) storage ?class[ /]${NAME})?$`,
      'i',
    ),
    asks: 'would such a claim be accepted? (server dry run)',
    canonical: (match) =>
      `PVC of ${group(match, 'size')}${group(match, 'name') === '' ? '' : ` with StorageClass ${group(match, 'name')}`}`,
    check: claimFits,
  },
];
