import type { KubeObject } from '../objects/kube-object.ts';
import { isCustom, needsOf } from './pods.ts';
import { isRecord } from './record.ts';
import type { LoadedPlan } from './types.ts';

/** Where a Secret comes into a plan: which phases need it, for what, and what of the plan may make it. */
export type SecretUse = {
  readonly needed: readonly SecretNeed[];
  /** Custom objects whose operator may make it. */
  readonly makers: readonly { readonly phase: number; readonly object: string }[];
};

/**
 * `start`: the phase can't be applied without it. `end`: only its checks, which fail by themselves, or something that
 * the same phase makes it from: its gate is what waits for it.
 */
export type SecretNeed = { readonly phase: number; readonly by: string; readonly when: 'start' | 'end' };

/** One need a phase, the most pressing, in the order of the phases. */
export function secretUse(loaded: LoadedPlan, name: string, namespace: string): SecretUse {
  const here = ({ metadata }: KubeObject) => (metadata.namespace ?? namespace) === namespace;
  const makers: { phase: number; object: string }[] = [];
  const needed: SecretNeed[] = [];
  loaded.plan.phases.forEach((phase, index) => {
    const objects = (loaded.phases[index]?.manifests ?? []).map((m) => m.object).filter(here);
    const making = objects.filter((object) => mayMake(object, name));
    makers.push(...making.map((object) => ({ phase: phase.number, object: called(object) })));
    const user = objects.find((object) => !making.includes(object) && uses(object, name));
    const command = phase.commands.find((text) => mentions(text, name));
    const check = [...phase.validation_commands, ...phase.success_criteria].find((text) => mentions(text, name));
    const by = user !== undefined ? called(user) : command !== undefined ? 'a command' : check && 'a check';
    if (by === undefined) return;
    // A command runs when the phase's objects are there, and may be what waits for an operator's Secret.
    const late = user === undefined && (command === undefined || objects.some((o) => isCustom(o.apiVersion)));
    needed.push({ phase: phase.number, by, when: late || making.length > 0 ? 'end' : 'start' });
  });
  return { needed, makers };
}

const called = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.name ?? ''}`;

const uses = (object: KubeObject, name: string): boolean =>
  needsOf(object).some((need) => need.kind === 'Secret' && need.name === name) ||
  (isCustom(object.apiVersion) && textsIn(object.spec).some(({ text }) => text === name));

/** Fields in which custom resources name the Secret they write: Certificate, ExternalSecret, Vault's, Crossplane's. */
const WRITTEN = /^secretName$|(^|\.)(target|destination|writeConnectionSecretToRef)\.name$/;

/**
 * Operators call their Secrets after the object (`db-app` of CloudNativePG's Cluster/db, `app.acid-db.credentials…`), or
 * are told the name. A Cluster that names the Secret of its superuser needs it; a Certificate that names one makes it.
 */
function mayMake(object: KubeObject, name: string): boolean {
  if (!isCustom(object.apiVersion)) return false;
  const places = textsIn(object.spec).filter(({ text }) => text === name);
  if (places.length > 0) return places.some(({ path }) => WRITTEN.test(path));
  const own = object.metadata.name ?? '';
  return own !== '' && new RegExp(`(^|[-.])${escaped(own)}($|[-.])`).test(name);
}

const mentions = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\w.-])${escaped(name)}(?![\\w-]|\\.\\w)`).test(text);

const escaped = (text: string): string => text.replace(/[.+^${}()|[\]\\*?-]/g, '\\$&');

/** Every text in a value with its path; the entries of a list have none of their own. */
function textsIn(value: unknown, path = ''): { readonly path: string; readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((member) => textsIn(member, path));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => textsIn(member, path === '' ? key : `${path}.${key}`));
}
