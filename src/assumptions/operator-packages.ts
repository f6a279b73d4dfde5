import type { KubeObject } from '../cluster/index.ts';
import { at, list, text } from './json.ts';
import { nearest } from './near.ts';
import { isCsvOf, isSameOperator } from './operator-names.ts';
import { discoveryOf, listAll, type World } from './world.ts';

const PACKAGES = 'packages.operators.coreos.com';

export type Package = {
  readonly name: string;
  readonly catalog: string;
  readonly channel: string;
  readonly channels: readonly string[];
};

export type Offers =
  /** No catalog is served: no OLM v0. */
  | { readonly state: 'none' }
  | { readonly state: 'unseen'; readonly why: string }
  | { readonly state: 'seen'; readonly offers: readonly Package[]; readonly near: readonly string[] };

/**
 * What the catalogs offer under a name, or with a CRD of that group: packageserver's PackageManifests, as seen from the
 * namespace. All of them together are many megabytes, so only names are listed, and one is read whole.
 */
export async function offersOf(world: World, name: string): Promise<Offers> {
  const discovery = await discoveryOf(world);
  if (!discovery.ok) return { state: 'unseen', why: discovery.error.message };
  if (discovery.value.stale.includes(`${PACKAGES}/v1`))
    return { state: 'unseen', why: `the server behind ${PACKAGES} does not answer now` };
  const { namespace } = world;
  const listed = await listAll(world, PACKAGES, 'PackageManifest', { namespace, metadataOnly: true });
  if (listed.state === 'unserved') return { state: 'none' };
  if (listed.state === 'failed') return { state: 'unseen', why: listed.error.message };
  const names = listed.items.map((one) => one.metadata.name ?? '');
  const near = nearest(name, names);
  const packaged = names.find((one) => one === name) ?? names.find((one) => isSameOperator(one, name));
  if (packaged !== undefined) {
    const read = await world.reader.getIfThere({
      apiVersion: `${PACKAGES}/v1`,
      kind: 'PackageManifest',
      name: packaged,
      namespace,
    });
    if (!read.ok) return { state: 'unseen', why: read.error.message };
    return { state: 'seen', offers: read.value === undefined ? [] : [packageOf(read.value)], near };
  }
  // A group, a CSV or a name that people read stands inside the packages only.
  if (near.length > 0 && !name.includes('.')) return { state: 'seen', offers: [], near };
  const whole = await listAll(world, PACKAGES, 'PackageManifest', { namespace });
  if (whole.state !== 'listed') return { state: 'unseen', why: 'the packages can not be listed' };
  const offers = whole.items.filter((one) => bringsGroup(one, name) || isShownAs(one, name)).map(packageOf);
  return { state: 'seen', offers, near };
}

const packageOf = (p: KubeObject): Package => ({
  name: p.metadata.name ?? '',
  catalog: [text(at(p, 'status', 'catalogSourceNamespace')), text(at(p, 'status', 'catalogSource'))]
    .filter((part) => part !== '')
    .join('/'),
  channel: text(at(p, 'status', 'defaultChannel')),
  channels: list(at(p, 'status', 'channels')).map((c) => text(at(c, 'name'))),
});

const bringsGroup = (p: KubeObject, group: string): boolean =>
  list(at(p, 'status', 'channels')).some((channel) =>
    list(at(channel, 'currentCSVDesc', 'customresourcedefinitions', 'owned')).some((crd) =>
      text(at(crd, 'name')).endsWith(`.${group}`),
    ),
  );

/** The name that the console shows, or that of a CSV in one of its channels. */
const isShownAs = (p: KubeObject, name: string): boolean =>
  list(at(p, 'status', 'channels')).some(
    (channel) =>
      isSameOperator(text(at(channel, 'currentCSVDesc', 'displayName')), name) ||
      isCsvOf(text(at(channel, 'currentCSV')), name),
  );
