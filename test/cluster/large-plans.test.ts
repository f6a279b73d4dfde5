import { symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine/index.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { longestPause } from '../support/pause.ts';
import { ASSUMPTION, configMap, FINDINGS, pod } from '../support/story.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

/** Nothing else that the server does waits longer than this for a plan, whatever its size. */
const LONGEST_PAUSE_MS = 200;
setTheStage('large-plans');

/** 580 KB of YAML in one object: about as much as the API server stores. */
const large = `apiVersion: v1
kind: ConfigMap
metadata: { name: large }
data:
${Array.from({ length: 20_000 }, (_, k) => `  key-${k}: value of ${k}\n`).join('')}`;

test('a plan with half a megabyte in one object is submitted, shown, decided, applied, gated and validated while the server goes on answering', async () => {
  const bin = `${stage.home}-bin`;
  const before = { PATH: process.env.PATH, KUBECONFIG: process.env.KUBECONFIG };
  stage.write('large.yaml', large);
  stage.write('settings.yaml', configMap('settings'));
  stage.write('../home-bin/.keep', ''); // beside the data folder, as the scene's own programs are
  symlinkSync(sandbox.bin ?? '', `${bin}/kubectl`);
  process.env.PATH = `${bin}:${before.PATH ?? ''}`;
  process.env.KUBECONFIG = sandbox.kubeconfig;
  const engine = createEngine({ home: stage.home, workspace: stage.workspace, tools: TOOLS });
  const pauses: Record<string, number> = {};
  const measured = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    let done: T | undefined;
    pauses[name] = await longestPause(async () => {
      done = await work();
    });
    return done as T;
  };
  const call = async (tool: string, input: Record<string, unknown> = {}) => {
    const done = await measured(tool, () => engine.perform({ tool, input, actor: { kind: 'agent', client: 'test' } }));
    expect(done.isError, done.text).toBe(false);
    return done;
  };
  try {
    await call('start-deployment', {
      component: 'app',
      namespace: stage.namespace,
      create_namespace: true,
      complexity: 'simple',
    });
    await call('record-research', {
      findings: FINDINGS,
      no_outside_sources: 'made up by the tests',
      assumed_apis: ['v1/Pod', 'v1/ConfigMap'],
      planned_images: [image],
      critical_assumptions: [{ assumption: ASSUMPTION, impact: 'nothing to deploy', about: [image] }],
    });
    await call('cluster-reality-check');
    await call('tracer-bullet', {
      assumption: ASSUMPTION,
      minimal_spec: pod(image),
      success_criteria: 'Pod reaches Running state',
      timeout: '60s',
    });
    // What is measured before loads the modules.
    for (const name of Object.keys(pauses)) delete pauses[name];

    const plan = JSON.stringify({
      component: 'app',
      target: stage.namespace,
      phases: [
        {
          name: 'large',
          resources: ['settings.yaml', 'large.yaml'],
          validation_commands: ['kubectl get configmap settings'],
          success_criteria: ['ConfigMap/settings: create'],
          rollback: ['undo'],
          commit: 'none',
        },
      ],
      validation: {
        static: { none: 'a test' },
        health: { none: 'a test' },
        functional: ['kubectl get configmap settings'],
      },
      rollback_strategy: 'in reverse order',
    });
    const submitted = await call('submit-plan', { plan });
    expect(submitted.structured.status, submitted.text).toBe('VALID');
    const asked = await call('request-approval');
    const { digest, review } = asked.structured;
    const decided = await measured('decide', () =>
      engine.decide({
        deployment: 'app-1',
        digest: String(digest),
        review: String(review),
        prefix: String(digest).replace(/^sha256:/, ''),
        choice: 'approve',
        actor: { kind: 'person', assurance: 'elicited' },
      }),
    );
    expect(decided.isError, decided.text).toBe(false);
    await call('deployment-status', { show: 'plan' });
    const applied = await call('apply-phase', { phase_number: 1, wait: '120s' });
    expect(applied.structured.status, applied.text).toBe('APPLIED');
    const gated = await call('phase-gate', { phase_number: 1, wait: '120s' });
    expect(gated.structured.status, gated.text).toBe('PASS');
    const validated = await call('run-validation', { wait: '120s' });
    expect(validated.structured.status, validated.text).toBe('PASS');
    expect(kubectl(['get', 'configmap', 'large', '-o', 'name']).trim()).toBe('configmap/large');
    expect(Object.entries(pauses).filter(([, ms]) => ms > LONGEST_PAUSE_MS)).toEqual([]);
  } finally {
    await engine.close();
    Object.assign(process.env, before);
  }
}, 180_000);
