import type { KubeObject } from '../cluster/index.ts';
import { at, condition, list, text } from './json.ts';
import { groupsIn, homeOf, noGroup, type Olm, severalGroups } from './operator-csv.ts';
import { type Cause, catalog, catalogState, describe, resolution, sibling, sourceOf } from './operator-resolution.ts';
import { type Note, type Trace, toType, waits } from './operator-trace.ts';
import type { World } from './world.ts';

/** A Subscription that gets no further: the object at which it stands, in the order in which OLM would meet them. */

type Step = (world: World, s: KubeObject, olm: Olm) => Cause | undefined | Promise<Cause | undefined>;

const STEPS: readonly Step[] = [
  deleting,
  gone,
  unapproved,
  failedPlan,
  group,
  catalog,
  resolution,
  sibling,
  siblingPlan,
];

export async function pendingTrace(world: World, s: KubeObject, olm: Olm): Promise<Trace> {
  const evidence = {
    subscription: s.metadata.name,
    namespace: homeOf(s),
    state: at(s, 'status', 'state'),
    plan: planOf(s, olm)?.metadata.name,
    catalog: catalogState(sourceOf(s, olm)),
  };
  for (const step of STEPS) {
    const cause = await step(world, s, olm);
    if (cause !== undefined) return waits('Subscription', cause.reason, cause.message, evidence, cause.next);
  }
  return waits(
    'Subscription',
    'NotInstalledYet',
    `the Subscription ${s.metadata.name} has installed nothing yet (state ${text(at(s, 'status', 'state')) || 'none'})`,
    evidence,
    describe(s),
  );
}

/** What keeps an operator that works from being upgraded. */
export async function upgradeNotes(world: World, s: KubeObject, csv: KubeObject, olm: Olm): Promise<Note[]> {
  const notes: Note[] = [];
  const current = text(at(s, 'status', 'currentCSV'));
  const upgrading = current !== '' && current !== csv.metadata.name;
  const steps: readonly Step[] = upgrading
    ? [unapproved, failedPlan, resolution, sibling, catalog]
    : [resolution, sibling, catalog];
  for (const step of steps) {
    const cause = await step(world, s, olm);
    if (cause === undefined) continue;
    notes.push({ message: `no upgrade comes: ${cause.message}`, next: cause.next });
    break;
  }
  const own = olm.conditions.find((one) => one.metadata.name === csv.metadata.name && homeOf(one) === homeOf(csv));
  const upgradeable = condition(own, 'Upgradeable') ?? declared(own, 'Upgradeable');
  if (upgradeable?.status === 'False') {
    notes.push({
      message: `it blocks its upgrade itself (OperatorCondition ${own?.metadata.name}, Upgradeable=False): ${upgradeable.message || upgradeable.reason}`,
      next: toType('see why', 'get', 'operatorcondition', own?.metadata.name ?? '', '-n', homeOf(csv), '-o', 'yaml'),
    });
  }
  return notes;
}

/** operators.coreos.com/v2 keeps what the operator itself says under spec. */
function declared(object: unknown, type: string): { status: string; reason: string; message: string } | undefined {
  const found = [...list(at(object, 'spec', 'overrides')), ...list(at(object, 'spec', 'conditions'))].find(
    (one) => at(one, 'type') === type,
  );
  if (found === undefined) return undefined;
  return {
    status: text(at(found, 'status')),
    reason: text(at(found, 'reason')),
    message: text(at(found, 'message')),
  };
}

function planOf(s: KubeObject, olm: Olm): KubeObject | undefined {
  const name = text(at(s, 'status', 'installPlanRef', 'name')) || text(at(s, 'status', 'installplan', 'name'));
  return olm.plans.find((p) => p.metadata.name === name && homeOf(p) === homeOf(s));
}

function deleting(_: World, s: KubeObject): Cause | undefined {
  const since = s.metadata.deletionTimestamp;
  if (since === undefined) return undefined;
  return {
    reason: 'SubscriptionDeleting',
    message: `the Subscription ${s.metadata.name} is being deleted since ${since}`,
    next: describe(s),
  };
}

/** OLM does not install again what it says it has installed. */
function gone(_: World, s: KubeObject, olm: Olm): Cause | undefined {
  const installed = text(at(s, 'status', 'installedCSV'));
  if (installed === '' || !olm.all.csvs) return undefined;
  if (olm.csvs.some((csv) => csv.metadata.name === installed && homeOf(csv) === homeOf(s))) return undefined;
  return {
    reason: 'CsvGone',
    message: `the Subscription ${s.metadata.name} says that ${installed} is installed, but that CSV is not there; OLM does not install it again by itself`,
    next: toType(
      'delete the Subscription and create it anew',
      'delete',
      'subscription.operators.coreos.com',
      s.metadata.name ?? '',
      '-n',
      homeOf(s),
    ),
  };
}

const isUnapproved = (plan: KubeObject) =>
  at(plan, 'spec', 'approved') !== true &&
  (at(plan, 'spec', 'approval') === 'Manual' || at(plan, 'status', 'phase') === 'RequiresApproval');

function unapproved(_: World, s: KubeObject, olm: Olm): Cause | undefined {
  const plan = planOf(s, olm);
  return plan === undefined || !isUnapproved(plan) ? undefined : approval(plan);
}

function approval(plan: KubeObject, whose = ''): Cause {
  const [name, home] = [plan.metadata.name ?? '', homeOf(plan)];
  const brings = list(at(plan, 'spec', 'clusterServiceVersionNames'))
    .map(String)
    .join(', ');
  return {
    reason: 'InstallPlanNotApproved',
    message: `the InstallPlan ${name} (${brings}) waits for a person's approval${whose}`,
    next: toType(
      `a person approves the InstallPlan ${home}/${name}`,
      'patch',
      'installplan',
      name,
      '-n',
      home,
      '--type',
      'merge',
      '-p',
      `'{"spec":{"approved":true}}'`,
    ),
  };
}

/** Installed=False says why before the phase is Failed. */
function failedPlan(_: World, s: KubeObject, olm: Olm): Cause | undefined {
  const plan = planOf(s, olm);
  const installed = condition(plan, 'Installed');
  const bundle = list(at(plan, 'status', 'bundleLookups')).flatMap((one) => {
    const failed = list(at(one, 'conditions')).find(
      (c) => /Failed$/.test(text(at(c, 'type'))) && at(c, 'status') === 'True',
    );
    return failed === undefined ? [] : [`${text(at(one, 'identifier'))}: ${text(at(failed, 'message'))}`];
  });
  const pending = condition(s, 'InstallPlanPending');
  const said = installed?.status === 'False' ? installed.message || installed.reason : (bundle[0] ?? '');
  const groups = groupsIn(olm, homeOf(s));
  const words = `${said} ${pending?.message ?? ''}`;
  if (/no operator ?group/i.test(words)) return { reason: 'NoOperatorGroup', ...noGroup(homeOf(s)) };
  if (/more than one operator ?group|multiple operator ?groups/i.test(words))
    return { reason: 'TooManyOperatorGroups', ...severalGroups(homeOf(s), groups) };
  if (plan === undefined || (at(plan, 'status', 'phase') !== 'Failed' && said === '')) return undefined;
  return {
    reason: 'InstallPlanFailed',
    message: `the InstallPlan ${plan.metadata.name} ${at(plan, 'status', 'phase') === 'Failed' ? 'failed' : 'gets no further'}: ${said}`,
    next: toType('look at it', 'describe', 'installplan', plan.metadata.name ?? '', '-n', homeOf(plan)),
  };
}

function group(_: World, s: KubeObject, olm: Olm): Cause | undefined {
  const groups = groupsIn(olm, homeOf(s));
  if (groups.length > 1) return { reason: 'TooManyOperatorGroups', ...severalGroups(homeOf(s), groups) };
  if (groups.length === 0 && olm.all.groups) return { reason: 'NoOperatorGroup', ...noGroup(homeOf(s)) };
  return undefined;
}

/** One Subscription with manual approval makes the namespace's InstallPlans wait. */
function siblingPlan(_: World, s: KubeObject, olm: Olm): Cause | undefined {
  const plan = olm.plans.find((one) => homeOf(one) === homeOf(s) && isUnapproved(one));
  if (plan === undefined) return undefined;
  return approval(plan, ', and OLM installs nothing else in the namespace until then');
}
