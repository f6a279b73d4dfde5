import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Reader } from '../../cluster/index.ts';
import { lost } from '../../engine/connect.ts';
import type { WritingRun } from '../../engine/tool.ts';
import { type Deployment, type Refusal, refuse } from '../../workflow/index.ts';
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

type Values = { ok: true; values: Record<string, string> } | { ok: false; refusal: Refusal };

/** `detail` says which variable, which file or how many bytes; without it the key names the variable, and a file is a folder's. */
async function valuesFor(run: WritingRun, secret: StoredPlan['plan']['secrets'][number]): Promise<Values> {
  const workspace = run.deployment?.started.workspace ?? run.workspace;
  const values: Record<string, string> = {};
  for (const key of secret.keys) {
    const { value, where } = await secretValue(secret, key, workspace);
    if (value === undefined) {
      const message = `The Secret ${secret.name} needs ${key} from ${where}, and it is not there.`;
      return { ok: false, refusal: refuse('PERSON_NEEDED', message) };
    }
    values[key] = value;
  }
  return { ok: true, values };
}

async function secretValue(
  secret: StoredPlan['plan']['secrets'][number],
  key: string,
  workspace: string,
): Promise<{ value: string | undefined; where: string }> {
  const { from, detail, keys } = secret;
  if (from === 'generate') {
    const bytes = Math.min(256, Math.max(16, Number(detail ?? 24) || 24));
    return { value: randomBytes(bytes).toString('base64url'), where: 'a generator' };
  }
  if (from === 'env') {
    const name = detail !== undefined && keys.length === 1 ? detail : key;
    return { value: process.env[name], where: `the server's environment variable ${name}` };
  }
  const path =
    detail === undefined ? `.secrets/${secret.name}/${key}` : keys.length === 1 ? detail : `${detail}/${key}`;
  const value = await readFile(resolve(workspace, path), 'utf8').catch(() => undefined);
  return { value, where: `the file ${path} in the workspace` };
}

/** Keys whose values are no secret though they stand in one: hiding `postgres` would hide half of any output. */
const OPEN_KEYS =
  /^(user|username|login|db|dbname|database|host|hostname|port|namespace|type|engine|.*\.crt|.*uri-template)$/i;

/**
 * What no output may show: the values of the plan's Secrets, and of every other one in the deployment's namespaces that
 * this identity can read, because a command it runs can read them, too. Held in memory for the redaction only.
 */
export async function secretsToHide(reader: Reader, d: Deployment, stored: StoredPlan): Promise<string[]> {
  const values = new Set<string>();
  for (const { name: namespace } of d.target.namespaces) {
    const listed = await reader.list({ apiVersion: 'v1', kind: 'Secret' }, { namespace });
    const named = listed.ok ? [] : stored.plan.secrets;
    const single = await Promise.all(
      named.map((s) => reader.getIfThere({ apiVersion: 'v1', kind: 'Secret', namespace, name: s.name })),
    );
    const found = listed.ok
      ? listed.value.items
      : single.flatMap((s) => (s.ok && s.value !== undefined ? [s.value] : []));
    for (const { data } of found) {
      if (typeof data !== 'object' || data === null) continue;
      for (const [key, value] of Object.entries(data)) {
        if (OPEN_KEYS.test(key) || typeof value !== 'string') continue;
        values.add(Buffer.from(value, 'base64').toString('utf8'));
      }
    }
  }
  return [...values];
}
