import { z } from 'zod';
import { damagedWords } from '../report/status.ts';
import { shortened } from '../workflow/shortened.ts';
import { learning, lines, list } from './schema.ts';

export const answer = z.strictObject({
  deployment: z.string(),
  component: z.string(),
  target: z.strictObject({
    server: z.string(),
    context: z.string(),
    cluster: z.string().describe('UID of kube-system, or a fingerprint'),
    identified_by: z.string(),
    namespaces: list(
      z.strictObject({ name: z.string(), uid: z.string().nullable(), state: z.enum(['there', 'missing', 'hidden']) }),
    ),
    created: lines,
  }),
  preflight: z.strictObject({
    identity: z.string(),
    server: z.string().describe('version'),
    permissions: list(z.strictObject({ may: z.string(), allowed: z.union([z.boolean(), z.literal('unknown')]) })),
    namespace: z
      .strictObject({
        pod_security: z.string(),
        quota: z.string(),
        limit_range: z.string(),
        gitops: z.string(),
        guard: z.string(),
      })
      .optional(),
  }),
  notes: lines,
  learnings: list(learning),
  inherited_blockers: z.number(),
  damaged: lines.describe('records that can not be trusted'),
  like: z.string().optional().describe('the deployment whose research and proofs were taken over'),
});
export type Output = z.infer<typeof answer>;
/** What a namespace imposes on whatever is put into it: a line each, so that it is met now and not in phase 3. */
export type Preflight = NonNullable<Output['preflight']['namespace']>;

type Namespace = Output['target']['namespaces'][number];
const STATES = { there: '', missing: ' (MISSING)', hidden: ' (not readable)' } as const satisfies Record<
  Namespace['state'],
  string
>;

const LEARNINGS_CHARACTERS = 600;

export function text(v: Output): string {
  const [first] = v.target.namespaces;
  const missing = v.preflight.permissions.filter((p) => p.allowed !== true).map((p) => p.may);
  const inState = (state: Namespace['state']) => v.target.namespaces.flatMap((n) => (n.state === state ? n.name : []));
  const names = v.target.namespaces.map(({ name, state }) => `${name}${STATES[state]}`).join(', ');
  const learnt = v.learnings.map((l) => l.text).join(' | ');
  return [
    `Deployment ${v.deployment}: ${v.component} → ${names} on ${v.target.server} (${v.preflight.server}) as ${v.preflight.identity}.`,
    ...v.notes,
    missing.length === 0
      ? 'This identity may create what deployments usually need.'
      : `Not allowed or unknown: ${missing.join(', ')}.`,
    ...imposed(first?.name, v.preflight.namespace),
    ...(missing.includes('update leases')
      ? ['Without leases another ledger that works in this namespace is not kept out; everything else goes on.']
      : []),
    ...(v.inherited_blockers > 0
      ? [`${v.inherited_blockers} blocker(s) inherited from the abandoned run before.`]
      : []),
    ...(v.damaged.length > 0 ? [`${damagedWords(v.damaged)} What was found wrong in it is not inherited.`] : []),
    ...(learnt === '' ? [] : [`Learnings of earlier runs: ${shortened(learnt, LEARNINGS_CHARACTERS)}`]),
    ...inState('missing').map(
      (name) =>
        `The namespace ${name} does not exist: call this again with create_namespace: true, or have it created; cluster-reality-check looks again.`,
    ),
    ...(v.like === undefined
      ? ['Next: research (findings, sources, assumptions) with record-research, then cluster-reality-check.']
      : []),
  ].join('\n');
}

const imposed = (namespace: string | undefined, found: Preflight | undefined): string[] =>
  found === undefined ? [] : [`What the namespace ${namespace} imposes:`, ...preflightLines(found)];

export const preflightLines = (p: Preflight): string[] => [
  `- PodSecurity: ${p.pod_security}`,
  `- Quota: ${p.quota}`,
  `- LimitRange: ${p.limit_range}`,
  `- GitOps: ${p.gitops}`,
  `- Guard: ${p.guard}`,
];
