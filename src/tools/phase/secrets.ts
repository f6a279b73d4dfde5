import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { lost } from '../../engine/connect.ts';
import type { WritingRun } from '../../engine/tool.ts';
import { type Refusal, refuse } from '../../workflow/index.ts';
import type { StoredPhase, StoredPlan } from './stored.ts';

type Made = { ref: string; action: string; changes: readonly string[] };

/**
 * The plan's Secrets, before the first phase: their values come from where the plan says and go to the cluster only. One
 * that is there already is left as it is, if it has the keys.
 */
export async function createSecrets(
  run: WritingRun,
  stored: StoredPlan,
  phase: StoredPhase,
): Promise<Made[] | Refusal> {
  if (phase.number !== Math.min(...stored.plan.phases.map((p) => p.number))) return [];
  const namespace = run.deployment?.target.namespace ?? 'default';
  const made: Made[] = [];
  for (const secret of stored.plan.secrets) {
    const reader = await run.reader();
    const there = await reader.getIfThere({ apiVersion: 'v1', kind: 'Secret', namespace, name: secret.name });
    if (!there.ok) throw lost(there.error);
    const data = there.value?.data;
    const keys = typeof data === 'object' && data !== null ? Object.keys(data) : [];
    const missing = secret.keys.filter((key) => !keys.includes(key));
    if (there.value !== undefined && missing.length === 0) continue;
    if (there.value !== undefined || secret.from === 'existing' || secret.from === 'external') {
      const what = there.value === undefined ? 'is not there' : `lacks ${missing.join(', ')}`;
      return refuse(
        'PERSON_NEEDED',
        `The Secret ${secret.name} ${what}; the plan says it comes from "${secret.from}".`,
        {
          next: [
            {
              person: 'whoever holds the values',
              action: `put the Secret ${secret.name} (${secret.keys.join(', ')}) into ${namespace}`,
            },
          ],
        },
      );
    }
    const values = await valuesFor(run, secret);
    if (!values.ok) return values.refusal;
    const writer = await run.writer();
    const object = { apiVersion: 'v1', kind: 'Secret', name: secret.name, namespace };
    await run.record({ type: 'placed', run: run.id, object, state: 'intended', purpose: 'phase', phase: phase.number });
    const created = await writer.create(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: secret.name, namespace, labels: { 'app.kubernetes.io/managed-by': 'infragate' } },
        stringData: values.values,
      },
      { namespace },
    );
    if (!created.ok) throw lost(created.error);
    const { uid } = created.value.object.metadata;
    await run.record({
      type: 'placed',
      run: run.id,
      object: { ...object, ...(uid === undefined ? {} : { uid }) },
      state: 'created',
      purpose: 'phase',
      phase: phase.number,
    });
    made.push({ ref: `Secret/${secret.name}`, action: 'created', changes: [] });
  }
  return made;
}

async function valuesFor(
  run: WritingRun,
  secret: StoredPlan['plan']['secrets'][number],
): Promise<{ ok: true; values: Record<string, string> } | { ok: false; refusal: Refusal }> {
  const values: Record<string, string> = {};
  for (const key of secret.keys) {
    const value =
      secret.from === 'generate'
        ? randomBytes(24).toString('base64url')
        : secret.from === 'env'
          ? process.env[key]
          : await readFile(
              resolve(run.deployment?.started.workspace ?? run.workspace, '.secrets', secret.name, key),
              'utf8',
            ).catch(() => undefined);
    if (value === undefined) {
      const where =
        secret.from === 'env'
          ? `the server's environment variable ${key}`
          : `the file .secrets/${secret.name}/${key} in the workspace`;
      return { ok: false, refusal: refuse('PERSON_NEEDED', `The Secret ${secret.name} needs ${key} from ${where}, and it is not there.`) };
    }
    values[key] = value;
  }
  return { ok: true, values };
}
