import { HOME, phasePath } from '../enforcement/index.ts';
import { at, isRecord, textAt } from '../objects/kube-object.ts';
import type { Connection } from './connection.ts';
import type { GuardedNamespace } from './guarded.ts';

/** What a session in a Phase says about itself. */
export type KnownSession = {
  readonly id: string;
  readonly deployment: string;
  readonly run: string;
  /** When its credential ends, ISO 8601. */
  readonly until: string;
};

/**
 * Takes sessions out of the Phases that nobody will end: of servers that were killed. Their credentials write nothing from
 * then on; without this they would until they end by themselves.
 */
export async function closeSessions(
  connection: Connection,
  namespaces: readonly GuardedNamespace[],
  isLost: (session: KnownSession) => boolean,
): Promise<void> {
  for (const { namespace } of namespaces) {
    const phase = await connection.json({ method: 'GET', path: phasePath(namespace) });
    const open = phase.ok ? at(phase.value.value, 'spec', 'open') : undefined;
    if (!isRecord(open)) continue;
    for (const [id, session] of Object.entries(open)) {
      const [deployment, run, until] = ['deployment', 'run', 'until'].map((field) => textAt(session, field));
      if (!isLost({ id, deployment: deployment ?? '', run: run ?? '', until: until ?? '' })) continue;
      await connection.json({
        method: 'PATCH',
        path: phasePath(namespace),
        contentType: 'application/merge-patch+json',
        body: JSON.stringify({ spec: { open: { [id]: null } } }),
      });
      await connection.json({
        method: 'DELETE',
        path: `/api/v1/namespaces/${HOME}/secrets/${encodeURIComponent(textAt(session, 'anchor'))}`,
      });
    }
  }
}
