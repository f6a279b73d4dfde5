import { expect, test } from 'vitest';
import { parseCriterion } from '../criteria/index.ts';
import { parseReference } from '../images/index.ts';
import { parseCommand } from '../shell/index.ts';
import { preparePlan } from './prepare.ts';
import { secretUse } from './secrets.ts';
import { deployment, worldWith } from './world.records.ts';

const worldOf = worldWith({ parseCommand, parseCriterion, parseReference });

const user = (secret: string) => deployment('web', `          envFrom: [{ secretRef: { name: ${secret} } }]\n`);
const custom = (apiVersion: string, kind: string, name: string, spec: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
const cluster = (spec: string) => custom('postgresql.cnpg.io/v1', 'Cluster', 'db', spec);
const certificate = custom('cert-manager.io/v1', 'Certificate', 'front', '{ secretName: tls-of-web }');

type Phase = { readonly manifests?: readonly string[]; readonly commands?: readonly string[]; readonly check?: string };

async function useOf(name: string, phases: readonly Phase[]) {
  const files = Object.fromEntries(
    phases.flatMap(({ manifests = [] }, i) => manifests.map((text, j) => [`${i}-${j}.yaml`, text])),
  );
  const plan = {
    component: 'web',
    target: 'shop',
    phases: phases.map(({ manifests = [], commands = [], check = 'kubectl get pods' }, i) => ({
      name: `part ${i}`,
      resources: manifests.map((_, j) => `${i}-${j}.yaml`),
      commands,
      validation_commands: [check],
      success_criteria: [],
      rollback: ['undo'],
    })),
    validation: { none: 'made up' },
    rollback_strategy: 'in reverse order',
  };
  const { prepared } = await preparePlan(plan, 'plan', worldOf(files));
  if (prepared === undefined) throw new Error('no plan');
  const { needed, makers } = secretUse(prepared.loaded, name, 'shop');
  return {
    needed: needed.map((n) => `${n.phase} ${n.by} ${n.when}`),
    makers: makers.map((m) => `${m.phase} ${m.object}`),
  };
}

test.each<[string, string, readonly Phase[], readonly string[], readonly string[]]>([
  [
    'what a Pod needs is needed by its phase, and made by the operator of a phase before',
    'db-app',
    [{ manifests: [cluster('{ instances: 1 }')] }, { manifests: [user('db-app')] }],
    ['2 Deployment/web start'],
    ['1 Cluster/db'],
  ],
  [
    'what the same phase makes is waited for by its gate',
    'db-app',
    [{ manifests: [cluster('{ instances: 1 }'), user('db-app')] }],
    ['1 Deployment/web end'],
    ['1 Cluster/db'],
  ],
  [
    'what a custom resource is told to use is needed, and not made by it',
    'db-super',
    [{ manifests: [cluster('{ superuserSecret: { name: db-super } }')] }],
    ['1 Cluster/db start'],
    [],
  ],
  [
    'what a Certificate is told to write is made by it',
    'tls-of-web',
    [{ manifests: [certificate] }],
    [],
    ['1 Certificate/front'],
  ],
  [
    'a command names it, whole and not as a part of another name',
    'login',
    [
      { commands: ['kubectl get secret login-2', 'kubectl get secret web.login'] },
      { commands: ['kubectl get secret/login'] },
    ],
    ['2 a command start'],
    [],
  ],
  [
    'a check of the phase fails by itself and holds no apply back',
    'login',
    [{ check: 'kubectl get secret login' }],
    ['1 a check end'],
    [],
  ],
  ['nobody names it', 'login', [{ manifests: [user('other')] }], [], []],
])('%s', async (_what, name, phases, needed, makers) => {
  expect(await useOf(name, phases)).toEqual({ needed, makers });
});
