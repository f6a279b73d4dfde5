import { createHash } from 'node:crypto';
import { parseCriterion } from '../../../src/criteria/index.ts';
import { parseReference } from '../../../src/images/index.ts';
import type { StoredPlan } from '../../../src/phases/stored.ts';
import { preparePlan } from '../../../src/plan/index.ts';
import { configMap, worldWith } from '../../../src/plan/world.records.ts';
import { parseCommand } from '../../../src/shell/index.ts';
import type { NewEvent } from '../../../src/state/index.ts';
import { ledgerAt } from '../../../src/state/ledger.fixture.ts';
import { currentGate, plan } from '../../../src/workflow/index.ts';
import { World } from '../../unit/law.world.ts';
import { freshHome } from './servers.ts';

export const DEPLOYMENT = 'x-1';

/** Everything turns out well, and nothing is drawn that is rarer than every other time. */
const LUCK = { chance: (p: number) => p >= 0.5, pick: <T>(from: readonly T[]): T | undefined => from[0] };

/** A plan as submit-plan keeps it, of one object. */
async function storedPlan({ plan: text, files }: Submitted): Promise<StoredPlan> {
  const world = worldWith({ parseCommand, parseCriterion, parseReference })(files);
  const { prepared, problems } = await preparePlan(text, 'plan.yaml', world);
  if (prepared === undefined) throw new Error(JSON.stringify(problems));
  return { loaded: prepared.loaded, plan: prepared.loaded.plan, summary: prepared.summary };
}

const PLAN = `component: web
target: shop
phase_1:
  name: One phase, everything
  resources: [config.yaml]
  validation_commands: [kubectl get configmap web-config]
  success_criteria: ["ConfigMap/web-config: create"]
  rollback: [undo]
validation: "none: a test"
rollback_strategy: in reverse order
`;

/** The plan's text and the files it names. */
export type Submitted = { readonly plan: string; readonly files: Readonly<Record<string, string>> };
const ONE_OBJECT: Submitted = { plan: PLAN, files: { 'config.yaml': configMap('web-config') } };

export const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/**
 * A real ledger with a deployment whose plan waits for a person: the law's own model of an agent and a cluster
 * (law.world.ts) wrote its events, moved to now. No cluster is needed to decide about it.
 */
export async function atGateP(submitted: Submitted = ONE_OBJECT): Promise<{
  home: string;
  digest: string;
  revise(): Promise<string>;
  contradict(): Promise<string>;
}> {
  const world = new World(LUCK);
  for (let step = 0; step < 50; step += 1) {
    const gate = currentGate(world.deployment, world.now);
    if (gate?.gate.name === 'P' && plan(world.deployment) !== undefined) break;
    const fix = gate?.checks.find((check) => check.status !== 'pass')?.fix.find((f) => 'tool' in f);
    if (fix === undefined || !world.follow(fix)) throw new Error(`the model is stuck: ${JSON.stringify(gate)}`);
  }
  const planned = plan(world.deployment);
  if (planned === undefined) throw new Error('the model never planned');
  const delta = Date.now() - 60_000 - Date.parse(world.now);

  const home = freshHome();
  const ledger = await ledgerAt(home);
  const body = await ledger.put(JSON.stringify(await storedPlan(submitted)), 'application/json');
  const digest = digestOf('the plan');
  const events = world.events.map(({ at, by, fact }): NewEvent => {
    const shown = fact.type === 'planned' && fact.digest === planned.digest ? { ...fact, digest, body } : fact;
    return { at: new Date(Date.parse(at) + delta).toISOString(), by, fact: shown };
  });
  await ledger.append(DEPLOYMENT, 0, events);
  ledger.close();

  /** Another revision of the plan, as submit-plan records it. */
  const revise = async (): Promise<string> => {
    const opened = await ledgerAt(home);
    const { rows } = await opened.read(DEPLOYMENT);
    const latest = events.findLast((event) => event.fact.type === 'planned');
    if (latest === undefined) throw new Error('no plan');
    const next = digestOf('another plan');
    const fact = { ...latest.fact, digest: next };
    await opened.append(DEPLOYMENT, rows.length, [{ ...latest, at: new Date().toISOString(), fact }]);
    opened.close();
    return next;
  };
  /** Newer evidence against something that passed, as a check by another server records it. */
  const contradict = async (): Promise<string> => {
    const opened = await ledgerAt(home);
    const { rows } = await opened.read(DEPLOYMENT);
    const passed = rows.findLast((row) => {
      const fact = Object(row.fact);
      return fact.type === 'observed' && fact.subject.startsWith('api:') && fact.verdict.status === 'pass';
    });
    if (passed === undefined) throw new Error('nothing passed');
    const fact = {
      ...Object(passed.fact),
      verdict: { status: 'fail', reason: 'Gone', message: 'it is no longer served' },
    };
    await opened.append(DEPLOYMENT, rows.length, [{ at: new Date().toISOString(), by: { kind: 'server' }, fact }]);
    opened.close();
    return String(Object(fact).subject);
  };
  return { home, digest, revise, contradict };
}

/** The body that the ledger keeps under a digest. */
export async function bodyOf(home: string, digest: string): Promise<unknown> {
  const ledger = await ledgerAt(home);
  const found = await ledger.get(digest);
  ledger.close();
  return found === undefined ? undefined : JSON.parse(Buffer.from(found.body).toString('utf8'));
}

/** What the ledger says was decided, whoever asks. */
export async function decisions(home: string): Promise<unknown[]> {
  const ledger = await ledgerAt(home);
  const { rows, damaged } = await ledger.read(DEPLOYMENT);
  ledger.close();
  if (damaged !== undefined) throw new Error(damaged.why);
  return rows.flatMap(({ by, fact }) => (Object(fact).type === 'decided' ? [{ by, fact }] : []));
}
