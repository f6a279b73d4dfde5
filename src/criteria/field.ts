import { isRecord, type KubeObject, subjectRef } from '../objects/index.ts';
import { fail, pass, type Verdict } from '../workflow/verdict.ts';
import type { JsonPath } from './jsonpath.ts';

/** The value at a path is this; without one, there is any. */
export function fieldIs(object: KubeObject, path: JsonPath, wanted: string | undefined): Verdict {
  const values = path.read(object).filter((v) => v !== undefined && v !== null);
  const what = `${subjectRef(object)}: ${path.text}`;
  if (values.length === 0) return fail('FieldMissing', `${what} is not there`);
  if (wanted === undefined) {
    const empty = values.every(
      (v) => v === '' || (Array.isArray(v) && v.length === 0) || (isRecord(v) && Object.keys(v).length === 0),
    );
    return empty ? fail('FieldEmpty', `${what} is empty`) : pass('FieldSet', `${what} is set`);
  }
  const words = values.map((v) => (isRecord(v) || Array.isArray(v) ? JSON.stringify(v) : String(v)));
  if (words.every((v) => v === wanted)) return pass('FieldEquals', `${what} is ${wanted}`);
  return fail('FieldDiffers', `${what} is ${words.slice(0, 3).join(', ').slice(0, 200)}, not ${wanted}`);
}
