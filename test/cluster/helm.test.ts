import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { helmHere } from '../../src/commands/index.ts';
import type { Agent } from '../support/scene.ts';
import { proven } from '../support/story.ts';
import { applied, approved, gateFails, gatePasses, planText } from './support/phases.ts';
import { image, kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

const helm = helmHere();

/** Charts are rendered, installed and taken back by a real helm; CI has one where "infragate sandbox helm" was run before. */
describe.skipIf(helm === undefined)('a phase that helm delivers (needs helm: run "infragate sandbox helm")', () => {
  setTheStage('helm');
  beforeAll(() => {
    if (helm === undefined) throw new Error('no helm');
  });

  const chart = (more: Readonly<Record<string, string>> = {}) => ({
    'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'web/values.yaml': 'greeting: hello\n',
    'web/templates/settings.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-settings}\ndata: {greeting: {{ .Values.greeting | quote }}, kube: {{ .Capabilities.KubeVersion.Version | quote }}}\n',
    'web/templates/hook.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-hook, annotations: {"helm.sh/hook": pre-install}}\ndata: {a: b}\n',
    'prod.yaml': 'greeting: good morning\n',
    ...more,
  });

  const phase = (more: Readonly<Record<string, unknown>> = {}, files = chart()) => ({
    files: {},
    criteria: ['ConfigMap/web-settings: create'],
    rollback: ['helm uninstall web'],
    more: {
      resources: [{ chart: './web', release: 'web', values: ['prod.yaml'] }],
      delivery: 'helm',
      timeout: '20s',
      ...more,
    },
    chart: files,
  });

  async function planned({ chart: files, ...text }: ReturnType<typeof phase>): Promise<Agent> {
    const agent = await stage.agent({ approve: 'approve', env: { INFRAGATE_HELM: helm ?? '' } });
    await proven(agent, stage, image);
    for (const [path, content] of Object.entries(files)) stage.write(path, content);
    await approved(agent, planText(stage, [text]));
    return agent;
  }

  const own = (...args: readonly string[]): string =>
    execFileSync(helm ?? '', [...args, '--kubeconfig', sandbox.kubeconfig, '-n', stage.namespace], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  test('is rendered for the review, installed as approved, compared with its release, watched and taken back', async () => {
    const agent = await planned(phase());
    const shown = await agent.call('deployment-status', { show: 'plan' });
    expect(shown.text).toContain('good morning');
    expect(shown.text).toContain('ConfigMap/web-hook at pre-install');
    expect(shown.text).toContain('helm upgrade --install web ./web --values prod.yaml');

    const done = await applied(agent, 1);
    expect(done.value.commands).toMatchObject([{ exit_code: 0 }]);
    const passed = await gatePasses(agent, 1);
    const checks = Object(passed.value).checks as { check: string; message: string; evidence?: unknown }[];
    expect(checks.find((c) => c.check === 'release: web')).toMatchObject({
      message: expect.stringContaining('revision 1'),
      evidence: { revision: 1, status: 'deployed', history: ['1 deployed'] },
    });
    expect(own('get', 'manifest', 'web')).toContain('good morning');

    kubectl(['patch', 'configmap', 'web-settings', '-p', '{"data":{"greeting":"other"}}']);
    expect((await gateFails(agent, 1)).open.join()).toMatch(/resource: ConfigMap\/web-settings: Drifted/);
    own('upgrade', 'web', `${stage.workspace}/web`, '--set', 'greeting=hello', '--force-conflicts');
    expect((await gateFails(agent, 1)).open.join()).toMatch(/release: web: ReleaseDiffers/);

    const back = await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect(back.text, back.text).not.toMatch(/^FAILED/);
    expect(own('list', '-q').trim()).toBe('');
  });

  test('over a release that was there: uninstalling it is no way back, the revision before is', async () => {
    for (const [path, content] of Object.entries(chart())) stage.write(path, content);
    const agent = await stage.agent({ approve: 'approve', env: { INFRAGATE_HELM: helm ?? '' } });
    await proven(agent, stage, image);
    own('install', 'web', `${stage.workspace}/web`);
    const refused = await agent.call('submit-plan', { plan: planText(stage, [phase()]) });
    expect(refused.value.status).toBe('INVALID');
    expect(refused.text).toMatch(/helm uninstall web.*Release\/web|Release\/web.*helm uninstall web/s);

    await approved(agent, planText(stage, [{ ...phase(), rollback: ['helm rollback web 1'] }]));
    await applied(agent, 1);
    const passed = await gatePasses(agent, 1);
    expect(JSON.stringify(passed.value)).toContain('2 deployed');
    const back = await agent.call('rollback-phase', { phase_number: 1, execute: true });
    expect(own('get', 'manifest', 'web'), back.text).toContain('hello');
  });

  test('that fails as charts fail: a hook that can not be created leaves a failed release, which the gate names', async () => {
    const hook =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-hook, annotations: {"helm.sh/hook": post-install}}\ndata: {}\n---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: x, annotations: {"helm.sh/hook": post-install}}\nspec: {limits: [{type: Nonsense, max: {cpu: nonsense}}]}\n';
    const agent = await planned(phase({}, chart({ 'web/templates/hook.yaml': hook })));
    const failed = await agent.call('apply-phase', { phase_number: 1 });
    expect(failed.value.status, failed.text).toBe('FAILED');
    const { open } = await gateFails(agent, 1);
    expect(open.join()).toMatch(/release: web: NotDeployed/);
    expect(open.join()).toMatch(/applied: commands: CommandFailed/);
  });
});
