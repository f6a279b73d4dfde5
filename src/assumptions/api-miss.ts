import type { Discovery, KubeObject, Resource } from '../cluster/index.ts';
import { fail, unknown } from '../workflow/index.ts';
import { type ApiName, writeApi } from './api-name.ts';
import type { Finding } from './finding.ts';
import { at, condition, list, text } from './json.ts';
import { lifecycleOf } from './lifecycle.ts';
import { nearest } from './near.ts';
import { apiVersionOf, listAll, type World } from './world.ts';

type Part = Omit<Finding, 'subject' | 'asked'>;

/** The resources that a word names: as kind, plural, singular or short name, in any case. */
export function matching(discovery: Discovery, word: string): Resource[] {
  const wanted = word.toLowerCase();
  return discovery.resources.filter(
    (r) =>
      r.kind.toLowerCase() === wanted ||
      r.resource === wanted ||
      r.singular.toLowerCase() === wanted ||
      r.shortNames.some((short) => short === wanted || `${short}s` === wanted),
  );
}

type Served = Discovery['resources'];

function spelledOtherwise(discovery: Discovery, name: ApiName, spelled: Served[number], inGroup: Served): Part {
  const right = spelling(preferredOf(discovery, spelled, name.version), name.field);
  const others = [...new Set(inGroup.filter((r) => r.group !== spelled.group).map(apiVersionOf))];
  const also = others.length === 0 ? '' : `; also in ${others.join(', ')}`;
  return diverges('SpellingDiffers', `written ${right}${also}`, right, { served: right });
}

function removed(
  discovery: Discovery,
  name: ApiName,
  told: NonNullable<ReturnType<typeof lifecycleOf>>,
  [first]: Served,
): Part {
  const replacement = told.replacement ?? (first === undefined ? undefined : spelling(first, undefined));
  const instead = replacement === undefined ? 'it has no replacement' : `use ${replacement}`;
  const message = `Kubernetes ${told.removed} no longer serves it; ${instead}`;
  const there = replacement !== undefined && isServed(discovery, replacement);
  if (there) return diverges('RemovedApi', message, withField(replacement, name.field), told);
  return { verdict: fail('RemovedApi', message), evidence: told };
}

function otherVersion(
  discovery: Discovery,
  { version, field }: ApiName,
  why: ReturnType<typeof explain>,
  inGroup: Served,
): Part {
  const versions = [...new Set(inGroup.map((r) => r.version))];
  const best = inGroup.find((r) => r.version === discovery.preferred(r.group)) ?? inGroup[0];
  const right = best === undefined ? '' : spelling(best, field);
  const because = why === undefined ? '' : ` (${why.message})`;
  return diverges('OtherVersionServed', `${version} is not served, ${versions.join(', ')} is${because}`, right, {
    versions,
    ...(why === undefined ? {} : { crd: why.crd }),
  });
}

/** An API that isn't served as named → what is there in its place, or why it isn't. */
export async function insteadOf(world: World, discovery: Discovery, name: ApiName): Promise<Part> {
  const { group, version } = name;
  const alike = matching(discovery, name.kind);
  const inGroup = group === undefined ? alike : alike.filter((r) => r.group === group);
  const told = lifecycleOf(writeApi({ ...name, field: undefined }));

  const spelled = inGroup.find((r) => version === undefined || r.version === version);
  if (spelled !== undefined) return spelledOtherwise(discovery, name, spelled, inGroup);

  if (
    group !== undefined &&
    version !== undefined &&
    discovery.stale.includes(group === '' ? version : `${group}/${version}`)
  ) {
    return unavailable(world, group, version);
  }

  if (told?.removed !== undefined) return removed(discovery, name, told, inGroup);

  const crds = group === undefined || group === '' ? [] : await definitionsOf(world, discovery, name, inGroup);
  const why = crds.map((crd) => explain(crd, version)).find((one) => one !== undefined);

  if (inGroup.length > 0) return otherVersion(discovery, name, why, inGroup);
  if (why !== undefined) return { verdict: fail(why.reason, why.message), evidence: why };

  const kin = alike.filter((r) => group !== undefined && (related(r.group, group) || bothBuiltIn(r.group, group)));
  const [first] = kin;
  if (first !== undefined) {
    const right = spelling(preferredOf(discovery, first, undefined), name.field);
    return diverges(
      'OtherGroupServed',
      discovery.group(group ?? '') === undefined
        ? `the cluster serves no group ${group}; ${first.kind} is there as ${right}`
        : `group ${group === '' ? 'core' : group} has no ${first.kind}; it is ${right}`,
      right,
      {
        served: kin.map(apiVersionOf),
      },
    );
  }
  return nothing(discovery, name, alike);
}

function nothing(discovery: Discovery, name: ApiName, alike: readonly Resource[]): Part {
  const { group, kind } = name;
  const known = group !== undefined && discovery.group(group) !== undefined;
  const kindsInGroup = discovery.resources.filter((r) => r.group === group).map((r) => r.kind);
  const candidates = known ? kindsInGroup : discovery.resources.map((r) => r.kind);
  const nearKinds = group !== undefined && !known ? [] : nearest(kind, candidates);
  const nearGroups =
    group === undefined || known
      ? []
      : nearest(
          group,
          discovery.groups.map((g) => g.name),
        );
  const elsewhere = [...new Set(alike.map((r) => spelling(preferredOf(discovery, r, undefined), undefined)))].slice(
    0,
    3,
  );
  const near =
    elsewhere.length > 0
      ? `a kind of that name is in ${elsewhere.join(', ')}`
      : nearGroups.length > 0
        ? `the nearest groups are ${nearGroups.join(', ')}`
        : nearKinds.length > 0
          ? `the nearest kinds are ${nearKinds.join(', ')}`
          : '';
  const what = known
    ? `group ${group === '' ? 'core' : group} is served, but no kind ${kind} in it`
    : group === undefined
      ? `no kind ${kind} is served`
      : `the cluster serves no group ${group}`;
  return {
    verdict: fail(
      known || group === undefined ? 'KindNotServed' : 'GroupNotServed',
      near === '' ? what : `${what}; ${near}`,
    ),
    evidence: { group, known, elsewhere, nearGroups, nearKinds },
    suggestion:
      known || group === undefined
        ? (elsewhere[0] ?? nearKinds[0] ?? 'look at what the operator or release that brings it really installs')
        : `${elsewhere[0] === undefined ? '' : `${elsewhere[0]}, if that is meant; or `}install what brings ${group}, or mark it {name, provided_by: "plan"} when the plan does`,
  };
}

const diverges = (reason: string, message: string, right: string, evidence: unknown): Part => ({
  verdict: fail(reason, message),
  diverges: right,
  evidence,
  suggestion: `retire it with replaced_by ${right}`,
});

const spelling = (r: Resource, field: string | undefined) =>
  writeApi({ group: r.group, version: r.version, kind: r.kind, field });

const withField = (api: string, field: string | undefined) => (field === undefined ? api : `${api}:${field}`);

function preferredOf(discovery: Discovery, r: Resource, version: string | undefined): Resource {
  return discovery.find({ group: r.group, kind: r.kind, ...(version === undefined ? {} : { version }) }) ?? r;
}

function isServed(discovery: Discovery, api: string): boolean {
  const parts = api.split('/');
  const kind = parts.pop() ?? '';
  const version = parts.pop() ?? '';
  return discovery.find({ group: parts.join('/'), version, kind }) !== undefined;
}

/** Kubernetes' own: whoever names the wrong one of them means the kind. */
const BUILT_IN =
  /^(|apps|autoscaling|batch|extensions|policy|(admissionregistration|apiextensions|apiregistration|authentication|authorization|certificates|coordination|discovery|events|flowcontrol\.apiserver|networking|node|rbac\.authorization|resource|scheduling|storage)\.k8s\.io)$/;
const bothBuiltIn = (a: string, b: string) => BUILT_IN.test(a) && BUILT_IN.test(b);

/** Groups of one family: the same first label (`postgresql.…`), or one inside the other. */
function related(a: string, b: string): boolean {
  if (a === '' || b === '') return false;
  const [first, other] = [a.split('.')[0], b.split('.')[0]];
  return first === other || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);
}

/** The CRDs that define, or would define, this kind: one list of names, then those that fit. */
async function definitionsOf(
  world: World,
  discovery: Discovery,
  name: ApiName,
  inGroup: readonly Resource[],
): Promise<KubeObject[]> {
  const { group = '', kind } = name;
  const listed = await listAll(world, 'apiextensions.k8s.io', 'CustomResourceDefinition', { metadataOnly: true });
  if (listed.state !== 'listed') return [];
  const plurals = new Set(inGroup.map((r) => r.resource));
  const lower = kind.toLowerCase();
  const stem = lower.replace(/(y|s|es|ies)$/, '');
  // Where the kind is served, discovery knows its plural; else every plural that could be its is read and asked.
  const names = listed.items
    .map((crd) => crd.metadata.name ?? '')
    .filter((crd) => crd.endsWith(`.${group}`))
    .filter((crd) => {
      const plural = crd.slice(0, crd.length - group.length - 1);
      return plurals.size > 0 ? plurals.has(plural) : plural.startsWith(stem);
    })
    .sort((a, b) => a.length - b.length);
  const apiVersion = `apiextensions.k8s.io/${discovery.preferred('apiextensions.k8s.io') ?? 'v1'}`;
  const read = await Promise.all(
    names
      .slice(0, 5)
      .map((crd) =>
        world.once(`crd ${crd}`, () =>
          world.reader.getIfThere({ apiVersion, kind: 'CustomResourceDefinition', name: crd }),
        ),
      ),
  );
  return read.flatMap((one) => (one.ok && one.value !== undefined && isNamed(one.value, lower) ? [one.value] : []));
}

/** As kind, plural, singular or short name. */
function isNamed(crd: KubeObject, word: string): boolean {
  const names = at(crd, 'spec', 'names');
  const all = [at(names, 'kind'), at(names, 'plural'), at(names, 'singular'), ...list(at(names, 'shortNames'))];
  return all.some((one) => text(one).toLowerCase() === word);
}

function explain(
  crd: KubeObject,
  version: string | undefined,
): { reason: string; message: string; crd: string } | undefined {
  const name = crd.metadata.name ?? '';
  const refused = condition(crd, 'NamesAccepted');
  const established = condition(crd, 'Established');
  const versions = list(at(crd, 'spec', 'versions'));
  if (established?.status !== 'True') {
    const conflict = refused?.status === 'False' ? `: ${refused.message}` : '';
    return { reason: 'NotEstablished', message: `the CRD ${name} is there, but not Established${conflict}`, crd: name };
  }
  if (version === undefined) return undefined;
  const found = versions.find((v) => at(v, 'name') === version);
  if (found === undefined) {
    const served = versions.filter((v) => at(v, 'served') === true).map((v) => text(at(v, 'name')));
    return {
      reason: 'VersionNotDefined',
      message: `the CRD ${name} defines no ${version}, but serves ${served.join(', ')}`,
      crd: name,
    };
  }
  if (at(found, 'served') !== true) {
    const stored = list(at(crd, 'status', 'storedVersions')).includes(version) || at(found, 'storage') === true;
    return {
      reason: 'VersionNotServed',
      message: `the CRD ${name} defines ${version}${stored ? ' and stores objects in it' : ''}, but does not serve it`,
      crd: name,
    };
  }
  return undefined;
}

async function unavailable(world: World, group: string, version: string): Promise<Part> {
  const name = `${version}.${group}`;
  const service = await world.once(`apiservice ${name}`, () =>
    world.reader.getIfThere({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name }),
  );
  const why = service.ok ? condition(service.value, 'Available') : undefined;
  const because = why === undefined || why.status === 'True' ? '' : `: ${why.reason}: ${why.message}`;
  return {
    verdict: unknown('ApiServiceUnavailable', `the server behind ${group}/${version} does not answer now${because}`),
    evidence: { apiService: name, condition: why },
    suggestion: `bring the APIService ${name} back (its Service and Pods), then check again`,
  };
}
