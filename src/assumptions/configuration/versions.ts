import { fail, pass, type Verdict } from '../../workflow/index.ts';
import { unanswered } from '../finding.ts';
import { at, list, text } from '../json.ts';
import { listAll, type World } from '../world.ts';
import { group, type Part, type Requirement } from './table.ts';

type Numbers = readonly number[];

/** `v1.27.3+k3s1` → 1, 27, 3. */
export const numbers = (version: string): Numbers =>
  (/\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').filter(Boolean).map(Number);

export function compare(a: Numbers, b: Numbers): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** A bare version (`4.14`, `1.27+`) means at least; compared only as far as it was written for `=`, `<=` and `>`. */
export function satisfies(actual: string, operator: string, wanted: string): boolean {
  const want = numbers(wanted);
  const have = numbers(actual);
  const same = compare(have.slice(0, want.length), want);
  switch (operator) {
    case '=':
    case '==':
      return same === 0;
    case '<':
      return compare(have, want) < 0;
    case '<=':
      return same <= 0;
    case '>':
      return same > 0;
    default:
      return compare(have, want) >= 0;
  }
}

function judged(what: string, actual: string, match: RegExpExecArray): Verdict {
  const [operator, wanted] = [group(match, 'operator'), group(match, 'version')];
  return satisfies(actual, operator, wanted)
    ? pass('VersionFits', `${what} is ${actual}`)
    : fail('VersionDiffers', `${what} is ${actual}, not ${operator === '' ? '>=' : operator} ${wanted}`);
}

async function kubernetes(world: World, match: RegExpExecArray): Promise<Part> {
  const version = await world.once('version', () => world.reader.version());
  if (!version.ok)
    return { ...unanswered(version.error, { verb: 'get', group: '', resource: '/version' }), evidence: {} };
  return { verdict: judged('Kubernetes', version.value.gitVersion, match), evidence: version.value };
}

async function openshift(world: World, match: RegExpExecArray): Promise<Part> {
  const found = await listAll(world, 'config.openshift.io', 'ClusterVersion');
  if (found.state === 'unserved') {
    return {
      verdict: fail('NotOpenShift', 'this is not OpenShift: no ClusterVersion is served'),
      evidence: {},
      suggestion: 'plan for plain Kubernetes',
    };
  }
  if (found.state === 'failed') {
    return {
      ...unanswered(found.error, { verb: 'list', group: 'config.openshift.io', resource: 'clusterversions' }),
      evidence: {},
    };
  }
  const [cluster] = found.items;
  const done = list(at(cluster, 'status', 'history')).find((entry) => at(entry, 'state') === 'Completed');
  const actual = text(at(done, 'version')) || text(at(cluster, 'status', 'desired', 'version'));
  if (actual !== '' && group(match, 'version') === '')
    return { verdict: pass('IsOpenShift', `OpenShift ${actual}`), evidence: { version: actual } };
  if (actual === '') return { verdict: fail('NoVersion', 'the ClusterVersion names no version'), evidence: {} };
  return { verdict: judged('OpenShift', actual, match), evidence: { version: actual } };
}

const OPERATOR = '(?<operator>>=|<=|==?|<|>)?';
const form = (name: string) =>
  new RegExp(
    `^${name}( version)?( is)?( at least)? ?${OPERATOR} ?v?(?<version>\\d+(\\.\\d+)*)(?<series>\\.[x*])?(\\+| or (newer|later|higher|above))?$`,
    'i',
  );
const canonical = (name: string) => (match: RegExpExecArray) =>
  `${name} ${group(match, 'operator') || (group(match, 'series') === '' ? '>=' : '=')} ${group(match, 'version')}`;

export const VERSIONS: readonly Requirement[] = [
  {
    form: 'OpenShift',
    pattern: /^(an? )?openshift( cluster)?$/i,
    asks: 'is there a ClusterVersion?',
    canonical: () => 'OpenShift',
    check: openshift,
  },
  {
    form: 'Kubernetes >= 1.27',
    pattern: form('(kubernetes|k8s)'),
    asks: 'which version is the API server?',
    canonical: canonical('Kubernetes'),
    check: kubernetes,
  },
  {
    form: 'OpenShift 4.14',
    pattern: form('(openshift|ocp|openshift container platform)'),
    asks: 'which version is the ClusterVersion?',
    canonical: canonical('OpenShift'),
    check: openshift,
  },
];
