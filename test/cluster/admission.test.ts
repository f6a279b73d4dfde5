import { expect, test } from 'vitest';
import { configMap, proven } from '../support/story.ts';
import { deployment, planText } from './support/phases.ts';
import { image, kubectl, setTheStage, stage } from './support/stage.ts';

setTheStage('admission');

/** A policy about Pods of this namespace alone, bound with these actions. */
const policy = (name: string, actions: string, expression: string, message: string) => `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: ${name} }
spec:
  failurePolicy: Fail
  matchConstraints:
    namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${stage.namespace} } }
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  validations: [{ expression: '${expression}', message: ${message} }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: ${name} }
spec: { policyName: ${name}, validationActions: [${actions}] }
`;

const NEVER = 'object.metadata.name == "never"';

test('what admission will say to the Pods of a plan is known before anyone approves it', async () => {
  const agent = await stage.agent({ approve: 'approve' });
  await proven(agent, stage, image);
  const submit = async () => {
    const files = { 'web.yaml': deployment('web', image), 'settings.yaml': configMap('settings') };
    const answer = await agent.call('submit-plan', {
      plan: planText(stage, [{ files, criteria: ['Deployment/web: reaches Ready state'] }]),
    });
    const problems = answer.value.problems as { path: string; severity: string; message: string }[];
    const about = (words: string) => problems.find((p) => p.message.includes(words))?.severity;
    return { status: answer.value.status, text: answer.text, about };
  };
  const until = async (words: string) => {
    let last = await submit();
    // A policy counts a moment after it was written.
    for (const end = Date.now() + 60_000; last.about(words) === undefined && Date.now() < end; ) last = await submit();
    return last;
  };
  const remove = (name: string) =>
    kubectl(['delete', 'validatingadmissionpolicy,validatingadmissionpolicybinding', name]);
  const [warns, denies] = [`warns-${stage.namespace}`, `denies-${stage.namespace}`];

  kubectl(['apply', '-f', '-'], policy(warns, 'Warn', NEVER, 'no Pods on Fridays'));
  const warned = await until('no Pods on Fridays');
  remove(warns);
  expect([warned.status, warned.about('no Pods on Fridays')], warned.text).toEqual(['VALID', 'note']);
  expect(warned.text).toContain(warns);

  const audits = `audits-${stage.namespace}`;
  kubectl(['apply', '-f', '-'], policy(audits, 'Audit', NEVER, 'Pods are counted'));
  const audited = await until('Pods are counted');
  remove(audits);
  expect([audited.status, audited.about('Pods are counted')], audited.text).toEqual(['VALID', 'note']);
  expect(audited.text).toContain(`policy ${audits} looks at it in Audit mode`);

  kubectl(['apply', '-f', '-'], policy(denies, 'Deny', NEVER, 'no Pods at all'));
  const denied = await until('no Pods at all');
  const checked = await agent.call('cluster-reality-check', { manifests: deployment('web', image) });
  remove(denies);
  expect([denied.status, denied.about('its Pods will be refused')], denied.text).toEqual(['INVALID', 'error']);
  expect(denied.text).toContain(denies);
  expect(checked.text).toContain('no Pods at all');

  kubectl(['label', 'namespace', stage.namespace, 'pod-security.kubernetes.io/enforce=restricted']);
  const insecure = await until('violates PodSecurity');
  expect([insecure.status, insecure.about('violates PodSecurity')], insecure.text).toEqual(['INVALID', 'error']);
}, 240_000);
