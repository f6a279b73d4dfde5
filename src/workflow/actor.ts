import { z } from 'zod';

const text = z.string();

/** How sure we are that a person decided, weakest first. */
export const ASSURANCES = ['elicited', 'operator', 'cluster', 'passkey'] as const;
export type Assurance = (typeof ASSURANCES)[number];

/**
 * Which assurances are enough where one is asked for. `cluster` is vouched for by the API server and by nothing in the
 * record, which a passphrase and a passkey are: it stands in for neither of them.
 */
export const ENOUGH: Readonly<Record<Assurance, readonly Assurance[]>> = {
  elicited: ASSURANCES,
  operator: ['operator', 'passkey'],
  cluster: ['cluster', 'passkey'],
  passkey: ['passkey'],
};

/** What lies between an agent and the page on which a passkey was used, least first. */
export const SEPARATIONS = ['same-user', 'other-user', 'other-host'] as const;
export type Separation = (typeof SEPARATIONS)[number];

/** What somebody may do on a shared server. Each may read what the others may read; an admin may do all of it. */
export const ROLES = ['auditor', 'requester', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Somebody whom an identity provider vouches for, as a verified token names them. */
export const user = z.object({
  issuer: text,
  subject: text,
  /** The claim that policy.yaml names in `access.user_claim`. */
  name: text,
  groups: z.array(text),
  roles: z.array(z.enum(ROLES)),
});
export type User = z.infer<typeof user>;

/** Who took a step. */
export const actor = z.union([
  /** The client gives its own name, which proves nothing; `user`: for whom it works, on a shared server. */
  z.object({ kind: z.literal('agent'), client: text, user: user.optional() }),
  z.object({ kind: z.literal('server') }),
  z.object({
    kind: z.literal('person'),
    name: text.optional(),
    user: user.optional(),
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
