import { address, called } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import { groupOf } from '../objects/index.ts';
import { readRollback } from '../plan/index.ts';
import {
  type Deployment,
  fail,
  type PlacedObject,
  type Placement,
  pass,
  unknown,
  type Verdict,
} from '../workflow/index.ts';
import { type PhaseCheck, phaseCheck } from './check.ts';
import { placedBy, type StoredPhase } from './stored.ts';

/** What rolling a phase back does to each object it touched, newest first. `keep`: the plan says so, and why. */
export type RollbackStep = {
  readonly object: PlacedObject;
  readonly action: 'remove' | 'restore' | 'keep';
  readonly before?: string;
  readonly because?: string;
  readonly run: string;
};

/** Reverse order of what was placed: created objects go, changed ones are put back, save what the plan keeps. */
export const rollbackSteps = (d: Deployment, phase: Pick<StoredPhase, 'number' | 'rollback'>): RollbackStep[] =>
  stepsBack(placedBy(d, phase.number), phase.rollback);

export type PlacedOnce = Pick<Placement, 'object' | 'run' | 'before' | 'seq'>;

export function stepsBack(placed: readonly PlacedOnce[], rollback: readonly string[]): RollbackStep[] {
  const kept = rollback.map(readRollback).flatMap((r) => (r.kind === 'keep' ? [r] : []));
  return [...placed]
    .sort((a, b) => b.seq - a.seq)
    .map(({ object, run, before }): RollbackStep => {
      const name = `${object.kind}/${object.name}`;
      const keep = kept.find((k) => k.object === '*' || k.object === name || k.object.endsWith(`/${name}`));
      if (keep !== undefined) return { object, run, action: 'keep', because: keep.because };
      return before === undefined ? { object, run, action: 'remove' } : { object, run, action: 'restore', before };
    });
}

/** Tries one step with a server-side dry run, as this identity; nothing is changed. */
export async function tryStep(reader: Reader, step: RollbackStep): Promise<Verdict> {
  const { object } = step;
  if (step.action === 'keep') return pass('Kept', `${called(object)} stays: ${step.because ?? 'as the plan says'}`);
  const live = await reader.getIfThere(address(object));
  if (!live.ok) return unknown('NotVisible', `${called(object)}: ${live.error.message}`);
  if (live.value === undefined)
    return step.action === 'remove'
      ? pass('GoneAlready', `${called(object)} is gone already`)
      : unknown('Gone', `${called(object)} is gone; it would have to be made anew`);
  if (object.uid !== undefined && live.value.metadata.uid !== object.uid)
    return fail('Recreated', `${called(object)} is another object now; it would not be touched`);
  if (step.action === 'restore') {
    const may = await reader.canI({
      verb: 'update',
      group: groupOf(object.apiVersion),
      resource: await pluralOf(reader, object),
      ...(object.namespace === undefined ? {} : { namespace: object.namespace }),
    });
    return may.ok && may.value.allowed
      ? pass('Restorable', `${called(object)} can be put back as it was`)
      : fail('Forbidden', `${called(object)} may not be updated by this identity`);
  }
  const tried = await reader.dryRunDelete(address(object), object.uid === undefined ? {} : { uid: object.uid });
  if (!tried.ok) return fail(tried.error.reason, `${called(object)} can't be removed: ${tried.error.message}`);
  const finalizers = live.value.metadata.finalizers ?? [];
  const foreign = finalizers.filter((f) => !f.startsWith('kubernetes.io/') && f !== 'foregroundDeletion');
  if (foreign.length > 0)
    return pass('Removable', `${called(object)} can be removed once ${foreign.join(', ')} lets it go`);
  return pass('Removable', `${called(object)} can be removed`);
}

async function pluralOf(reader: Reader, object: PlacedObject): Promise<string> {
  const discovery = await reader.discovery();
  const group = groupOf(object.apiVersion);
  const found = discovery.ok
    ? discovery.value.resources.find((r) => r.kind === object.kind && r.group === group)
    : undefined;
  return found?.resource ?? `${object.kind.toLowerCase()}s`;
}

/** The phase gate's last question: is there still a way back? */
export async function rollbackPossible(reader: Reader, d: Deployment, phase: StoredPhase): Promise<PhaseCheck[]> {
  if (phase.delivery !== 'apply') return [];
  const tried = await Promise.all(rollbackSteps(d, phase).map((step) => tryStep(reader, step)));
  const bad = tried.find((v) => v.status !== 'pass');
  return [phaseCheck('rollback still possible', bad ?? pass('WayBack', `${tried.length} objects can be taken back`))];
}
