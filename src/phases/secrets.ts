import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Reader } from '../cluster/index.ts';
import { lost } from '../engine/connect.ts';
import { recordFirst } from '../engine/observe.ts';
import type { WritingRun } from '../engine/tool.ts';
import { secretUse } from '../plan/index.ts';
import { type Deployment, type Refusal, refuse } from '../workflow/index.ts';
import type { StoredPhase, StoredPlan } from './stored.ts';

type Made = { ref: string; action: string; changes: readonly string[] };

type Source = StoredPlan['plan']['secrets'][number];

/**
 * The Secrets that a phase needs, before it is applied: their values come from where the plan says and go to the cluster
 * only. One that is there already is left as it is, if it has the keys. Those that others bring are waited for where a
 * phase needs them, and no earlier: an operator of a phase before may be what makes one.
 */
export async function createSecrets(
  run: WritingRun,
  stored: StoredPlan,
  phase: StoredPhase,
): Promise<Made[] | Refusal> {
  const d = await run.current();
  const { namespace } = d.target;
  const made: Made[] = [];
  for (const secret of stored.plan.secrets) {
    if (!isDue(d, stored, phase, secret)) continue;
    const { there, missing } = await secretNow(await run.reader(), namespace, secret);
    if (there && missing.length === 0) continue;
    if (there || !isMade(secret)) return notThere(d, stored, phase, secret, there ? missing : undefined);
    const values = await valuesFor(run, secret);
    if (!values.ok) return values.refusal;
    const writer = await run.writer();
    const object = { apiVersion: 'v1', kind: 'Secret', name: secret.name, namespace };
    await recordFirst(run, {
      type: 'placed',
      run: run.id,
      object,
      state: 'intended',
      purpose: 'phase',
      phase: phase.number,
    });
    const created = await writer.create(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: secret.name, namespace, labels: { 'app.kubernetes.io/managed-by': 'infragate' } },
        data: values.values,
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

/** Its values are put there by apply-phase. */
export const isMade = ({ from }: Pick<Source, 'from'>): boolean => from !== 'existing' && from !== 'external';

/** The first phase that is ours to apply: what the plan makes is made there, what exists is looked for. */
export const firstApplied = (stored: Pick<StoredPlan, 'plan'>): number => {
  const ours = stored.plan.phases.filter((p) => p.delivery === 'apply');
  return Math.min(...(ours.length > 0 ? ours : stored.plan.phases).map((p) => p.number));
};

function isDue(d: Deployment, stored: StoredPlan, phase: StoredPhase, secret: Source): boolean {
  const { namespace } = d.target;
  const need = secretUse(stored.loaded, secret.name, namespace).needed.find((n) => n.phase === phase.number);
  const first = phase.number === firstApplied(stored);
  if (isMade(secret)) {
    // Added by a revision, or needed by a phase that others apply. What was made and taken away since is not made anew here.
    const placed = d.placements.some(
      ({ object: o, state }) =>
        o.kind === 'Secret' && o.name === secret.name && o.namespace === namespace && state !== 'gone',
    );
    return first || (need !== undefined && !placed);
  }
  if (phase.delivery !== 'apply' && phase.commands.length === 0) return false;
  return need?.when === 'start' || (first && secret.from === 'existing');
}

/** Whether a Secret is there, and which of its keys are not. */
export async function secretNow(
  reader: Reader,
  namespace: string,
  secret: Pick<Source, 'name' | 'keys'>,
): Promise<{ there: boolean; missing: readonly string[] }> {
  const found = await reader.getIfThere({ apiVersion: 'v1', kind: 'Secret', namespace, name: secret.name });
  if (!found.ok) throw lost(found.error);
  const keys = Object.keys(Object(found.value?.data));
  return { there: found.value !== undefined, missing: secret.keys.filter((key) => !keys.includes(key)) };
}

function notThere(
  d: Deployment,
  stored: StoredPlan,
  phase: StoredPhase,
  secret: Source,
  missing: readonly string[] | undefined,
): Refusal {
  const { namespace } = d.target;
  const { needed, makers } = secretUse(stored.loaded, secret.name, namespace);
  const by = needed.find((n) => n.phase === phase.number)?.by;
  const what = missing === undefined ? 'is not there' : `lacks ${missing.join(', ')}`;
  const maker = makers.find((m) => m.phase < phase.number);
  const from = maker === undefined ? '' : ` ${maker.object} of phase ${maker.phase} may be what makes it.`;
  return refuse(
    'PERSON_NEEDED',
    `Phase ${phase.number} is not applied: the Secret ${secret.name}${by === undefined ? '' : `, which ${by} needs,`} ${what}; the plan says it comes from "${secret.from}".${from}`,
    {
      next: [
        {
          person: 'whoever holds the values',
          action: `put the Secret ${secret.name}${secret.keys.length === 0 ? '' : ` (${secret.keys.join(', ')})`} into ${namespace}`,
        },
        { tool: 'apply-phase', arguments: { deployment: d.id, phase_number: phase.number } },
      ],
    },
  );
}

type Values = { ok: true; values: Record<string, string> } | { ok: false; refusal: Refusal };

/** In base64, as a Secret's `data` has it: what a file holds need not be text. */
async function valuesFor(run: WritingRun, secret: Source): Promise<Values> {
  const workspace = run.deployment?.started.workspace ?? run.workspace;
  const values: Record<string, string> = {};
  for (const key of secret.keys) {
    const { value, where } = await secretValue(secret, key, workspace);
    if (value === undefined) {
      const message = `The Secret ${secret.name} needs ${key} from ${where}, and it is not there.`;
      const next = [{ person: 'whoever holds the values', action: `put ${key} into ${where}` }];
      return { ok: false, refusal: refuse('PERSON_NEEDED', message, { next }) };
    }
    values[key] = value.toString('base64');
  }
  return { ok: true, values };
}

/** `detail` says which variable, which file or how many bytes; without it the key names the variable, and a file is a folder's. */
export async function secretValue(
  secret: Source,
  key: string,
  workspace: string,
): Promise<{ value: Buffer | undefined; where: string }> {
  const { from, detail, keys } = secret;
  if (from === 'generate') {
    const bytes = Math.min(256, Math.max(16, Number(detail ?? 24) || 24));
    return { value: Buffer.from(randomBytes(bytes).toString('base64url')), where: 'a generator' };
  }
  if (from === 'env') {
    const name = detail !== undefined && keys.length === 1 ? detail : key;
    const value = process.env[name];
    return {
      value: value === undefined ? undefined : Buffer.from(value),
      where: `the server's environment variable ${name}`,
    };
  }
  const path =
    detail === undefined ? `.secrets/${secret.name}/${key}` : keys.length === 1 ? detail : `${detail}/${key}`;
  const value = await readFile(resolve(workspace, path)).catch(() => undefined);
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
        values.add(value);
        values.add(Buffer.from(value, 'base64').toString('utf8'));
      }
    }
  }
  return [...values];
}
