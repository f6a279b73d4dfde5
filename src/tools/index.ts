import type { ToolDefinition } from '../engine/tool.ts';
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
 * The 18 tools, in the order an agent meets them. A definition is schemas and words, light to import; its run is in
 * `<name>.run.ts`, loaded at the first call. The mapped type makes a step without a tool a compile error.
 */
const BY_NAME = {
  'start-deployment': startDeployment,
  'deployment-status': deploymentStatus,
  'advance-deployment': advanceDeployment,
  'record-research': recordResearch,
  'cluster-reality-check': clusterRealityCheck,
  'divergence-check': divergenceCheck,
  'tracer-bullet': tracerBullet,
  'submit-plan': submitPlan,
  'request-approval': requestApproval,
  'apply-phase': applyPhase,
  'phase-gate': phaseGate,
  'rollback-phase': rollbackPhase,
  'return-to': returnTo,
  'run-validation': runValidation,
  'rollback-test': rollbackTest,
  'record-retro': recordRetro,
  'write-documentation': writeDocumentation,
  'complete-deployment': completeDeployment,
} as const satisfies { readonly [N in ToolName]: { readonly name: N } };

// A definition's own types are narrower than the table's; the engine parses every input with the definition's schema
// before it calls its run, which is what makes this widening sound.
export const TOOLS = Object.values(BY_NAME) as unknown as readonly ToolDefinition[];
