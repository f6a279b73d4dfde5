import type { KubeObject } from '../../cluster/index.ts';
import { fail, pass, unknown } from '../../workflow/index.ts';
import { unanswered } from '../finding.ts';
import { judgedBySccs } from '../scc.ts';
import type { World } from '../world.ts';
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
  const judged = await judgedBySccs(world, world.namespace, serviceAccount, template);
  switch (judged.state) {
    case 'allowed':
      return {
        verdict: pass('SccAllowsIt', `the SecurityContextConstraints ${judged.by} let ${serviceAccount} have it`),
        evidence: { serviceAccount, allowedBy: judged.by },
      };
    case 'denied':
      return {
        verdict: fail('NoSccAllowsIt', `no SecurityContextConstraints lets ${serviceAccount} have it: ${need}`),
        evidence: { serviceAccount, reason: judged.reason },
        suggestion: remedy(need),
      };
    case 'blind': {
      // Pod Security may refuse it all the same; that it doesn't says nothing about the SCCs.
      const admitted = await dryRun(world, need, template);
      if (admitted.verdict.status === 'fail') return admitted;
      return { verdict: judged.verdict, evidence: { serviceAccount }, deferrable: true };
    }
    case 'modest':
    case 'none':
      return dryRun(world, need, template);
  }
}

const remedy = (need: Need) =>
  need === 'runs as non-root'
    ? "look at the message and the namespace's admission"
    : 'use an image that runs as any non-root UID, or have a person grant the SCC or Pod Security level';

async function dryRun(world: World, need: Need, template: { metadata: object; spec: object }): Promise<Part> {
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    ...template,
    metadata: { ...template.metadata, name: 'infragate-dry-run' },
  };
  const placed = await world.reader.dryRun(pod, { verb: 'create', namespace: world.namespace });
  if (placed.ok) {
    const { warnings } = placed.value;
    const warned = warnings.length === 0 ? '' : `, with a warning: ${warnings[0]}`;
    const message = `a Pod that needs it is admitted in ${world.namespace} (dry run)${warned}`;
    return { verdict: pass('Admitted', message), evidence: { warnings } };
  }
  const { error } = placed;
  if (error.status === 403 && /cannot create resource/.test(error.message)) {
    return {
      ...unanswered(error, { verb: 'create', group: '', resource: 'pods', namespace: world.namespace }),
      evidence: { error },
    };
  }
  if (/error looking up service account/.test(error.message)) {
    return {
      verdict: fail('ServiceAccountMissing', error.message),
      evidence: { error },
      suggestion: 'name a service account that is there, or check this once the plan has made it',
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
  requirement(
    'privileged containers',
    'privileged containers',
    'privileged( (containers?|pods?|scc))?( (are )?(allowed|admitted|permitted))?',
  ),
];
