import {
  diagnose,
  type Failure,
  groupOf,
  type Known,
  type KubeObject,
  kindKey,
  type Reading,
  readiness,
  textAt,
} from '../../src/objects/index.ts';
import type { CaseFile } from './file.ts';

/** The object that a case is about: the first one, unless that is the definition of another's kind. */
export const rootOf = ({ objects, file }: CaseFile): KubeObject => {
  const root = objects.find((object) => !objects.some((other) => definesKindOf(object, other))) ?? objects[0];
  if (root === undefined) throw new Error(`${file}: it has no object`);
  return root;
};

const definesKindOf = (crd: KubeObject, object: KubeObject): boolean =>
  crd.kind === 'CustomResourceDefinition' &&
  textAt(crd, 'spec', 'group') === groupOf(object.apiVersion) &&
  textAt(crd, 'spec', 'names', 'kind') === object.kind;

/** What a case tells beside its object: the definition of its kind, others of the kind, and what else is there. */
export function knownOf(one: CaseFile, object: KubeObject): Known {
  const crd = one.objects.find((other) => definesKindOf(other, object));
  const peers = one.objects.filter((other) => other !== object && kindKey(other) === kindKey(object));
  return { ...(crd === undefined ? {} : { crd }), peers, around: [...one.objects, ...one.events], now: one.now };
}

export const readingOf = (one: CaseFile): Reading => readiness(rootOf(one), knownOf(one, rootOf(one)));

export function diagnosisOf(one: CaseFile): Failure | undefined {
  const root = rootOf(one);
  const created = Date.parse(root.metadata.creationTimestamp ?? '') || one.now;
  return diagnose(
    { root, objects: one.objects, events: one.events, known: (object) => knownOf(one, object) },
    { now: one.now, since: created },
  );
}

/** Would waiting longer be no use, by the reading or by what explains it? */
export const isFinal = (one: CaseFile): boolean => readingOf(one).final || diagnosisOf(one)?.final === true;
