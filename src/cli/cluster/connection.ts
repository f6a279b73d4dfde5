import type { ApiFailure, Cluster, Reader, Result } from '../../cluster/index.ts';
import { fail } from '../answers.ts';
import { EXIT, type Exit } from '../exit.ts';

export type Where = { readonly kubeconfig?: string; readonly context?: string };

/** An expected end of one of these commands: said once, in one place. */
export class ClusterProblem extends Error {
  readonly exit: Exit;
  /** The API server's word, or ours. */
  readonly reason: string;
  constructor(exit: Exit, message: string, reason = 'NotPossible') {
    super(message);
    this.exit = exit;
    this.reason = reason;
  }
}

/** Connects, runs, and turns an expected problem into a sentence and an exit code. */
export async function withCluster(
  where: Where,
  use: (cluster: Cluster) => Promise<number>,
  json = false,
): Promise<void> {
  const { connect } = await import('../../cluster/index.ts');
  const connected = await connect(where);
  if (!connected.ok) {
    process.exitCode = fail(
      json,
      EXIT.lacking,
      connected.error.reason,
      `${connected.error.reason}: ${connected.error.message}`,
    );
    return;
  }
  try {
    process.exitCode = await use(connected.value);
  } catch (error) {
    if (!(error instanceof ClusterProblem)) throw error;
    process.exitCode = fail(json, error.exit, error.reason, error.message);
  } finally {
    connected.value.close();
  }
}

/** The value, or the end of the command with what could not be done. */
export function must<T>(result: Result<T>, doing: string): T {
  if (result.ok) return result.value;
  throw failedWhile(doing, result.error);
}

export const failedWhile = (doing: string, error: ApiFailure): ClusterProblem =>
  new ClusterProblem(
    error.status === 403 || error.status === 0 ? EXIT.lacking : EXIT.no,
    `${doing}: ${error.reason}: ${error.message}`,
    error.reason,
  );

/** Whether a kind is served in this very version. */
export async function isServed(reader: Reader, apiVersion: string, kind: string): Promise<boolean> {
  const [group = '', version = ''] = apiVersion.split('/');
  const discovery = must(await reader.discovery({ fresh: true }), 'asking what the cluster serves');
  return discovery.resources.some((r) => r.group === group && r.version === version && r.kind === kind);
}
