import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { Agent, Answer, Scene } from '../../support/scene.ts';

/** What someone else does to the cluster meanwhile, with kubectl as the sandbox's admin. */
export const kubectlOf =
  (sandbox: Sandbox, namespace: string) =>
  (args: readonly string[], stdin = ''): string =>
    execFileSync(sandbox.bin ?? '', ['kubectl', '--kubeconfig', sandbox.kubeconfig, '-n', namespace, ...args], {
      input: stdin,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });

export type PhaseText = {
  readonly name?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly resources?: readonly string[];
  readonly commands?: readonly string[];
  readonly validation?: readonly string[];
  readonly criteria?: readonly string[];
  readonly rollback?: readonly string[];
  readonly more?: Readonly<Record<string, unknown>>;
};

/** A plan as JSON (which is YAML), its files written into the workspace. */
export function planText(
  stage: Scene,
  phases: readonly PhaseText[],
  more: Readonly<Record<string, unknown>> = {},
): string {
  const written = phases.map((p, i) => {
    for (const [path, text] of Object.entries(p.files ?? {})) stage.write(path, text);
    return {
      name: p.name ?? `part ${i + 1}`,
      resources: p.resources ?? Object.keys(p.files ?? {}),
      commands: p.commands ?? [],
      validation_commands: p.validation ?? ['kubectl get configmap'],
      success_criteria: p.criteria ?? [],
      rollback: p.rollback ?? ['undo'],
      commit: 'none',
      ...p.more,
    };
  });
  return JSON.stringify(
    {
      component: 'app',
      target: stage.namespace,
      phases: written,
      validation: {
        static: { none: 'made up by the tests' },
        health: { none: 'made up by the tests' },
        functional: ['kubectl get configmap'],
      },
      rollback_strategy: 'in reverse order',
      ...more,
    },
    null,
    1,
  );
}

export const deployment = (name: string, image: string, replicas = 1, more = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: main
          image: ${image}
          command: [sleep, "3600"]
${more}`;

/** Submitted without an error, and approved by the person at the client. */
export async function approved(agent: Agent, plan: string): Promise<void> {
  const submitted = await agent.call('submit-plan', { plan });
  expect(submitted.value.status, submitted.text).toBe('VALID');
  const asked = await agent.call('request-approval');
  expect(asked.value.status, asked.text).toBe('approved');
}

export async function applied(agent: Agent, phase_number: number): Promise<Answer> {
  const answer = await agent.call('apply-phase', { phase_number });
  expect(answer.value.status, answer.text).toBe('APPLIED');
  return answer;
}

export async function gatePasses(agent: Agent, phase_number: number): Promise<Answer> {
  const answer = await agent.call('phase-gate', { phase_number });
  expect(answer.value.status, answer.text).toBe('PASS');
  return answer;
}

export type Check = {
  readonly check: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly evidence?: { readonly output?: string; readonly duration_ms?: number };
};

/** The checks of a phase gate that did not pass, as `check: REASON`. */
export async function gateFails(
  agent: Agent,
  phase_number: number,
): Promise<{ open: string[]; checks: Check[]; answer: Answer }> {
  const answer = await agent.call('phase-gate', { phase_number });
  expect(answer.value.status, answer.text).toBe('FAIL');
  const checks = (answer.value.checks ?? []) as Check[];
  return { checks, answer, open: checks.filter((c) => c.status !== 'PASS').map((c) => `${c.check}: ${c.reason}`) };
}

export async function refusal(
  agent: Agent,
  tool: string,
  args: Record<string, unknown> = {},
): Promise<{ code: string; text: string }> {
  const answer = await agent.call(tool, args);
  return { code: String(Object(answer.value.refusal).code), text: answer.text };
}
