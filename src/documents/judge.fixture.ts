import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RenderChart } from './chart.ts';
import { decoded } from './decoded.ts';
import { compare } from './diverge.ts';
import type { Divergence } from './divergence.ts';
import { extract } from './extract/index.ts';
import type { ClusterFacts } from './facts.ts';
import { factsOf } from './fixture.ts';
import { load } from './load.ts';
import type { Loaded } from './loaded.ts';
import { ruleById } from './rules/index.ts';
import type { Severity } from './rules/rule.ts';

/**
 * Judges test cases: documents whose first lines say what must be found, and what must not, on which target
 * (test/cases/documents/README.md). An expectation in an unknown form is an error, never a pass.
 */
export type Target = 'A' | 'B' | 'C';
export type Expectation =
  | { form: 'expect'; target: Target; severity: Severity; rule: string; at?: string; adjustment?: string; text: string }
  | { form: 'not'; target: Target; severity: Severity; rule: string; text: string }
  | { form: 'not-adjustment'; target: Target; rule: string; word: string; text: string };

export type Judged = Expectation & { readonly holds: boolean; readonly instead: string };
export type CaseResult = {
  readonly name: string;
  /** Why it could not be judged here; it then has no expectations. */
  readonly skipped?: string;
  readonly kind: SourceKind;
  readonly expectations: readonly Judged[];
  /** HIGH findings that nobody expected or excluded, on the targets the case names. */
  readonly unlabelled: number;
  /** … and those on a target of which the case says that every HIGH is listed (`# complete: A`): each is wrong. */
  readonly surplus: readonly string[];
};

/** The names the cases gave to rules before they existed, where ours is another. `NEW:x` is otherwise the rule `x`. */
const NEW_NAMES: Readonly<Record<string, string>> = {
  'docker-dns': 'docker-resolver',
  'embedded-dns': 'docker-resolver',
  resolver: 'docker-resolver',
  'resolver-address': 'docker-resolver',
  'not-http': 'not-http-port',
  'port-not-http': 'not-http-port',
  'tcp-port': 'not-http-port',
  'udp-port': 'not-http-port',
  'service-link': 'service-links',
  'service-links-clash': 'service-links',
  'image-without-default': 'image-variable',
  'image-variable-without-default': 'image-variable',
  'variable-without-default': 'image-variable',
  'expose-below-1024': 'privileged-port',
  's6-overlay': 'starts-as-root',
  s6: 'starts-as-root',
  'home-not-written': 'home-not-writable',
  'unwritable-home': 'home-not-writable',
  'entrypoint-writes-etc': 'writes-etc',
  'writes-to-etc': 'writes-etc',
};

const ruleNamed = (name: string): string => {
  const plain = name.replace(/^NEW:/, '');
  return NEW_NAMES[plain] ?? plain;
};

const SEVERITY_WORDS: readonly Severity[] = ['HIGH', 'UNKNOWN', 'MEDIUM', 'LOW', 'NONE'];
const EXPECTATION = /^\s*(?:#|\/\/|\.\.|<!--|;|\{\{\/\*)\s*((?:expect|not)[\w-]*):\s*(.*?)\s*(?:-->|\*\/\}\})?\s*$/;

export function expectationsIn(text: string, name: string): Expectation[] {
  return text
    .split(/\r?\n/)
    .slice(0, 40)
    .flatMap((line) => {
      const found = EXPECTATION.exec(line.replace(/^\uFEFF/, ''));
      return found === null ? [] : [parsed(found[1] ?? '', found[2] ?? '', name)];
    });
}

function parsed(form: string, body: string, name: string): Expectation {
  const text = `${form}: ${body}`;
  const wrong = (what: string): never => {
    throw new Error(`${name}: "${text}": ${what}`);
  };
  const [target, ...rest] = body.split(/\s+/);
  if (target !== 'A' && target !== 'B' && target !== 'C') return wrong('the target is A, B or C');
  if (form === 'not-adjustment') {
    const [rule = '', word = '', ...more] = rest;
    if (word === '' || more.length > 0) return wrong('not-adjustment: TARGET RULE WORD');
    return { form, target, rule: known(rule, wrong), word, text };
  }
  if (form !== 'expect' && form !== 'not') return wrong('the forms are expect, not and not-adjustment');
  const [severity, rule = '', ...options] = rest;
  const level = SEVERITY_WORDS.find((one) => one === severity) ?? wrong(`the severity is ${SEVERITY_WORDS.join(', ')}`);
  if (form === 'not') {
    if (options.length > 0) return wrong('not: TARGET SEVERITY RULE');
    return { form, target, severity: level, rule: known(rule, wrong), text };
  }
  const named = Object.fromEntries(
    options.map((option) => {
      const [, key = '', value = ''] =
        /^(at|adjustment)=(.+)$/.exec(option) ?? wrong('options are at= and adjustment=');
      return [key, value];
    }),
  );
  return { form, target, severity: level, rule: known(rule, wrong), text, ...named };
}

function known(rule: string, wrong: (what: string) => never): string {
  if (!/^(\*|(NEW:)?[a-z][a-z0-9-]*)$/.test(rule)) return wrong('the rule is its id, NEW:id or *');
  if (rule === '*' || rule.startsWith('NEW:') || OTHERS.has(rule) || ruleById(rule) !== undefined) return rule;
  return wrong(`there is no rule ${rule}`);
}
const OTHERS = new Set(['feature', 'local-environment']);

/** The three targets of the cases, as facts. */
export const TARGETS: Readonly<Record<Target, ClusterFacts>> = {
  A: target({
    kubernetes: 'v1.27.16',
    openshift: '4.14.38',
    storageClasses: [{ name: 'standard', default: true, provisioner: 'csi.example.com' }],
    ingressClasses: ['openshift-default'],
    loadBalancer: 'unknown',
  }),
  B: target({
    kubernetes: 'v1.37.0',
    storageClasses: [{ name: 'fast', default: false, provisioner: 'csi.example.com' }],
    ingressClasses: [],
    loadBalancer: 'no',
    podSecurity: 'restricted',
  }),
  C: target({
    kubernetes: 'v1.37.0',
    storageClasses: [{ name: 'fast', default: true, provisioner: 'csi.example.com' }],
    ingressClasses: [],
    loadBalancer: 'no',
  }),
};

function target(described: Omit<Parameters<typeof factsOf>[0], 'nodes' | 'images'>): ClusterFacts {
  const node = { architecture: 'amd64', allocatable: { cpu: '4', memory: '16Gi' } };
  return {
    ...factsOf({ ...described, nodes: [node, node, node], images: { '*': 'Pullable' } }),
    apis: (gvk) => (isCore(gvk) ? 'served' : 'missing'),
  };
}

/** What every API server of 1.27 to 1.37 serves by itself. */
const CORE: Readonly<Record<string, readonly string[]>> = {
  '': ['v1'],
  'admissionregistration.k8s.io': ['v1'],
  'apiextensions.k8s.io': ['v1'],
  'apiregistration.k8s.io': ['v1'],
  apps: ['v1'],
  'authentication.k8s.io': ['v1'],
  'authorization.k8s.io': ['v1'],
  autoscaling: ['v1', 'v2'],
  batch: ['v1'],
  'certificates.k8s.io': ['v1'],
  'coordination.k8s.io': ['v1'],
  'discovery.k8s.io': ['v1'],
  'events.k8s.io': ['v1'],
  'networking.k8s.io': ['v1'],
  'node.k8s.io': ['v1'],
  policy: ['v1'],
  'rbac.authorization.k8s.io': ['v1'],
  'scheduling.k8s.io': ['v1'],
  'storage.k8s.io': ['v1'],
};

function isCore(gvk: string): boolean {
  const parts = gvk.split('/');
  const [group, version] = parts.length === 3 ? [parts[0] ?? '', parts[1] ?? ''] : ['', parts[0] ?? ''];
  return CORE[group]?.includes(version) === true;
}

/** Renders charts as for a target; undefined: no helm here. */
export type RenderFor = (facts: ClusterFacts) => RenderChart | undefined;

/** Every case of a folder: a file, or a folder whose files are one source. */
export async function judge(folder: string, renderFor: RenderFor = () => undefined): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (/^(README|\.)/.test(name)) continue;
    results.push(await judgeCase(join(folder, name), renderFor));
  }
  if (results.length === 0) throw new Error(`${folder} holds no case`);
  return results;
}

async function judgeCase(path: string, renderFor: RenderFor): Promise<CaseResult> {
  const name = basename(path);
  const { expectations, complete, needsHelm } = await expectationsOf(path, name);
  if (expectations.length === 0 && complete.length === 0) throw new Error(`${name}: its first lines expect nothing`);
  const found = new Map<Target, readonly Divergence[]>();
  let kind: SourceKind = 'chart';
  for (const target of new Set([...expectations.map((e) => e.target), ...complete])) {
    const render = renderFor(TARGETS[target]);
    if (needsHelm && render === undefined)
      return { name, kind, expectations: [], unlabelled: 0, surplus: [], skipped: 'it needs helm' };
    const loaded = await load(path, render === undefined ? {} : { render });
    if (!loaded.ok) throw new Error(`${name}: ${loaded.reason}: ${loaded.message}`);
    const divergences = compare({ extracted: await extract(loaded.parts), facts: TARGETS[target] });
    found.set(target, divergences);
    kind = kindOfSource(loaded, divergences);
  }
  const judged = expectations.map((e) => judgedBy(e, found.get(e.target) ?? []));
  const unlisted = [...found].flatMap(([target, all]) =>
    all
      .filter((d) => d.divergence === 'HIGH')
      .filter((d) => !expectations.some((e) => e.target === target && (e.rule === '*' || ruleNamed(e.rule) === d.rule)))
      .map((d) => ({ target, id: d.id })),
  );
  const surplus = unlisted.filter(({ target }) => complete.includes(target)).map(({ target, id }) => `${target} ${id}`);
  return { name, kind, expectations: judged, unlabelled: unlisted.length - surplus.length, surplus };
}

type Expected = { expectations: Expectation[]; complete: Target[]; needsHelm: boolean };

async function expectationsOf(path: string, name: string): Promise<Expected> {
  if (!(await stat(path)).isDirectory()) return expectedIn(await textOf(path), name);
  const files = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isFile());
  const all = await Promise.all(
    files.map(async (entry) => expectedIn(await textOf(join(path, entry.name)), `${name}/${entry.name}`)),
  );
  return {
    expectations: all.flatMap((one) => one.expectations),
    complete: all.flatMap((one) => one.complete),
    needsHelm: all.some((one) => one.needsHelm),
  };
}

function expectedIn(text: string, name: string): Expected {
  const complete = /^# complete: ([ABC]( [ABC])*)$/m.exec(text)?.[1]?.split(' ') ?? [];
  return {
    expectations: expectationsIn(text, name),
    complete: (['A', 'B', 'C'] as const).filter((target) => complete.includes(target)),
    needsHelm: /^# needs: helm$/m.test(text),
  };
}

async function textOf(path: string): Promise<string> {
  const read = decoded(await readFile(path));
  return 'text' in read ? read.text : '';
}

function judgedBy(e: Expectation, found: readonly Divergence[]): Judged {
  const ofRule = found.filter((d) => e.rule === '*' || d.rule === ruleNamed(e.rule));
  const instead =
    ofRule.map((d) => `${d.divergence} ${d.id} → ${d.adjustment}`).join('; ') ||
    `nothing of ${e.rule}${e.rule !== '*' && ruleById(ruleNamed(e.rule)) === undefined && !OTHERS.has(e.rule) ? ', which is no rule' : ''}`;
  return { ...e, holds: holds(e, ofRule), instead: instead.slice(0, 400) };
}

function holds(e: Expectation, ofRule: readonly Divergence[]): boolean {
  if (e.form === 'not-adjustment') return !ofRule.some((d) => d.divergence !== 'NONE' && d.adjustment.includes(e.word));
  const ofSeverity = ofRule.filter((d) => d.divergence === e.severity);
  if (e.form === 'not') return ofSeverity.length === 0;
  return ofSeverity.some(
    (d) =>
      (e.adjustment === undefined || d.adjustment.includes(e.adjustment)) &&
      (e.at === undefined || d.upstream.places.some((place) => isAt(place, e.at ?? ''))),
  );
}

const isAt = (place: Divergence['upstream']['places'][number], at: string): boolean =>
  /^\d+$/.test(at)
    ? place.line === Number(at)
    : place.quote.includes(at) ||
      place.part === `${at} (rendered)` ||
      `${place.part}:${place.line}`.endsWith(at) ||
      place.heading.includes(at);

export type SourceKind = 'compose' | 'manifests' | 'chart' | 'guide';

function kindOfSource(loaded: Loaded, found: readonly Divergence[]): SourceKind {
  if (loaded.kind === 'chart' || loaded.parts.some((p) => /(^|\/|-)values[\w.-]*\.ya?ml$/.test(p.name))) return 'chart';
  if (loaded.parts.every((p) => p.kind !== 'yaml')) return 'guide';
  return loaded.kind === 'compose' || found.some((d) => d.rule === 'compose-file') ? 'compose' : 'manifests';
}
