import { type Tool, withRun } from '../engine/tool.ts';
import type { ToolName } from '../workflow/index.ts';
import { advanceDeployment } from './advance-deployment.ts';
import { applyPhase } from './apply-phase.ts';
import { clusterRealityCheck } from './cluster-reality-check.ts';
import { completeDeployment } from './complete-deployment.ts';
import { deploymentStatus } from './deployment-status.ts';
import { divergenceCheck } from './divergence-check.ts';
import { phaseGate } from './phase-gate.ts';
import { recordResearch } from './record-research.ts';
import { recordRetro } from './record-retro.ts';
import { requestApproval } from './request-approval.ts';
import { returnTo } from './return-to.ts';
import { rollbackPhase } from './rollback-phase.ts';
import { rollbackTest } from './rollback-test.ts';
import { runValidation } from './run-validation.ts';
import { startDeployment } from './start-deployment.ts';
import { submitPlan } from './submit-plan.ts';
import { tracerBullet } from './tracer-bullet.ts';
import { writeDocumentation } from './write-documentation.ts';

/**
 * The 18 tools, in the order an agent meets them. A definition is schemas and words, light to import; its run is loaded
 * at the first call. The mapped type makes a step without a tool a compile error, and so is a run that takes or answers
 * anything but what its definition says.
 */
const BY_NAME: {
  readonly [N in ToolName]: Tool & { readonly name: N };
} = {
  'start-deployment': withRun(startDeployment, async () => (await import('./start-deployment.run.ts')).run),
  'deployment-status': withRun(deploymentStatus, async () => (await import('./deployment-status.run.ts')).run),
  'advance-deployment': withRun(advanceDeployment, async () => (await import('./advance-deployment.run.ts')).run),
  'record-research': withRun(recordResearch, async () => (await import('./record-research.run.ts')).run),
  'cluster-reality-check': withRun(
    clusterRealityCheck,
    async () => (await import('./cluster-reality-check.run.ts')).run,
  ),
  'divergence-check': withRun(divergenceCheck, async () => (await import('./divergence-check.run.ts')).run),
  'tracer-bullet': withRun(tracerBullet, async () => (await import('./tracer-bullet.run.ts')).run),
  'submit-plan': withRun(submitPlan, async () => (await import('./submit-plan.run.ts')).run),
  'request-approval': withRun(requestApproval, async () => (await import('./request-approval.run.ts')).run),
  'apply-phase': withRun(applyPhase, async () => (await import('./apply-phase.run.ts')).run),
  'phase-gate': withRun(phaseGate, async () => (await import('./phase-gate.run.ts')).run),
  'rollback-phase': withRun(rollbackPhase, async () => (await import('./rollback-phase.run.ts')).run),
  'return-to': withRun(returnTo, async () => (await import('./return-to.run.ts')).run),
  'run-validation': withRun(runValidation, async () => (await import('./run-validation.run.ts')).run),
  'rollback-test': withRun(rollbackTest, async () => (await import('./rollback-test.run.ts')).run),
  'record-retro': withRun(recordRetro, async () => (await import('./record-retro.run.ts')).run),
  'write-documentation': withRun(writeDocumentation, async () => (await import('./write-documentation.run.ts')).run),
  'complete-deployment': withRun(completeDeployment, async () => (await import('./complete-deployment.run.ts')).run),
};

export const TOOLS: readonly Tool[] = Object.values(BY_NAME);
