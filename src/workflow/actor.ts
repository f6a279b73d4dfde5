import { z } from 'zod';

const text = z.string();

/** How sure we are that a person decided, weakest first. */
export const ASSURANCES = ['elicited', 'operator', 'passkey'] as const;
export type Assurance = (typeof ASSURANCES)[number];

/** What lies between an agent and the page on which a passkey was used, least first. */
export const SEPARATIONS = ['same-user', 'other-user', 'other-host'] as const;
export type Separation = (typeof SEPARATIONS)[number];

/** Who took a step. */
export const actor = z.union([
  z.object({ kind: z.literal('agent'), client: text }),
  z.object({ kind: z.literal('server') }),
  z.object({
    kind: z.literal('person'),
    name: text.optional(),
    assurance: z.enum(ASSURANCES),
    /** passkey: between the agent and the page that the person saw; the key, and who says that it counts; its groups. */
    separation: z.enum(SEPARATIONS).optional(),
    credential: z.object({ id: text, pinned_by: z.enum(['administrator', 'data-folder']) }).optional(),
    groups: z.array(text).optional(),
    /** Of this fact and all rows before it, by the operator's key (state/signature.ts). */
    signature: z.object({ key: text, value: text }).optional(),
  }),
]);
export type Actor = z.infer<typeof actor>;
