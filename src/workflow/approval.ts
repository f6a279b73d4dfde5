import type { Deployment, Stamped } from './deployment.ts';
import {
  type Actor,
  type Assurance,
  ENOUGH,
  type FactOf,
  type Instant,
  SEPARATIONS,
  type Separation,
} from './facts.ts';

/** What a person's decision must be like to count: the operator's policy, as the rules read it. */
export type Demand = {
  readonly assurance: Assurance;
  readonly separation: Separation;
  readonly approvers: {
    /** How many different people. */
    readonly least: number;
    /** The account that started the deployment is not one of them. */
    readonly not_requester: boolean;
    /** Each of these groups is represented. */
    readonly groups: readonly string[];
  };
};

export const NO_DEMAND: Demand = {
  assurance: 'elicited',
  separation: 'same-user',
  approvers: { least: 1, not_requester: false, groups: [] },
};

type Person = Extract<Actor, { kind: 'person' }>;
type Decision = Deployment['decisions'][number];

/** Does who decided count as a person, where this is asked for? Only a passkey says where its page came from. */
export const isAssured = (by: Actor, { assurance, separation }: Demand): boolean =>
  by.kind === 'person' &&
  ENOUGH[assurance].includes(by.assurance) &&
  SEPARATIONS.indexOf(by.separation ?? 'same-user') >= SEPARATIONS.indexOf(separation);

/** The person whose decision it is: the one who approved the class, where the server decided within one. */
export const decidedBy = ({ by, under }: Pick<Decision, 'by' | 'under'>): Actor => under?.by ?? by;

/**
 * One name is one person, whether a passkey or an identity provider gave it. An Approval's is a user of the cluster. Forms
 * and passphrases name nobody: each is one.
 */
const personOf = (by: Person): string => {
  if (by.user !== undefined || by.assurance === 'passkey') return `person ${by.name ?? ''}`;
  return by.assurance === 'cluster' ? `cluster ${by.name ?? ''}` : by.assurance;
};

/** The approvals of this plan that count: in date, sure enough, after the last other choice and after the last blocker. */
export function countingApprovals(d: Deployment, digest: string, now: Instant): Decision[] {
  const about = d.decisions.filter((x) => x.digest === digest);
  const since = about.slice(about.findLastIndex((x) => x.choice !== 'approve') + 1);
  return since.filter(
    (x) =>
      isAssured(decidedBy(x), d.least) &&
      (x.until === undefined || x.until > now) &&
      (x.under === undefined || x.under.fact.class.until > now) &&
      !d.blockers.some((b) => b.seq > x.seq) &&
      !isRequester(d, decidedBy(x)),
  );
}

/** Who asked for the deployment does not approve it where the policy says so; an unknown account may be anybody's. */
export const isRequester = (d: Deployment, by: Actor): boolean =>
  d.least.approvers.not_requester &&
  (d.started.user === undefined || (by.kind === 'person' && by.name === d.started.user));

/** What is still missing of the people that the policy asks for; undefined: nothing. */
export function missingApprovers(
  d: Deployment,
  approvals: readonly Stamped<Omit<FactOf<'decided'>, 'type'>>[],
): string | undefined {
  const people = approvals.map(decidedBy).flatMap((by) => (by.kind === 'person' ? [by] : []));
  const { least, groups } = d.least.approvers;
  const wanting = new Set(people.map(personOf)).size;
  const open = groups.filter((group) => !people.some((by) => by.groups?.includes(group) === true));
  const parts = [
    ...(wanting < Math.max(1, least) ? [`${Math.max(1, least)} different people approve, ${wanting} did so far`] : []),
    ...open.map((group) => `nobody of the group ${group} has approved`),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}
