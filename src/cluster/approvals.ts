import { API_VERSION, APPROVALS, HOME } from '../enforcement/index.ts';
import { at, recordsAt, textAt } from '../objects/kube-object.ts';
import type { Connection } from './connection.ts';
import { changeName } from './standing.ts';

/** Decisions that people make with kubectl: an Approval names the change and exactly what was shown, and never changes. */

export type Asked = {
  readonly deployment: string;
  readonly namespace: string;
  readonly requester: string;
  readonly plan: string;
  readonly review: string;
};

export type ClusterDecision = {
  readonly uid: string;
  readonly approver: string;
  readonly choice: 'approve' | 'revise' | 'reject';
  readonly remark: string;
};

const CHOICES = ['approve', 'revise', 'reject'] as const;

/** Shown to the approver: the object that decides. */
export const approvalOf = ({ deployment, namespace, requester, plan, review }: Asked) => ({
  apiVersion: API_VERSION,
  kind: 'Approval',
  metadata: { generateName: `${deployment}-`, namespace: HOME },
  spec: {
    change: changeName(deployment, namespace),
    requester,
    plan_digest: plan,
    review_digest: review,
    decision: 'approve',
  },
});

/**
 * The last Approval of exactly this plan and review by somebody else than who asked. None where the API server does not
 * write the approver into it: then anybody could have.
 */
export async function decisionInCluster(connection: Connection, asked: Asked): Promise<ClusterDecision | undefined> {
  const stamps = await connection.json({
    method: 'GET',
    path: `/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings/${APPROVALS}`,
  });
  if (!stamps.ok) return undefined;
  const listed = await connection.json({ method: 'GET', path: `/apis/${API_VERSION}/namespaces/${HOME}/approvals` });
  if (!listed.ok) return undefined;
  const wanted = approvalOf(asked).spec;
  const fitting = recordsAt(listed.value.value, 'items')
    .filter((one) =>
      (['change', 'requester', 'plan_digest', 'review_digest'] as const).every(
        (field) => textAt(one, 'spec', field) === wanted[field],
      ),
    )
    .filter((one) => !['', asked.requester].includes(textAt(one, 'spec', 'approver')))
    .sort((a, b) =>
      textAt(a, 'metadata', 'creationTimestamp').localeCompare(textAt(b, 'metadata', 'creationTimestamp')),
    );
  const last = fitting.at(-1);
  const choice = CHOICES.find((one) => one === at(last, 'spec', 'decision'));
  if (last === undefined || choice === undefined) return undefined;
  return {
    uid: textAt(last, 'metadata', 'uid'),
    approver: textAt(last, 'spec', 'approver'),
    choice,
    remark: textAt(last, 'spec', 'remark'),
  };
}
