import type { Discovery, Resource } from '../cluster/index.ts';
import { fail, pass, unknown, type Verdict } from '../workflow/index.ts';
import { insteadOf } from './api-miss.ts';
import { type ApiName, parseApi, writeApi } from './api-name.ts';
import { findField } from './fields.ts';
import { bare, type Finding, unanswered } from './finding.ts';
import { at, list, text } from './json.ts';
import { lifecycleOf, reached } from './lifecycle.ts';
import { troubleBehind } from './openshift-parts.ts';
import { apiVersionOf, discoveryOf, type World } from './world.ts';

export { apiSubject } from './api-name.ts';

type Part = Omit<Finding, 'subject' | 'asked'>;

/**
 * An API as this cluster serves it. Two requests for any number of APIs that are there (aggregated discovery); a field
 * path needs its group's OpenAPI document; a miss may ask once more, to say why.
 */
export async function checkApi(world: World, subject: string): Promise<Finding> {
  const name = parseApi(bare(subject));
  const asked = `is ${bare(subject)} served? (discovery${name?.field === undefined ? '' : ', OpenAPI v3'})`;
  const found = name === undefined ? misread(subject) : await look(world, name);
  return { subject, asked, ...found };
}

const misread = (subject: string): Part => ({
  verdict: unknown('NotAnApi', `${bare(subject)} can't be read as group/version/Kind`),
  evidence: {},
});

async function look(world: World, name: ApiName): Promise<Part> {
  const discovery = await discoveryOf(world);
  if (!discovery.ok) {
    const said = unanswered(discovery.error, { verb: 'get', group: '', resource: 'discovery (/api, /apis)' });
    return { ...said, evidence: { error: discovery.error } };
  }
  const served = await servedExactly(world, discovery.value, name);
  if (served === undefined) return insteadOf(world, discovery.value, name);
  if (name.field !== undefined) return field(world, served, name.field);
  const verdict = await present(world, discovery.value, served, name);
  // Served is what was asked; that the part of OpenShift behind it is ill belongs beside it.
  const trouble = verdict.status === 'pass' ? await troubleBehind(world, served.group) : undefined;
  if (trouble === undefined) return { verdict, evidence: evidenceOf(served) };
  return {
    verdict: { ...verdict, message: `${verdict.message}; but ${trouble.message}` },
    evidence: { ...evidenceOf(served), trouble },
    suggestion: trouble.next,
  };
}

async function servedExactly(world: World, discovery: Discovery, name: ApiName): Promise<Resource | undefined> {
  const { group, version, kind } = name;
  if (group === undefined) return undefined;
  const found = discovery.find({ group, kind, ...(version === undefined ? {} : { version }) });
  return found ?? asSubresource(world, discovery, { group, version, kind });
}

/** Eviction, TokenRequest and Binding are served, though only below a resource, which may be of another group. */
async function asSubresource(
  world: World,
  discovery: Discovery,
  wanted: { group: string; version: string | undefined; kind: string },
): Promise<Resource | undefined> {
  for (const parent of discovery.resources.filter((r) => r.subresources.some((sub) => sub.kind === wanted.kind))) {
    const home = apiVersionOf(parent);
    const path = parent.group === '' ? `/api/${home}` : `/apis/${home}`;
    const listed = await world.once(`resources ${home}`, () => world.reader.raw(path));
    const entries = listed.ok ? list(at(listed.value.json, 'resources')) : [];
    const entry = entries.find(
      (one) =>
        text(at(one, 'name')).startsWith(`${parent.resource}/`) &&
        at(one, 'kind') === wanted.kind &&
        (text(at(one, 'group')) || parent.group) === wanted.group &&
        (wanted.version === undefined || (text(at(one, 'version')) || parent.version) === wanted.version),
    );
    if (entry === undefined) continue;
    const version = text(at(entry, 'version')) || parent.version;
    return {
      ...parent,
      group: wanted.group,
      version,
      kind: wanted.kind,
      resource: text(at(entry, 'name')),
      subresources: [],
    };
  }
  return undefined;
}

const evidenceOf = (r: Resource) => ({
  apiVersion: apiVersionOf(r),
  kind: r.kind,
  resource: r.resource,
  namespaced: r.namespaced,
  verbs: r.verbs,
});

async function present(world: World, discovery: Discovery, served: Resource, name: ApiName): Promise<Verdict> {
  const scope = served.namespaced ? 'namespaced' : 'cluster-scoped';
  if (name.version === undefined) {
    const versions = (discovery.group(served.group)?.versions ?? [])
      .filter((v) => discovery.find({ group: served.group, version: v.version, kind: served.kind }) !== undefined)
      .map((v) => v.version);
    return pass(
      'VersionsServed',
      `${served.kind} is served as ${versions.join(', ')}; preferred ${apiVersionOf(served)}`,
    );
  }
  const told = lifecycleOf(writeApi({ ...name, field: undefined }));
  if (told?.deprecated !== undefined) {
    const version = world.reader.versionAtConnect;
    if (version !== undefined && reached(told.deprecated, version)) {
      const gone = told.removed === undefined ? '' : `, removed in ${told.removed}`;
      const instead = told.replacement === undefined ? '' : `; use ${told.replacement}`;
      return pass('ServedDeprecated', `served, but deprecated since Kubernetes ${told.deprecated}${gone}${instead}`);
    }
  }
  return pass('Served', `served, ${scope}`);
}

async function field(world: World, served: Resource, path: string): Promise<Part> {
  const apiVersion = apiVersionOf(served);
  const document = await world.once(`openapi ${apiVersion}`, () => world.reader.openapi(apiVersion));
  if (!document.ok && document.error.status === 404) return unpublished(served);
  if (!document.ok) {
    const said = unanswered(document.error, { verb: 'get', group: '', resource: '/openapi/v3' });
    return { ...said, deferrable: true, evidence: { error: document.error } };
  }
  const found = findField(document.value, served, path);
  const evidence = { apiVersion, kind: served.kind, field: path, ...found };
  switch (found.state) {
    case 'known': {
      const more = [
        found.required ? 'required' : '',
        found.values.length > 0 ? `one of ${found.values.join(', ')}` : '',
        found.deprecated ? 'deprecated' : '',
      ].filter((part) => part !== '');
      return { verdict: pass('FieldKnown', [`${path} is a field, ${found.type}`, ...more].join(', ')), evidence };
    }
    case 'open':
      return {
        verdict: unknown(
          'SchemaOpen',
          `the schema accepts anything below ${found.from}, so it can't tell whether ${path} means something`,
        ),
        deferrable: true,
        evidence,
      };
    case 'no-schema':
      return unpublished(served);
    case 'missing': {
      const near = found.near[0];
      const where = found.parent === '' ? served.kind : found.parent;
      return {
        verdict: fail(
          'FieldUnknown',
          `${where} has no field ${found.field}${near === undefined ? '' : `; the nearest is ${near}`}`,
        ),
        evidence,
        ...(near === undefined ? {} : { suggestion: `${apiVersion}/${served.kind}:${near}` }),
      };
    }
  }
}

const unpublished = (served: Resource): Part => ({
  verdict: unknown('NoSchema', `the cluster publishes no schema of ${apiVersionOf(served)} ${served.kind}`),
  deferrable: true,
  evidence: evidenceOf(served),
});
