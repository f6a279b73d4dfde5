import { alreadyTrue, readCriteria, subjectsOf } from '../../src/bullets/criteria.ts';
import { readSpec } from '../../src/bullets/spec.ts';
import { bulletArguments } from '../../src/workflow/suggest.ts';
import type { CaseFile } from './file.ts';
import { rootOf } from './reading.ts';

/** The bullet that the gate advises for the object's kind: is it accepted, and would it pass on an object that was? */
export function planApprovable(one: CaseFile): string | undefined {
  const { apiVersion, kind } = rootOf(one);
  const advised = bulletArguments('a-1', [`api:${apiVersion}/${kind}`]);
  const spec = readSpec(String(advised.minimal_spec));
  if (!spec.ok) return `minimal_spec: ${spec.refusal.message}`;
  const read = readCriteria(String(advised.success_criteria), subjectsOf(spec.objects));
  if ('code' in read) return read.message;
  const accepted = spec.objects.map((object) => ({ ...object, metadata: { ...object.metadata, uid: 'u-1' } }));
  const early = alreadyTrue(read.predicates, accepted);
  if (early !== undefined) return early.message;
  const open = read.predicates
    .map((predicate) => predicate.holds({ objects: accepted }))
    .find((v) => v.status !== 'pass');
  return open === undefined ? undefined : `${open.status}(${open.reason}) once it is accepted`;
}
