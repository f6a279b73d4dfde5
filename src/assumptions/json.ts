/** Pure: reading JSON of which nothing is known beforehand. */

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path of keys; undefined where the path ends early. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (Array.isArray(here) && typeof step === 'number') here = here[step];
    else if (isRecord(here)) here = here[String(step)];
    else return undefined;
  }
  return here;
}

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export type Condition = {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
};

export const conditionsOf = (object: unknown): Condition[] =>
  list(at(object, 'status', 'conditions')).map((condition) => ({
    type: text(at(condition, 'type')),
    status: text(at(condition, 'status')),
    reason: text(at(condition, 'reason')),
    message: text(at(condition, 'message')),
  }));

export const condition = (object: unknown, type: string): Condition | undefined =>
  conditionsOf(object).find((one) => one.type === type);
