import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { connect } from '../../src/cluster/index.ts';
import { createEngine } from '../../src/engine/index.ts';
import { TOOLS } from '../../src/tools/index.ts';
import type { Actor } from '../../src/workflow/index.ts';
import { asAdmin } from './support/guarded.ts';
import { kubectl, sandbox, setTheStage, stage } from './support/stage.ts';

setTheStage('impersonation');

const rita: Actor = {
  kind: 'agent',
  client: 'a client',
  user: { issuer: 'https://idp.test', subject: '17', name: 'rita', groups: ['deployers'], roles: ['requester'] },
};

const POLICY = `access:
  issuer: https://idp.test
  impersonate: {user_prefix: "idp:", group_prefix: "idp:"}
`;

type Line = {
  readonly userAgent?: string;
  readonly requestURI: string;
  readonly impersonatedUser?: { readonly username: string; readonly groups?: readonly string[] };
};

const object = (apiVersion: string, kind: string, name: string) => ({ apiVersion, kind, metadata: { name } });

const bound = (kind: string, role: string, subject: { kind: string; name: string }) => ({
  ...object('rbac.authorization.k8s.io/v1', kind, `${stage.namespace}-${role}`),
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', ...subject }],
});

/** Whether the namespace is guarded is the server's own question. */
const OWN = /^\/apis\/(?:infragate\.dev|admissionregistration\.k8s\.io)\//;

/** Requests of our server about this namespace, by the API server's own log. */
const requests = (): Line[] =>
  readFileSync(sandbox.audit_log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line))
    .filter((line) => line.userAgent === 'infragate' && line.requestURI.includes(stage.namespace))
    .filter((line) => !OWN.test(line.requestURI));

test('every request is made in the name of whoever the token names, with that person’s own rights', async () => {
  mkdirSync(stage.home, { recursive: true, mode: 0o700 });
  writeFileSync(join(stage.home, 'policy.yaml'), POLICY);
  vi.stubEnv('KUBECONFIG', sandbox.kubeconfig);
  kubectl(['apply', '-f', '-'], JSON.stringify(object('v1', 'Namespace', stage.namespace)));
  const engine = createEngine({ home: stage.home, workspace: stage.workspace, tools: TOOLS });
  const start = () =>
    engine.perform({
      tool: 'start-deployment',
      input: { component: 'web', namespace: stage.namespace, context: sandbox.contexts.admin },
      actor: rita,
    });
  try {
    const before = requests().length;
    // She may see nothing yet: what the server's own identity may do is of no use to her.
    const blind = await start();
    expect(blind.text).toContain('as idp:rita');
    expect(blind.text).toContain('may not get namespaces, so whether');
    expect(blind.text).not.toContain('does not exist');

    kubectl(
      ['apply', '-f', '-'],
      JSON.stringify(bound('RoleBinding', 'edit', { kind: 'Group', name: 'idp:deployers' })),
    );
    kubectl(
      ['apply', '-f', '-'],
      JSON.stringify(bound('ClusterRoleBinding', 'view', { kind: 'User', name: 'idp:rita' })),
    );
    const checked = await engine.perform({
      tool: 'cluster-reality-check',
      input: { deployment: blind.structured.deployment, configuration_requirements: ['can create configmaps'] },
      actor: rita,
    });
    expect(checked.isError, checked.text).toBeFalsy();

    expect(checked.text).toContain('PASS');
    const { deployment: id } = blind.structured;
    const read = await engine.read(String(id));
    if (!read.ok) throw new Error(read.refusal.message);
    expect(read.deployment.started).toMatchObject({
      user: 'rita',
      identity: 'idp:rita',
      by: { user: { subject: '17' } },
    });
    const ours = requests().slice(before);
    expect(ours.length).toBeGreaterThan(3);
    expect(ours.filter((line) => line.impersonatedUser?.username !== 'idp:rita')).toEqual([]);
    expect(ours[0]?.impersonatedUser?.groups).toContain('idp:deployers');
  } finally {
    await engine.close();
    kubectl(['delete', 'clusterrolebinding', `${stage.namespace}-view`, '--ignore-not-found']);
    vi.unstubAllEnvs();
  }
});

test('in a guarded namespace the server announces as itself what it writes for that person', async () => {
  asAdmin(sandbox, stage, ['cluster', 'install', '--server', 'admin']);
  kubectl(['create', 'namespace', stage.namespace]);
  asAdmin(sandbox, stage, ['cluster', 'guard', stage.namespace, '--allow', 'kwok', '--refuse-others']);
  kubectl(
    ['apply', '-f', '-'],
    JSON.stringify(bound('ClusterRoleBinding', 'view', { kind: 'User', name: 'idp:rita' })),
  );
  const connected = await connect({ kubeconfig: sandbox.kubeconfig, as: { user: 'idp:rita', groups: [] } });
  if (!connected.ok) throw new Error(connected.error.message);
  const cluster = connected.value;
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: stage.namespace }, data: {} };
  try {
    const about = { deployment: 'web-1', run: 'r-1', tool: 'apply-phase' };
    const made = cluster.guarded(await cluster.guards([stage.namespace]), about, true);
    const written = await made.cluster.writer().create(object);
    await made.end();
    expect(written.ok ? 'created' : written.error.message).toBe('created');
    const alone = await cluster.writer().create({ ...object, metadata: { ...object.metadata, name: 'b' } });
    expect(alone.ok ? 'created' : alone.error.reason).toBe('Forbidden');
  } finally {
    cluster.close();
    asAdmin(sandbox, stage, ['cluster', 'release', stage.namespace]);
    asAdmin(sandbox, stage, ['cluster', 'uninstall']);
    kubectl(['delete', 'clusterrolebinding', `${stage.namespace}-view`, '--ignore-not-found']);
  }
});
