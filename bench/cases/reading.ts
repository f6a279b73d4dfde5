import {
  diagnose,
  type Failure,
  type Known,
  type KubeObject,
  kindKey,
  type Reading,
  readiness,
} from '../../src/objects/index.ts';
import type { CaseFile } from './file.ts';

/** The object that a case is about: the first one, unless that is the definition of another's kind. */
export const rootOf = ({ objects, file }: CaseFile): KubeObject => {
  const root = objects.find((object) => !isDefinitionFor(object, objects)) ?? objects[0];
  if (root === undefined) throw new Error(`${file}: it has no object`);
  return root;
};

const isDefinitionFor = (object: KubeObject, objects: readonly KubeObject[]): boolean =>
  kindKey(object) === 'CustomResourceDefinition.apiextensions.k8s.io' && objects.length > 1;

/** What a case tells beside its object: the definition of its kind, others of the kind, and what else is there. */
function knownOf(one: CaseFile): Known {
  const root = rootOf(one);
  const crd = one.objects.find((object) => isDefinitionFor(object, one.objects));
  const peers = one.objects.filter((object) => object !== root && kindKey(object) === kindKey(root));
  return { ...(crd === undefined ? {} : { crd }), peers, around: [...one.objects, ...one.events], now: one.now };
}

export const readingOf = (one: CaseFile): Reading => readiness(rootOf(one), knownOf(one));

export function diagnosisOf(one: CaseFile): Failure | undefined {
  const root = rootOf(one);
  const created = Date.parse(root.metadata.creationTimestamp ?? '') || one.now;
  return diagnose(
    { root, objects: one.objects, events: one.events, known: () => knownOf(one) },
    { now: one.now, since: created },
  );
}

/** Would waiting longer be no use, by the reading or by what explains it? */
export const isFinal = (one: CaseFile): boolean => readingOf(one).final || diagnosisOf(one)?.final === true;
