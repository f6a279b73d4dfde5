import { at, conditionsIn } from '../objects/index.ts';

/** Pure: reading JSON of which nothing is known beforehand. */
export { at, isRecord } from '../objects/index.ts';

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Of anything that may be an object, or nothing. */
export const conditionsOf = (object: unknown) => conditionsIn(at(object, 'status', 'conditions'));
export const condition = (object: unknown, type: string) => conditionsOf(object).find((one) => one.type === type);
