import type { KubeObject } from '../cluster/index.ts';
import { unknown, type Verdict } from '../workflow/index.ts';
import { unanswered } from './finding.ts';
import { at, text } from './json.ts';
import { beyondRestricted } from './scc-asks.ts';
import { discoveryOf, type World } from './world.ts';

/**
 * OpenShift judges a Pod by the SecurityContextConstraints of its service account, not of whoever asks: an admin's own
 * let a bare Pod pass where the Deployment's would not. PodSecurityPolicySubjectReview asks as the service account.
 */
export type Judged =
  /** The cluster has no SCCs. */
  | { readonly state: 'none' }
  | { readonly state: 'allowed'; readonly by: string }
  | { readonly state: 'denied'; readonly reason: string }
  /** Nobody judged it, and it asks for nothing that restricted-v2, which every account has, keeps back. */
  | { readonly state: 'modest' }
  /** SCCs are served, but the review isn't, or wasn't answered: the Pod is UNKNOWN, never a pass. */
  | { readonly state: 'blind'; readonly why: string; readonly verdict: Verdict };

/** What of a judgement may stand beside a pass: a blind one has its own verdict, and that is unknown. */
export type Settled = Exclude<Judged, { state: 'blind' | 'denied' }>;

const GROUP = 'security.openshift.io';

/**
 * Where the review is not served. It is all there is for a bare Pod, too: elsewhere its own dry run goes through the SCCs'
 * admission, and a cluster that serves no review shows no sign of having that.
 */
export async function withoutReview(
  world: World,
  serviceAccount: string,
  spec: object,
): Promise<Extract<Judged, { state: 'none' | 'modest' | 'blind' }> | undefined> {
  const discovery = await discoveryOf(world);
  if (!discovery.ok) return { state: 'none' };
  const served = (kind: string) => discovery.value.find({ group: GROUP, kind }) !== undefined;
  if (served('PodSecurityPolicySubjectReview')) return undefined;
  if (!served('SecurityContextConstraints')) return { state: 'none' };
  const asks = beyondRestricted(spec);
  if (asks.length === 0) return { state: 'modest' };
  const why = `SCCs are served but PodSecurityPolicySubjectReview is not, so whether ${serviceAccount} may have what it asks for (${asks.join(', ')}) was not judged`;
  return { state: 'blind', why, verdict: unknown('NotJudged', why) };
}

export async function judgedBySccs(
  world: World,
  namespace: string,
  serviceAccount: string,
  template: { metadata?: object; spec: object },
): Promise<Judged> {
  const unreviewed = await withoutReview(world, serviceAccount, template.spec);
  if (unreviewed !== undefined) return unreviewed;
  const review: KubeObject = {
    apiVersion: `${GROUP}/v1`,
    kind: 'PodSecurityPolicySubjectReview',
    metadata: {},
    spec: {
      template: { metadata: {}, ...template },
      user: `system:serviceaccount:${namespace}:${serviceAccount}`,
      groups: ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    },
  };
  const answer = await world.reader.review(review, { namespace });
  if (!answer.ok) {
    const needs = { verb: 'create', group: GROUP, resource: 'podsecuritypolicysubjectreviews', namespace };
    const { verdict } = unanswered(answer.error, needs);
    const why = `what ${serviceAccount} may do was not judged: ${verdict.message}`;
    return { state: 'blind', why, verdict: unknown(verdict.reason, why) };
  }
  const by = text(at(answer.value, 'status', 'allowedBy', 'name'));
  const reason = text(at(answer.value, 'status', 'reason'));
  return by === '' ? { state: 'denied', reason } : { state: 'allowed', by };
}
