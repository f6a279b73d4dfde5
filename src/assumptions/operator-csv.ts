import type { KubeObject } from '../cluster/index.ts';
import { unknown } from '../workflow/index.ts';
import { at, list, text } from './json.ts';
import { type Note, ready, type Trace, toType, waits } from './operator-trace.ts';
import type { World } from './world.ts';

/** What a ClusterServiceVersion says about itself, followed to the object that is the cause. */

/** What OLM has in the namespaces that can be seen. */
export type Olm = {
  readonly subscriptions: readonly KubeObject[];
  readonly csvs: readonly KubeObject[];
  readonly plans: readonly KubeObject[];
  readonly sources: readonly KubeObject[];
  readonly groups: readonly KubeObject[];
  readonly conditions: readonly KubeObject[];
  /** All of a kind were listed: what isn't among them isn't there. */
  readonly all: { readonly sources: boolean; readonly groups: boolean; readonly csvs: boolean };
};

export type Covers = { readonly ok: boolean | undefined; readonly why: string };

export const isCopy = (csv: KubeObject) => csv.metadata.labels?.['olm.copiedFrom'] !== undefined;
export const homeOf = (object: KubeObject): string => object.metadata.namespace ?? '';

export const groupsIn = (olm: Olm, namespace: string): string[] =>
  olm.groups.filter((group) => homeOf(group) === namespace).map((group) => group.metadata.name ?? '');

export function csvTrace(csv: KubeObject, covers: Covers, olm: Olm, notes: readonly Note[]): Trace {
  const name = csv.metadata.name ?? '';
  const home = homeOf(csv);
  const phase = text(at(csv, 'status', 'phase')) || 'no phase yet';
  const reason = text(at(csv, 'status', 'reason'));
  const evidence = { csv: name, namespace: home, phase, reason, covers: covers.why };
  const look = toType('look at it', 'describe', 'csv', name, '-n', home);
  if (csv.metadata.deletionTimestamp !== undefined) {
    const held = (csv.metadata.finalizers ?? []).join(', ');
    const message = `the CSV ${name} is being deleted since ${csv.metadata.deletionTimestamp}${held === '' ? '' : `, held by ${held}`}`;
    return waits('Subscription', 'CsvDeleting', message, evidence, look);
  }
  if (phase !== 'Succeeded') {
    const said = text(at(csv, 'status', 'message'));
    const because = causeOf(csv, reason, olm);
    const message = [
      `the CSV ${name} is ${phase}${reason === '' ? '' : ` (${reason})`}${said === '' ? '' : `: ${said}`}`,
      ...(because === undefined ? [] : [because.message]),
    ].join('; ');
    const next = because?.next ?? look;
    return waits('Subscription', `Csv${phase.replaceAll(/\W/g, '')}`, message, evidence, next);
  }
  if (covers.ok === undefined) {
    const verdict = unknown('CoverageNotSeen', `the CSV ${name} succeeded, but ${covers.why}`);
    return { way: 'Subscription', verdict, evidence };
  }
  if (!covers.ok) {
    return waits(
      'Subscription',
      'NamespaceNotCovered',
      `the CSV ${name} succeeded, but ${covers.why}`,
      evidence,
      toType(
        'an OperatorGroup that names this namespace, or one for all namespaces',
        'get',
        'operatorgroups',
        '-n',
        home,
        '-o',
        'yaml',
      ),
    );
  }
  return ready('Subscription', `the CSV ${name} succeeded and ${covers.why}`, evidence, [
    ...replacement(csv, olm),
    ...notes,
  ]);
}

/** Where the CSV's own message doesn't name the object, the object that does. */
function causeOf(csv: KubeObject, reason: string, olm: Olm): Note | undefined {
  const home = homeOf(csv);
  const missing = list(at(csv, 'status', 'requirementStatus')).flatMap(unmet);
  if (missing.length > 0) {
    const crd = missing.find((one) => one.kind === 'CustomResourceDefinition');
    const [first] = missing;
    const next =
      crd === undefined
        ? toType('create what is missing, then look', 'get', first?.kind.toLowerCase() ?? 'csv', '-n', home)
        : toType(`install the operator that brings ${crd.name}`, 'get', 'packagemanifests');
    return { message: `missing: ${missing.map((one) => one.words).join(', ')}`, next };
  }
  const groups = groupsIn(olm, home);
  if (groups.length > 1) return severalGroups(home, groups);
  if (reason === 'NoOperatorGroup' || (groups.length === 0 && olm.all.groups)) return noGroup(home);
  if (reason === 'UnsupportedOperatorGroup') {
    const modes = list(at(csv, 'spec', 'installModes'))
      .filter((mode) => at(mode, 'supported') === true)
      .map((mode) => text(at(mode, 'type')));
    return {
      message: `it supports ${modes.join(', ') || 'no install mode'}, and the OperatorGroup ${home}/${groups.join(', ')} asks for another`,
      next: toType('change its targetNamespaces', 'edit', 'operatorgroup', groups[0] ?? '', '-n', home),
    };
  }
  if (/^(Replacing|Deleting)$/.test(text(at(csv, 'status', 'phase')))) return replacement(csv, olm)[0];
  if (/Install(Waiting|CheckFailed|ComponentFailed)|ComponentUnhealthy|NeedsReinstall/.test(reason)) {
    const deployments = list(at(csv, 'spec', 'install', 'spec', 'deployments')).map((one) => text(at(one, 'name')));
    if (deployments.length === 0) return undefined;
    return {
      message: `its Deployments are ${deployments.join(', ')}`,
      next: toType('see why they are not available', 'describe', 'deployment', deployments[0] ?? '', '-n', home),
    };
  }
  return undefined;
}

type Unmet = { readonly kind: string; readonly name: string; readonly words: string };

/** A requirement that isn't met, and what of its dependents isn't (permissions of a ServiceAccount). */
function unmet(requirement: unknown): Unmet[] {
  const [kind, name] = [text(at(requirement, 'kind')), text(at(requirement, 'name'))];
  const status = text(at(requirement, 'status'));
  const dependents = list(at(requirement, 'dependents')).filter((one) => at(one, 'status') !== 'Satisfied');
  if (/^(Present|Satisfied)$/.test(status) && dependents.length === 0) return [];
  const said = dependents.map((one) => text(at(one, 'message'))).filter((one) => one !== '');
  const why = [text(at(requirement, 'message')), ...said].filter((one) => one !== '').join(', ');
  return [{ kind, name, words: `${kind} ${name} (${status}${why === '' ? '' : `: ${why}`})` }];
}

export const noGroup = (namespace: string): Note => ({
  message: `no OperatorGroup manages the namespace ${namespace}, and OLM installs nothing without one`,
  next: toType(
    `create one OperatorGroup in ${namespace} (operators.coreos.com/v1, spec.targetNamespaces), then look`,
    'get',
    'operatorgroups,csv,installplans',
    '-n',
    namespace,
  ),
});

export const severalGroups = (namespace: string, names: readonly string[]): Note => ({
  message: `the namespace ${namespace} has ${names.length} OperatorGroups (${names.join(', ')}), and OLM takes exactly one`,
  next: toType('keep one of them', 'delete', 'operatorgroup', names.at(-1) ?? '', '-n', namespace),
});

/** The CSV that takes this one's place, and how far it is. */
function replacement(csv: KubeObject, olm: Olm): Note[] {
  const home = homeOf(csv);
  const next = olm.csvs.find((one) => homeOf(one) === home && at(one, 'spec', 'replaces') === csv.metadata.name);
  if (next === undefined) return [];
  const phase = text(at(next, 'status', 'phase')) || 'no phase yet';
  const said = text(at(next, 'status', 'message'));
  return [
    {
      message: `the CSV ${next.metadata.name} replaces it and is ${phase}${said === '' || phase === 'Succeeded' ? '' : `: ${said}`}`,
      next: toType('look at the one that replaces it', 'describe', 'csv', next.metadata.name ?? '', '-n', home),
    },
  ];
}

export const copied = (namespace: string): Covers => ({ ok: true, why: `its OperatorGroup covers ${namespace}` });

/** The namespace is covered when the CSV's OperatorGroup targets it (or all), or OLM copied the CSV into it. */
export function coverage(world: World, csv: KubeObject, olm: Olm): Covers {
  const { namespace } = world;
  const home = homeOf(csv);
  const copy = olm.csvs.some((c) => isCopy(c) && homeOf(c) === namespace && c.metadata.name === csv.metadata.name);
  if (copy) return copied(namespace);
  const group = olm.groups.find((g) => homeOf(g) === home);
  // A CSV only succeeds in a namespace with an OperatorGroup, so one that isn't there isn't seen.
  if (group === undefined) return { ok: undefined, why: `which namespaces its OperatorGroup covers can not be seen` };
  const targets = list(at(group, 'status', 'namespaces')).map(String);
  if (targets.includes('') || targets.includes(namespace)) return copied(namespace);
  return {
    ok: false,
    why: `its OperatorGroup ${home}/${group.metadata.name} covers ${targets.join(', ') || 'nothing yet'}, not ${namespace}`,
  };
}
