import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ImpersonatedUser } from '../cluster/index.ts';
import { type Actor, ASSURANCES, type Demand, issuesIn, SEPARATIONS, WEEKDAYS } from '../workflow/index.ts';

/**
 * What the operator allows beyond the defaults: `policy.yaml` in the data folder, outside any workspace an agent edits,
 * and above it the machine's own. A file that can't be read or understood is an error, never a default.
 */
export const policySchema = z.strictObject({
  minimum_assurance: z
    .enum(ASSURANCES)
    .default('elicited')
    .describe("The least assurance with which a person's decision or waiver counts."),
  minimum_separation: z
    .enum(SEPARATIONS)
    .default('same-user')
    .describe(
      "What must lie between the agent and the page on which a passkey is used: `same-user` (nothing), `other-user` or `other-host`. Only an administrator's pinned key says more than `same-user`.",
    ),
  approvers: z
    .strictObject({
      least: z.number().int().min(1).max(10).default(1),
      not_requester: z.boolean().default(false),
      groups: z.array(z.string()).default([]),
    })
    .default({ least: 1, not_requester: false, groups: [] })
    .describe(
      'Who has to approve a plan: `least` different people, `not_requester: true` if the account that started the deployment is not one of them, and somebody of each of `groups`.',
    ),
  document_hosts: z
    .array(z.string())
    .default([])
    .describe('Hosts whose documents divergence-check may read although their address is private.'),
  health_hosts: z
    .array(z.string())
    .default([])
    .describe("Hosts that a plan's health checks may ask although their address is private."),
  bullet_kinds: z
    .array(z.string())
    .default([])
    .describe('Kinds (`group/Kind`, `Kind` for the core group) a bullet may create beyond the built-in list.'),
  bullet_allow: z
    .array(z.string())
    .default([])
    .describe(
      'Reasons of UNSAFE that are allowed here, as the refusal names them (`LoadBalancer`, `ClusterScoped` …).',
    ),
  bullet_timeout_max: z
    .string()
    .regex(/^\d+(s|m)$/)
    .default('300s')
    .describe('The longest time limit a bullet may ask for.'),
  insecure_registries: z
    .array(z.string())
    .default([])
    .describe('Registries that are spoken to without TLS, besides loopback.'),
  rehearsal_namespaces: z
    .boolean()
    .default(false)
    .describe(
      "rollback-test may rehearse for real (`rehearse: true`): in a namespace that it makes and takes away again, with copies of the plan's objects and of the Secrets they name. What runs there can reach whatever the originals reach.",
    ),
  change_windows: z
    .array(
      z.strictObject({
        days: z.array(z.enum(WEEKDAYS)).min(1),
        from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM, 24 hours'),
        to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM, 24 hours'),
        time_zone: z.string().refine(isTimeZone, 'must be a time zone by its IANA name, for example Europe/Berlin'),
      }),
    )
    .default([])
    .describe(
      'When phases may be applied: `{days: [mon, tue], from: "09:00", to: "16:00", time_zone: Europe/Berlin}`, any of several. Outside of them apply-phase is refused; rollbacks, gates and bullets are not. None: always.',
    ),
  access: z
    .strictObject({
      issuer: z.url().describe('The identity provider, as its tokens name it in `iss`.'),
      audience: z.string().min(1).optional(),
      user_claim: z.string().min(1).default('sub'),
      groups_claim: z.string().min(1).default('groups'),
      roles: z
        .strictObject({
          auditor: z.array(z.string().min(1)).default([]),
          requester: z.array(z.string().min(1)).default([]),
          approver: z.array(z.string().min(1)).default([]),
          admin: z.array(z.string().min(1)).default([]),
        })
        .prefault({}),
      impersonate: z
        .strictObject({ user_prefix: z.string().default(''), group_prefix: z.string().default('') })
        .optional(),
    })
    .optional()
    .describe(
      "Who may use this server over the network: an OAuth 2.1 identity provider's tokens (`issuer`; `audience`, by default the server's public address), which claim names a person and which their groups, and which groups have which of the roles `auditor` (reads), `requester` (deploys), `approver` (decides) and `admin` (all). With `impersonate`, every request to the cluster is made in that person's name, with these prefixes before user and groups.",
    ),
  approval_days: z.number().int().min(1).max(90).default(7).describe('How long an approval holds, in days.'),
});

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export type Policy = z.infer<typeof policySchema>;

/** What of it the rules read (workflow/approval.ts). */
export const demandOf = (policy: Policy): Demand => ({
  assurance: policy.minimum_assurance,
  separation: policy.minimum_separation,
  approvers: policy.approvers,
});

/** Whom the cluster is asked for; undefined: the server's own identity. A name of Kubernetes' own is never lent (user.ts). */
export function impersonated(by: Actor, { access }: Policy): ImpersonatedUser | undefined {
  const prefixes = access?.impersonate;
  if (by.kind !== 'agent' || by.user === undefined || prefixes === undefined) return undefined;
  const { name, groups } = by.user;
  return {
    user: `${prefixes.user_prefix}${name}`,
    groups: groups.map((group) => `${prefixes.group_prefix}${group}`),
  };
}

/** Where a machine's administrator puts policy that whoever owns the data folder can't change. */
export const SYSTEM_POLICY = '/etc/infragate/policy.yaml';

type Read<T> = { readonly ok: true; readonly policy: T } | { readonly ok: false; readonly message: string };

/** The data folder's policy, each of its settings overruled by the administrator's where there is one. */
export async function readPolicy(home: string, system: string = SYSTEM_POLICY): Promise<Read<Policy>> {
  const [own, above] = [await readSettings(join(home, 'policy.yaml')), await readSettings(system)];
  if (!own.ok) return own;
  if (!above.ok) return above;
  return { ok: true, policy: policySchema.parse({ ...own.policy, ...above.policy }) };
}

/** A file's settings as they stand there, understood one and all; none where there is no file. */
async function readSettings(path: string): Promise<Read<Record<string, unknown>>> {
  try {
    const settings: unknown = parse(await readFile(path, 'utf8')) ?? {};
    const checked = policySchema.safeParse(settings);
    if (checked.success) return { ok: true, policy: { ...Object(settings) } };
    const [issue] = issuesIn(checked.error, policySchema);
    return { ok: false, message: `${path}, ${issue?.path.join('.') || 'top level'}: ${issue?.message}` };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { ok: true, policy: {} };
    return { ok: false, message: `${path}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}` };
  }
}
