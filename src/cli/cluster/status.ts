import type { Action, Reader } from '../../cluster/index.ts';
import { BREAK_GLASS, GROUP, HOME } from '../../enforcement/index.ts';
import { textAt } from '../../objects/kube-object.ts';
import { print } from '../../print/index.ts';
import { answer } from '../answers.ts';
import { EXIT } from '../exit.ts';
import { ClusterProblem, must } from './connection.ts';
import { allowedIn, guardedNamespaces, openSessions, phasesOf, refusesNow } from './guard.ts';
import { isInstalled } from './install.ts';

type Namespace = {
  readonly namespace: string;
  readonly refuses: boolean;
  readonly frozen: string;
  readonly deployment: string;
  readonly gate: string;
  readonly open: number;
  readonly allow: readonly string[];
};

/** infragate cluster status: what is guarded, and whether this identity could go around. */
export async function status(reader: Reader, json: boolean): Promise<number> {
  const installed = await isInstalled(reader);
  const who = must(await reader.identity(), 'asking who this is');
  const ways = await waysAround(reader, who.groups);
  const namespaces = installed ? await seen(reader) : [];
  const exit = installed ? EXIT.done : EXIT.no;
  if (json) {
    answer('cluster status', exit, { installed, identity: who.username, could_go_around: ways, namespaces });
    return exit;
  }
  print(installed ? 'infragate is in the cluster.' : 'infragate is not in the cluster: infragate cluster install');
  for (const one of namespaces) print(line(one));
  if (installed && namespaces.length === 0) print('No namespace is guarded: infragate cluster guard NAMESPACE');
  print(aroundLine(who.username, ways));
  return exit;
}

export const aroundLine = (username: string, ways: readonly string[]): string =>
  ways.length === 0
    ? `${username} can't go around: it may change no policy, be nobody else, and reach no credential that could.`
    : `${username} COULD GO AROUND: it may ${ways.slice(0, WAYS_SHOWN).join('; ')}${ways.length > WAYS_SHOWN ? `; and ${ways.length - WAYS_SHOWN} more` : ''}.`;

/** `--json` names all of them. */
const WAYS_SHOWN = 4;

async function seen(reader: Reader): Promise<Namespace[]> {
  const phases = await phasesOf(reader);
  const names = await guardedNamespaces(reader);
  return Promise.all(
    names.map(async (namespace): Promise<Namespace> => {
      const phase = phases.find((p) => p.metadata.name === namespace);
      return {
        namespace,
        refuses: await refusesNow(reader, namespace),
        frozen: phase === undefined ? '' : textAt(phase, 'spec', 'frozen'),
        deployment: phase === undefined ? '' : textAt(phase, 'spec', 'standing', 'deployment'),
        gate: phase === undefined ? '' : textAt(phase, 'spec', 'standing', 'gate'),
        open: phase === undefined ? 0 : openSessions(phase).length,
        allow: phase === undefined ? [] : allowedIn(phase),
      };
    }),
  );
}

function line({ namespace, refuses, frozen, deployment, gate, open, allow }: Namespace): string {
  const state = refuses
    ? 'guarded'
    : 'does not refuse this identity (allowed, breaking glass, or a guard or release that was cut off: repeat it)';
  return [
    `${namespace}: ${state}`,
    ...(frozen === '' ? [] : [`frozen: ${frozen}`]),
    ...(deployment === '' ? [] : [`${deployment} at gate ${gate}`]),
    ...(open === 0 ? [] : [`${open} open session${open === 1 ? '' : 's'}`]),
    ...(allow.length === 0 ? [] : [`allowed: ${allow.join(', ')}`]),
  ].join(' · ');
}

/** What any of these rights is good for: to take the guard away, or to be somebody whom it lets pass. */
type Way = { readonly what: string; readonly verbs: readonly string[] } & Omit<Action, 'verb'>;

const ADMISSION = 'admissionregistration.k8s.io';
const RBAC = 'rbac.authorization.k8s.io';
const CHANGES = ['update', 'patch', 'delete', 'deletecollection'];

const WAYS: readonly Way[] = [
  { what: 'change policies', verbs: CHANGES, group: ADMISSION, resource: 'validatingadmissionpolicies' },
  { what: 'unbind policies', verbs: CHANGES, group: ADMISSION, resource: 'validatingadmissionpolicybindings' },
  {
    what: 'register webhooks that change what was approved',
    verbs: ['create', 'update', 'patch'],
    group: ADMISSION,
    resource: 'mutatingwebhookconfigurations',
  },
  { what: 'be another user', verbs: ['impersonate'], group: '', resource: 'users' },
  { what: 'be in another group', verbs: ['impersonate'], group: '', resource: 'groups' },
  { what: 'be a service account', verbs: ['impersonate'], group: '', resource: 'serviceaccounts' },
  ...['kube-system', HOME].flatMap((namespace): Way[] => [
    { what: `make tokens in ${namespace}`, ...inside(namespace, 'serviceaccounts', 'token') },
    { what: `run Pods in ${namespace}`, ...inside(namespace, 'pods') },
    { what: `open a shell in ${namespace}`, ...inside(namespace, 'pods', 'exec') },
    { what: `make Secrets in ${namespace}`, ...inside(namespace, 'secrets') },
  ]),
  {
    what: 'write Phases',
    verbs: ['create', 'update', 'patch'],
    group: GROUP,
    resource: 'phases',
    namespace: HOME,
  },
  {
    what: "use the kubelets' own interface",
    verbs: ['create', 'get'],
    group: '',
    resource: 'nodes',
    subresource: 'proxy',
  },
  { what: 'bind any role', verbs: ['bind'], group: RBAC, resource: 'clusterroles' },
  { what: 'give itself any right', verbs: ['escalate'], group: RBAC, resource: 'clusterroles' },
  {
    what: 'sign certificates',
    verbs: ['update', 'patch'],
    group: 'certificates.k8s.io',
    resource: 'certificatesigningrequests',
    subresource: 'approval',
  },
];

function inside(namespace: string, resource: string, subresource?: string): Omit<Way, 'what'> {
  const more = subresource === undefined ? {} : { subresource };
  return { verbs: ['create'], group: '', resource, namespace, ...more };
}

export async function waysAround(reader: Reader, groups: readonly string[]): Promise<string[]> {
  const asked = await Promise.all(
    WAYS.map(async ({ what, verbs, ...action }) => {
      const answers = await Promise.all(verbs.map((verb) => reader.canI({ ...action, verb })));
      if (answers.some((answer) => answer.ok && answer.value.allowed)) return [what];
      return answers.every((answer) => answer.ok) ? [] : [`perhaps ${what} (it could not be asked)`];
    }),
  );
  return [...(groups.includes(BREAK_GLASS) ? ['break glass'] : []), ...asked.flat()];
}

/** One line about the identity that asks. */
export async function around(reader: Reader): Promise<string> {
  const who = await reader.identity();
  return who.ok
    ? aroundLine(who.value.username, await waysAround(reader, who.value.groups))
    : `who this is can't be asked (${who.error.reason})`;
}

/** undefined: this identity may not see it. */
export async function namespacesNow(reader: Reader): Promise<string[] | undefined> {
  try {
    return await guardedNamespaces(reader);
  } catch (error) {
    if (error instanceof ClusterProblem) return undefined;
    throw error;
  }
}
