import { word } from '../document.ts';
import type { Extracted } from '../extract/index.ts';
import { dig, listOf } from '../extract/yaml.ts';
import type { ClusterFacts } from '../facts.ts';
import { cantSee, type Found } from './rule.ts';

/** Every StorageClass, as evidence. */
export const classes = (facts: ClusterFacts) =>
  facts.storageClasses.map((c) => `${c.name}${c.default ? ' (default)' : ''}`).join(', ') || 'none';

/** Claims of their own and those of a StatefulSet's templates. */
export function claims(x: Extracted): { spec: unknown; at(...path: (string | number)[]): Found['place'] }[] {
  return x.manifests.flatMap((m) => {
    if (m.kind === 'PersistentVolumeClaim')
      return [{ spec: m.object.spec, at: (...path: (string | number)[]) => m.at('spec', ...path) }];
    return listOf(dig(m.object, 'spec', 'volumeClaimTemplates')).map((template, i) => ({
      spec: dig(template, 'spec'),
      at: (...path: (string | number)[]) => m.at('spec', 'volumeClaimTemplates', i, 'spec', ...path),
    }));
  });
}

/** Whether something here can be mounted by Pods of several nodes. */
export function manyWriters(facts: ClusterFacts, name?: string): Pick<Found, 'severity' | 'local' | 'evidence'> {
  const asked = facts.storageClasses.filter((c) => name === undefined || c.name === name);
  const able = asked.find((c) => c.accessModes?.includes('ReadWriteMany'));
  const evidence = `storageClasses: ${facts.storageClasses.map((c) => `${c.name} ${c.accessModes?.join('/') ?? 'access modes not known'}`).join(', ') || 'none'}`;
  if (able !== undefined)
    return { severity: 'NONE', local: `StorageClass ${able.name} can do ReadWriteMany`, evidence };
  const hidden = cantSee(facts, 'storageClasses', 'which access modes the StorageClasses can do');
  if (hidden !== undefined) return hidden;
  if (asked.some((c) => c.accessModes === undefined))
    return { severity: 'UNKNOWN', local: 'whether a StorageClass can do ReadWriteMany is not known', evidence };
  const other = facts.storageClasses.find((c) => c.accessModes?.includes('ReadWriteMany'));
  const local =
    other === undefined
      ? 'no StorageClass here can do ReadWriteMany'
      : `StorageClass ${word(name)} can’t do ReadWriteMany; ${other.name} can`;
  return { severity: 'HIGH', local, evidence };
}
