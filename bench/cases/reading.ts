import { diagnose, type Failure, type KubeObject, kindKey, type Reading, readiness } from '../../src/objects/index.ts';
import type { CaseFile } from './file.ts';

/** The object that a case is about: the first one, unless that is the definition of another's kind. */
export const rootOf = ({ objects, file }: CaseFile): KubeObject => {
  const root = objects.find((object) => !isDefinitionFor(object, objects)) ?? objects[0];
  if (root === undefined) throw new Error(`${file}: it has no object`);
  return root;
};

const isDefinitionFor = (object: KubeObject, objects: readonly KubeObject[]): boolean =>
  kindKey(object) === 'CustomResourceDefinition.apiextensions.k8s.io' && objects.length > 1;

const definitionOf = ({ objects }: CaseFile): KubeObject | undefined =>
  objects.find((object) => isDefinitionFor(object, objects));

export function readingOf(one: CaseFile): Reading {
  const crd = definitionOf(one);
  return readiness(rootOf(one), crd === undefined ? {} : { crd });
}

export function diagnosisOf(one: CaseFile): Failure | undefined {
  const root = rootOf(one);
  const created = Date.parse(root.metadata.creationTimestamp ?? '') || one.now;
  return diagnose({ root, objects: one.objects, events: one.events }, { now: one.now, since: created });
}

/** Would waiting longer be no use, by the reading or by what explains it? */
export const isFinal = (one: CaseFile): boolean => readingOf(one).final || diagnosisOf(one)?.final === true;
