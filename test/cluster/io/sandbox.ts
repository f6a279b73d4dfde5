import { readFileSync } from 'node:fs';
import type { Result } from '../../../src/cluster/index.ts';
import { type Cluster, connect } from '../../../src/cluster/index.ts';
import { down, type Sandbox, type UpOptions, up } from '../../../src/sandbox/sandbox.ts';

/**
 * A control plane of this file's own, because some of these tests stop its API server. INFRAGATE_TEST_SANDBOX names one
 * to use and to leave running, for working on the tests.
 */
export async function ownSandbox(
  purpose: string,
  options: Pick<UpOptions, 'crds'> = {},
): Promise<{ sandbox: Sandbox; end: () => Promise<void> }> {
  const kept = process.env.INFRAGATE_TEST_SANDBOX;
  const name = kept ?? `test-${purpose}-${process.pid}`;
  const sandbox = await up({ ...options, name });
  return {
    sandbox,
    end: async () => {
      if (kept === undefined) await down({ name });
    },
  };
}

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.reason}: ${result.error.message}`);
  return result.value;
}

export function failure(result: Result<unknown>) {
  if (result.ok) throw new Error(`expected a failure, got ${JSON.stringify(result.value)?.slice(0, 300)}`);
  return result.error;
}

export const reach = async (kubeconfig: string, context?: string): Promise<Cluster> =>
  value(await connect({ kubeconfig, context }));

export type AuditLine = {
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
};

/** What infragate asked the API server, by its own log. */
export function audited(sandbox: Sandbox, user: string): AuditLine[] {
  return readFileSync(sandbox.audit_log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): AuditLine => JSON.parse(line))
    .filter((line) => line.userAgent === 'infragate' && line.user.username === user);
}
