import { z } from 'zod';

/** Pieces of the facts about a deployment that changes an earlier one, and about what a person allows beforehand. */
const text = z.string();
const instant = z.string();

/** Taken over from the record of an earlier deployment: which one, and when it was seen or written there. */
export const carried = z.object({ deployment: text, at: instant });

/** What of one object a person allows to change without being asked again, and within which limits. */
const allowance = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('image'), object: text, repository: text }),
  z.object({ kind: z.literal('replicas'), object: text, least: z.number(), most: z.number() }),
  z.object({ kind: z.literal('value'), object: text, key: text }),
]);

/** Changes that a person approves before they are known. What is not named in it is not allowed by it. */
const changeClass = z.object({
  id: text,
  component: text,
  cluster: text,
  namespace: text,
  allows: z.array(allowance),
  until: instant,
});

export const preapproved = z.object({ type: z.literal('preapproved'), class: changeClass });

/** One field that differs from what was deployed last. */
export const fieldChange = z.object({
  kind: z.enum(['image', 'replicas', 'value']),
  object: text,
  path: text,
  from: text,
  to: text,
});

export type ChangeClass = z.infer<typeof changeClass>;
export type Allowance = ChangeClass['allows'][number];
export type FieldChange = z.infer<typeof fieldChange>;
