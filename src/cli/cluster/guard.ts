import { setTimeout as sleep } from 'node:timers/promises';
import type { Reader, Writer } from '../../cluster/index.ts';
import {
  API_VERSION,
  bindingName,
  executorObjects,
  GUARD,
  type GuardOptions,
  guardBinding,
  guardObjects,
  HOME,
  phaseOf,
  RELEASED,
} from '../../enforcement/index.ts';
import { at, type KubeObject, refOf, textAt, textsAt } from '../../objects/kube-object.ts';
import { print } from '../../print/index.ts';
import { EXIT } from '../exit.ts';
import { ClusterProblem, isServed, must } from './connection.ts';
import { writersOf } from './writers.ts';

const BINDING = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding' };
const IN_FORCE_MS = 60_000;
/** What a policy reads has to be in the API server's own cache before the policy reads it. */
const CACHED_MS = 500;

export type GuardAnswer = GuardOptions & {
  /** Service accounts that write here now and were not named are refused from now on. */
  readonly refuseOthers: boolean;
};

/** Everything first, then the one object that refuses; cut off anywhere, the namespace is guarded or as it was. */
export async function guard(writer: Writer, options: GuardAnswer): Promise<number> {
  const { namespace } = options;
  const there = must(
    await writer.getIfThere({ apiVersion: 'v1', kind: 'Namespace', name: namespace }),
    `looking for the namespace ${namespace}`,
  );
  if (there === undefined) throw new ClusterProblem(EXIT.wrongUse, `there is no namespace ${namespace}`);
  if (PROTECTED.test(namespace))
    throw new ClusterProblem(EXIT.wrongUse, `${namespace} is the cluster's own: guarding it could stop the cluster`);
  if (!(await isServed(writer, API_VERSION, 'Phase')))
    throw new ClusterProblem(EXIT.lacking, 'infragate is not in this cluster yet: infragate cluster install');
  const others = (await writersOf(writer, namespace)).filter((name) => !options.allow.includes(name));
  if (others.length > 0 && !options.refuseOthers)
    throw new ClusterProblem(
      EXIT.no,
      [
        `These service accounts may write to ${namespace}, as operators do, and would be refused:`,
        ...others.map((name) => `  --allow ${name}`),
        'Repeat the command with those that are the cluster’s own work, and --refuse-others for the rest. Nothing was changed.',
      ].join('\n'),
    );
  // Not whether it refuses yet: an API server sees a binding a moment after it is stored.
  const isGuarded = await thereIs(writer, { ...BINDING, name: bindingName(namespace) });
  const binding = guardBinding(namespace);
  // Of a namespace that is guarded already only the Phase can be changed; all else is there.
  const before = isGuarded ? [phaseOf(options)] : [...executorObjects(namespace), phaseOf(options)];
  for (const object of before)
    must(await writer.apply(object, { force: true }), `applying ${object.kind} ${object.metadata.name}`);
  await sleep(CACHED_MS);
  must(await writer.apply(binding, { force: true }), `applying ${binding.kind} ${binding.metadata.name}`);
  const refuses = await until(writer, namespace, true);
  print(`The namespace ${namespace} is guarded: its API server refuses what no approved phase names.`);
  if (!refuses)
    print(
      `UNKNOWN: whether it refuses already; this identity's own writes were not refused within ${IN_FORCE_MS / 1000} s (is it allowed, or does it break glass?).`,
    );
  return EXIT.done;
}

/** Namespaces without which nothing runs, and our own. */
const PROTECTED = /^(?:kube-(?:system|public|node-lease)|openshift(?:-.*)?|infragate-system)$/;

/** The one that refuses first; what it reads goes when no API server refuses by it any more. */
export async function release(writer: Writer, namespace: string): Promise<boolean> {
  const binding = { ...BINDING, name: bindingName(namespace) };
  const objects = guardObjects({ namespace, allow: [] }).map(refOf);
  const found = await Promise.all(objects.map((ref) => thereIs(writer, ref)));
  if (!found.some((one) => one)) return false;
  must(await writer.delete(binding, { propagation: 'Background' }), `deleting ${binding.kind} ${binding.name}`);
  if (!(await until(writer, namespace, false)))
    throw new ClusterProblem(
      EXIT.no,
      `The API server still refuses writes to ${namespace} ${IN_FORCE_MS / 1000} s after ${binding.name} was deleted; what it reads is left in place. Repeat the command.`,
    );
  await sleep(CACHED_MS);
  const phase = { apiVersion: API_VERSION, kind: 'Phase', name: namespace, namespace: HOME };
  if (await thereIs(writer, phase)) {
    must(await writer.patch(phase, { metadata: { annotations: { [RELEASED]: 'release' } } }, 'merge'), 'marking Phase');
  }
  for (const ref of [...objects].reverse())
    must(await writer.delete(ref, { propagation: 'Background' }), `deleting ${ref.kind} ${ref.name}`);
  return true;
}

type Ref = { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly namespace?: string };

async function thereIs(reader: Reader, ref: Ref): Promise<boolean> {
  const found = await reader.getIfThere(ref);
  if (!found.ok && found.error.reason === 'NoKindMatch') return false;
  return must(found, `looking for ${ref.kind} ${ref.name}`) !== undefined;
}

/**
 * Whether the API server refuses writes there, seen with a question that changes nothing: a connection to a Pod that does
 * not exist. Guarded it is refused by the policy, else it is not found.
 */
export async function refusesNow(reader: Reader, namespace: string): Promise<boolean> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/infragate-is-it-guarded/proxy/`;
  const answer = await reader.raw(path);
  return !answer.ok && answer.error.status === 403 && answer.error.message.includes(GUARD);
}

async function until(reader: Reader, namespace: string, refuses: boolean): Promise<boolean> {
  const last = Date.now() + IN_FORCE_MS;
  for (let same = 0; Date.now() < last; ) {
    same = (await refusesNow(reader, namespace)) === refuses ? same + 1 : 0;
    if (same >= 3) return true;
    await sleep(100);
  }
  return false;
}

/** Of a namespace: guarded; or what an interrupted guard or release left, which refuses nothing. */
export async function guardedNamespaces(reader: Reader): Promise<string[]> {
  const bindings = must(await reader.list(BINDING), 'listing the bindings of policies').items;
  const phases = await phasesOf(reader);
  const names = [
    ...bindings
      .filter((b) => textAt(b, 'spec', 'policyName') === GUARD)
      .map((b) => textAt(b, 'spec', 'paramRef', 'name')),
    ...phases.map((p) => p.metadata.name ?? ''),
  ];
  return [...new Set(names.filter((name) => name !== ''))].sort();
}

export async function phasesOf(reader: Reader): Promise<readonly KubeObject[]> {
  const listed = await reader.list({ apiVersion: API_VERSION, kind: 'Phase' }, { namespace: HOME });
  if (!listed.ok && (listed.error.reason === 'NoKindMatch' || listed.error.status === 404)) return [];
  return must(listed, 'listing the Phases').items;
}

export const openSessions = (phase: KubeObject): string[] => Object.keys(Object(at(phase, 'spec', 'open')));
export const allowedIn = (phase: KubeObject): string[] => textsAt(phase, 'spec', 'allow');
