import type { EngineContext } from './context.ts';
import { type Decision, decide } from './decide.ts';
import type { Performed } from './tool.ts';

/** What was performed; where a person has decided about exactly this by an Approval in the cluster, their decision instead. */
export async function decidedInCluster(engine: EngineContext, performed: Performed): Promise<Performed> {
  const { question } = performed;
  const decided = question?.decided;
  if (question === undefined || decided === undefined) return performed;
  const remark = decided.remark === '' ? `Approval ${decided.uid}` : `${decided.remark} (Approval ${decided.uid})`;
  const decision: Decision = {
    deployment: question.deployment,
    digest: question.digest,
    review: question.review,
    prefix: question.digest,
    choice: decided.choice,
    remark,
    actor: { kind: 'person', name: decided.approver, assurance: 'cluster' },
  };
  return decide(engine, decision);
}
