import type { KubeObject } from '../../cluster/index.ts';
import { fail, pass, unknown } from '../../workflow/index.ts';
import { unanswered } from '../finding.ts';
import { at, text } from '../json.ts';
import { discoveryOf, type World } from '../world.ts';
import { group, type Part, type Requirement } from './table.ts';

const RESTRICTED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** The smallest Pod that would need it. */
const CONTEXTS = {
  'runs as non-root': RESTRICTED,
  'runs as any UID (anyuid)': { runAsUser: 0, runAsNonRoot: false },
  'privileged containers': { privileged: true },
} as const;

type Need = keyof typeof CONTEXTS;

async function admitted(world: World, need: Need, serviceAccount: string): Promise<Part> {
  const template = {
    metadata: { labels: { app: 'infragate-dry-run' } },
    spec: {
      serviceAccountName: serviceAccount,
      containers: [
        {
          name: 'probe',
          image: 'registry.k8s.io/pause:3.10',
          securityContext: CONTEXTS[need],
          resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '10m', memory: '16Mi' } },
        },
      ],
    },
  };
  const discovery = await discoveryOf(world);
  if (!discovery.ok) return { verdict: unknown(discovery.error.reason, discovery.error.message), evidence: {} };
  const constraints = discovery.value.find({ group: 'security.openshift.io', kind: 'PodSecurityPolicySubjectReview' });
  if (constraints !== undefined) return reviewed(world, need, serviceAccount, template);
  const scc =
    discovery.value.find({ group: 'security.openshift.io', kind: 'SecurityContextConstraints' }) !== undefined;
  return dryRun(world, need, template, scc);
}

/** OpenShift: as the Pod's service account would be judged, not as whoever asks. */
async function reviewed(world: World, need: Need, serviceAccount: string, template: object): Promise<Part> {
  const { namespace } = world;
  const answer = await world.reader.review(
    {
      apiVersion: 'security.openshift.io/v1',
      kind: 'PodSecurityPolicySubjectReview',
      metadata: {},
      spec: {
        template,
        user: `system:serviceaccount:${namespace}:${serviceAccount}`,
        groups: ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`],
      },
    },
    { namespace },
  );
  if (!answer.ok) {
    const needs = {
      verb: 'create',
      group: 'security.openshift.io',
      resource: 'podsecuritypolicysubjectreviews',
      namespace,
    };
    return { ...unanswered(answer.error, needs), evidence: { error: answer.error } };
  }
  const by = text(at(answer.value, 'status', 'allowedBy', 'name'));
  const evidence = { serviceAccount, allowedBy: by, reason: at(answer.value, 'status', 'reason') };
  return by === ''
    ? {
        verdict: fail('NoSccAllowsIt', `no SecurityContextConstraints lets ${serviceAccount} have ${need}`),
        evidence,
        suggestion: remedy(need),
      }
    : { verdict: pass('SccAllowsIt', `the SecurityContextConstraints ${by} let ${serviceAccount} have it`), evidence };
}

const remedy = (need: Need) =>
  need === 'runs as non-root'
    ? "look at the message and the namespace's admission"
    : 'use an image that runs as any non-root UID, or have a person grant the SCC or Pod Security level';

async function dryRun(
  world: World,
  need: Need,
  template: { metadata: object; spec: object },
  scc: boolean,
): Promise<Part> {
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    ...template,
    metadata: { ...template.metadata, name: 'infragate-dry-run' },
  };
  const placed = await world.reader.dryRun(pod, { verb: 'create', namespace: world.namespace });
  const blind = scc
    ? '; SCCs are served but PodSecurityPolicySubjectReview is not, so what the service account may do was not judged'
    : '';
  if (placed.ok) {
    const { warnings } = placed.value;
    const warned = warnings.length === 0 ? '' : `, with a warning: ${warnings[0]}`;
    const message = `a Pod that needs it is admitted in ${world.namespace} (dry run)${warned}${blind}`;
    if (scc && need !== 'runs as non-root')
      return { verdict: unknown('NotJudged', message), evidence: { warnings }, deferrable: true };
    return { verdict: pass('Admitted', message), evidence: { warnings } };
  }
  const { error } = placed;
  if (error.status === 403 && /cannot create resource/.test(error.message)) {
    return {
      ...unanswered(error, { verb: 'create', group: '', resource: 'pods', namespace: world.namespace }),
      evidence: { error },
    };
  }
  if (error.status === 403 || error.status === 422 || error.status === 400) {
    return { verdict: fail('NotAdmitted', error.message), evidence: { error }, suggestion: remedy(need) };
  }
  return { verdict: unknown(error.reason, error.message), evidence: { error } };
}

const ACCOUNT = '( (for|as|with)( the)? (service ?account )?(?<account>[a-z0-9][-a-z0-9.]*))?';
const requirement = (need: Need, form: string, pattern: string): Requirement => ({
  form,
  pattern: new RegExp(`^(${pattern})${ACCOUNT}$`, 'i'),
  asks: 'would such a Pod be admitted? (dry run, or PodSecurityPolicySubjectReview)',
  canonical: (match) => `${need}${group(match, 'account') === '' ? '' : ` for ${group(match, 'account')}`}`,
  check: (world, match) => admitted(world, need, group(match, 'account') || 'default'),
});

export const SECURITY: readonly Requirement[] = [
  requirement(
    'runs as non-root',
    'runs as non-root',
    '((pods?|containers?) )?(can )?runs? as (a )?non-?root( user)?|restricted pod security',
  ),
  requirement(
    'runs as any UID (anyuid)',
    'anyuid [for SERVICEACCOUNT]',
    '((pods?|containers?) )?(can )?runs? as (any ?uid|any UID \\(anyuid\\)|root)( user)?|(the )?(scc )?anyuid( scc)?',
  ),
  requirement('privileged containers', 'privileged containers', 'privileged( (containers?|pods?|scc))?'),
];
