import type { KubeObject } from '../cluster/index.ts';
import { at, condition, list, text } from './json.ts';
import { homeOf, type Olm } from './operator-csv.ts';
import { offersOf } from './operator-packages.ts';
import { type Note, toType } from './operator-trace.ts';
import { listAll, type World } from './world.ts';

/** What OLM resolves a Subscription from: its catalog, its channel, and the other Subscriptions of its namespace. */

/** Why a Subscription stands still, and the command that shows it or puts it right. */
export type Cause = { readonly reason: string } & Note;

/** What OLM says on a Subscription that gets no further, the cause before what follows from it. */
const STUCK = ['ResolutionFailed', 'BundleUnpackFailed', 'InstallPlanFailed', 'InstallPlanMissing'] as const;

export const describe = (s: KubeObject) =>
  toType('look at it', 'describe', 'subscription.operators.coreos.com', s.metadata.name ?? '', '-n', homeOf(s));

export const sourceOf = (s: KubeObject, olm: Olm) =>
  olm.sources.find(
    (c) => c.metadata.name === at(s, 'spec', 'source') && homeOf(c) === at(s, 'spec', 'sourceNamespace'),
  );
export const catalogState = (source: KubeObject | undefined) =>
  text(at(source, 'status', 'connectionState', 'lastObservedState'));

/** A catalog that does not answer is why nothing can be resolved. */
export async function catalog(world: World, s: KubeObject, olm: Olm): Promise<Cause | undefined> {
  const source = sourceOf(s, olm);
  const [namespace, name] = [text(at(s, 'spec', 'sourceNamespace')), text(at(s, 'spec', 'source'))];
  const state = catalogState(source);
  const unhealthy = condition(s, 'CatalogSourcesUnhealthy');
  if (source === undefined) return olm.all.sources ? noCatalog(world, s, olm) : undefined;
  const trouble =
    state !== '' && state !== 'READY' ? state : unhealthy?.status === 'True' ? unhealthy.message || 'unhealthy' : '';
  if (trouble === '') return undefined;
  return {
    reason: 'CatalogNotReady',
    message: `the CatalogSource ${namespace}/${name} is ${trouble}`,
    next: toType('look at its Pod', 'get', 'pods', '-n', namespace, '-l', `olm.catalogSource=${name}`),
  };
}

/** On a disconnected cluster the default catalogs are switched off, and one with a mirrored index takes their place. */
async function noCatalog(world: World, s: KubeObject, olm: Olm): Promise<Cause> {
  const [namespace, name] = [text(at(s, 'spec', 'sourceNamespace')), text(at(s, 'spec', 'source'))];
  const [hub, offers] = await Promise.all([
    listAll(world, 'config.openshift.io', 'OperatorHub'),
    offersOf(world, text(at(s, 'spec', 'name'))),
  ]);
  const settings = hub.state === 'listed' ? hub.items[0] : undefined;
  const off =
    at(settings, 'spec', 'disableAllDefaultSources') === true ||
    list(at(settings, 'spec', 'sources')).some((one) => at(one, 'name') === name && at(one, 'disabled') === true);
  const there = olm.sources.map((one) => `${homeOf(one)}/${one.metadata.name}`);
  const offered = offers.state === 'seen' ? (offers.offers[0]?.catalog ?? '') : '';
  const like = there.find((one) => one.includes(name.replace(/s$/, ''))) ?? there[0];
  const best = there.includes(offered) ? offered : like;
  const message = `the CatalogSource ${namespace}/${name} is not there${off ? ' (OperatorHub has the default catalogs switched off)' : ''}`;
  if (best === undefined)
    return {
      reason: 'CatalogNotReady',
      message: `${message}, and neither is any other`,
      next: toType('create a CatalogSource that has the package', 'get', 'catalogsources', '-A'),
    };
  const [home = '', instead = ''] = best.split('/');
  return {
    reason: 'CatalogNotReady',
    message: `${message}; there ${there.length === 1 ? 'is' : 'are'} ${there.slice(0, 4).join(', ')}`,
    next: toPatch(`name the CatalogSource that is there (${instead})`, s, { source: instead, sourceNamespace: home }),
  };
}

export async function resolution(world: World, s: KubeObject, olm: Olm): Promise<Cause | undefined> {
  for (const type of STUCK) {
    const stuck = condition(s, type);
    if (stuck?.status !== 'True') continue;
    const said = stuck.message || stuck.reason;
    // OLM writes the failure of one Subscription on all of the namespace.
    const other = olm.subscriptions.find(
      (one) => one !== s && homeOf(one) === homeOf(s) && mentions(said, one) && !mentions(said, s),
    );
    if (other !== undefined) return blockedBy(s, other, said);
    const next = (await channelHint(world, s, said)) ?? describe(s);
    const detail = stuck.reason === '' || stuck.reason === said ? '' : ` (${stuck.reason})`;
    return {
      reason: type,
      message: `OLM cannot resolve or install the Subscription ${s.metadata.name}${detail}: ${said}`,
      next,
    };
  }
  return undefined;
}

/** The command that changes these fields of a Subscription's spec. */
const toPatch = (why: string, s: KubeObject, spec: Readonly<Record<string, unknown>>) =>
  toType(
    why,
    'patch',
    'subscription.operators.coreos.com',
    s.metadata.name ?? '',
    '-n',
    homeOf(s),
    '--type',
    'merge',
    '-p',
    `'${JSON.stringify({ spec })}'`,
  );

const mentions = (said: string, s: KubeObject) =>
  said.split(/[^a-zA-Z0-9.-]+/).some((word) => word === s.metadata.name || word === at(s, 'spec', 'name'));

/** "no operators found in channel beta of package x": the channels that there are. */
async function channelHint(world: World, s: KubeObject, said: string): Promise<string | undefined> {
  if (!/no operators found/.test(said)) return undefined;
  const found = await offersOf(world, text(at(s, 'spec', 'name')));
  const offer = found.state === 'seen' ? found.offers[0] : undefined;
  if (offer === undefined) return undefined;
  return toPatch(`the package has the channels ${offer.channels.join(', ')}`, s, { channel: offer.channel });
}

/** OLM resolves a namespace as one set: one Subscription that can't be resolved stops all of them. */
export function sibling(_: World, s: KubeObject, olm: Olm): Cause | undefined {
  for (const other of olm.subscriptions) {
    if (other === s || homeOf(other) !== homeOf(s)) continue;
    const stuck = condition(other, 'ResolutionFailed');
    if (stuck?.status === 'True') return blockedBy(s, other, stuck.message || stuck.reason);
  }
  return undefined;
}

function blockedBy(s: KubeObject, other: KubeObject, said: string): Cause {
  const name = other.metadata.name ?? '';
  return {
    reason: 'BlockedBySibling',
    message: `the Subscription ${name} in the same namespace can't be resolved, and OLM resolves ${homeOf(s)} as one set: ${said}`,
    next: toType(
      `put the Subscription ${name} right or remove it`,
      'describe',
      'subscription.operators.coreos.com',
      name,
      '-n',
      homeOf(s),
    ),
  };
}
