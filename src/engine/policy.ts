import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ASSURANCES } from '../workflow/index.ts';

/**
 * What the operator allows beyond the defaults: `policy.yaml` in the data folder, outside any workspace an agent edits.
 * A file that can't be understood is an error, never a default.
 */
export const policySchema = z.strictObject({
  /** The least assurance with which a person's decision counts. */
  minimum_assurance: z.enum(ASSURANCES).default('elicited'),
  /** Hosts whose documents may be read although their address is private. */
  document_hosts: z.array(z.string()).default([]),
  /** Kinds (`group/Kind`, `Kind` for the core group) a bullet may create beyond the built-in list. */
  bullet_kinds: z.array(z.string()).default([]),
  /** Reasons of UNSAFE that are allowed here (LoadBalancer, ClusterScoped, SelectedByExisting …). */
  bullet_allow: z.array(z.string()).default([]),
  bullet_timeout_max: z
    .string()
    .regex(/^\d+(s|m)$/)
    .default('300s'),
  /** Registries that are spoken to without TLS, besides loopback. */
  insecure_registries: z.array(z.string()).default([]),
  /**
   * rollback-test may rehearse for real (`rehearse: true`): in a namespace that it makes and takes away again, with copies
   * of the plan's objects and of the Secrets they name. What runs there can reach whatever the originals reach.
   */
  rehearsal_namespaces: z.boolean().default(false),
  approval_days: z.number().int().min(1).max(90).default(7),
});

export type Policy = z.infer<typeof policySchema>;

export async function readPolicy(home: string): Promise<{ ok: true; policy: Policy } | { ok: false; message: string }> {
  const path = join(home, 'policy.yaml');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return { ok: true, policy: policySchema.parse({}) };
  }
  try {
    const parsed = policySchema.safeParse(parse(text) ?? {});
    if (parsed.success) return { ok: true, policy: parsed.data };
    const issue = parsed.error.issues[0];
    return { ok: false, message: `policy.yaml, ${issue?.path.join('.') || 'top level'}: ${issue?.message}` };
  } catch (error) {
    return {
      ok: false,
      message: `policy.yaml: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    };
  }
}
