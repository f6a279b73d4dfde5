/** What an agent is told when it connects. Clients cut it at 2 KB. */
export const INSTRUCTIONS = `infragate leads a deployment to Kubernetes or OpenShift through five gates and looks at the cluster itself; no tool believes "it passed".

Begin with deployment-status: it says which deployment is open here, its stage, what is missing and the calls that lead on. None open: start-deployment. The argument deployment may be left out when one is open here.

R research: record-research (findings, sources, assumed_apis, planned_images, operators, configuration_requirements, critical_assumptions), cluster-reality-check, divergence-check for outside documents. Keep at it until Gate R passes.
0 tracer bullets: tracer-bullet for each critical assumption; a failed one sends you back to research.
P plan: submit-plan, then request-approval. A person approves; you never do. pending means wait.
I implement: for each phase apply-phase, then phase-gate. PASS: commit as told, next phase. FAIL: stop; fix and validate again, rollback-phase, or return-to.
V validate: run-validation, rollback-test, record-retro, write-documentation, complete-deployment.

Every answer ends with {deployment, stage, gate: {name, passes, open[]}, next[]}: next holds calls with their arguments, shell commands, or what only a person can do. advance-deployment takes the complete ones at once; start-deployment {like} changes what was deployed.
A refusal has isError and structuredContent.refusal = {code, message, gate?, missing[{check, status, because, fix[]}], next[]}. Do what fix says; it names the work, and there is no way around it. APPROVAL_REQUIRED and PERSON_NEEDED: tell the person what to do and wait; never run infragate approve, waive or abandon yourself. PLAN_DRIFT: what was approved is no longer what is there; submit-plan again. BAD_INPUT names the field.
RUNNING: call the same tool again with the same arguments to wait for its result; cancel: true ends it.
Change the cluster only through these tools while a deployment is open.`;
