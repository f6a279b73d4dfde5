import type { Action } from '../cluster/index.ts';
import { fail, pass, unknown, type Verdict } from '../workflow/index.ts';
import { matching } from './api-miss.ts';
import { parseApi } from './api-name.ts';
import { bare, type CheckedKind, type Finding, permissionName } from './finding.ts';
import { offersOf } from './operator-packages.ts';
import { discoveryOf, listAll, type World } from './world.ts';

/**
 * What the plan will bring and isn't there yet: could it be installed here? Nobody else may own its place, and this
 * identity must be allowed to put it there. The thing itself is looked at by its phase's gate.
 */
export async function checkProvided(world: World, kind: CheckedKind, subject: string, real: Finding): Promise<Finding> {
  // There, but broken: installing it anew is no answer, except where it is merely absent.
  const { verdict, evidence, suggestion } = await ROWS[kind](world, bare(subject), real);
  return {
    subject,
    asked: `can ${bare(subject)} be installed by the plan? (it is not there yet: ${real.verdict.reason})`,
    verdict,
    evidence: { real: real.verdict, ...evidence },
    facet: 'installable',
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

type Installable = { readonly verdict: Verdict; readonly evidence: object; readonly suggestion?: string };
type Ask = (world: World, name: string, real: Finding) => Promise<Installable>;

const CREATE_CRD: Action = { verb: 'create', group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };

const api: Ask = async (world, name, real) => {
  const parsed = parseApi(name);
  const discovery = await discoveryOf(world);
  if (parsed === undefined || !discovery.ok) return { verdict: real.verdict, evidence: {} };
  const { group = '', kind } = parsed;
  if (!group.includes('.')) {
    return { verdict: fail('NotInstallable', `${name} is of a built-in group, which no plan can bring`), evidence: {} };
  }
  const crds = await listAll(world, 'apiextensions.k8s.io', 'CustomResourceDefinition', { metadataOnly: true });
  const owned =
    crds.state === 'listed'
      ? crds.items.find((crd) => {
          const [plural = '', ...rest] = (crd.metadata.name ?? '').split('.');
          return (
            rest.join('.') === group &&
            matching(discovery.value, kind).some((r) => r.resource === plural && r.group === group)
          );
        })
      : undefined;
  if (owned !== undefined) {
    const owner = ownerOf(owned);
    return {
      verdict: fail(
        'OwnedByAnother',
        `the CRD ${owned.metadata.name} is there already, ${owner}, and does not serve ${name}`,
      ),
      evidence: { crd: owned.metadata.name, owner },
      suggestion: 'use the version it serves, or have its owner upgrade it',
    };
  }
  return allowed(world, [CREATE_CRD], `no CRD stands in the place of ${name}`);
};

function ownerOf(object: {
  metadata: { labels?: Readonly<Record<string, string>>; annotations?: Readonly<Record<string, string>> };
}): string {
  const { labels = {}, annotations = {} } = object.metadata;
  const release = annotations['meta.helm.sh/release-name'];
  if (release !== undefined) return `owned by the Helm release ${release}`;
  if (Object.keys(labels).some((key) => key.startsWith('operators.coreos.com/') || key === 'olm.managed'))
    return 'owned by OLM';
  const by = labels['app.kubernetes.io/managed-by'];
  return by === undefined ? 'owner unknown' : `managed by ${by}`;
}

const operator: Ask = async (world, name, real) => {
  if (real.verdict.reason !== 'NotInstalled' && real.verdict.status === 'fail') {
    return {
      verdict: fail('PresentButNotReady', `${name} is there already, but not ready: ${real.verdict.message}`),
      evidence: {},
    };
  }
  const found = await offersOf(world, name);
  if (found.state === 'unseen') {
    return {
      verdict: unknown('CatalogNotSeen', `whether a catalog offers ${name} can't be seen: ${found.why}`),
      evidence: {},
    };
  }
  const [offer] = found.state === 'seen' ? found.offers : [];
  if (offer !== undefined) {
    const subscribe: Action = {
      verb: 'create',
      group: 'operators.coreos.com',
      resource: 'subscriptions',
      namespace: world.namespace,
    };
    return allowed(
      world,
      [subscribe],
      `the package ${offer.name} is in the catalog ${offer.catalog}, channels ${offer.channels.join(', ')}`,
    );
  }
  const clusterWide: readonly Action[] = [
    CREATE_CRD,
    { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
    { verb: 'create', group: 'apps', resource: 'deployments', namespace: world.namespace },
  ];
  return allowed(world, clusterWide, `no catalog offers ${name}, so its chart or manifests are to install it`);
};

const configuration: Ask = async (world, name) => {
  const storageClass = /^StorageClass\/(.+)$/.exec(name)?.[1];
  if (storageClass !== undefined) {
    return allowed(
      world,
      [{ verb: 'create', group: 'storage.k8s.io', resource: 'storageclasses' }],
      `no StorageClass is called ${storageClass}`,
    );
  }
  return named(world, name);
};

/** `secret db-auth exists`, `namespace x exists`: the plan makes it when this identity may. */
async function named(world: World, sentence: string): Promise<Installable> {
  const word = /^(\S+) \S.* exists$/.exec(sentence)?.[1];
  const discovery = await discoveryOf(world);
  const resource = word === undefined || !discovery.ok ? undefined : matching(discovery.value, word)[0];
  if (resource === undefined) {
    return {
      verdict: unknown('NotInstallable', `whether a plan can bring "${sentence}" can't be checked`),
      evidence: {},
      suggestion: 'name the object the plan makes ("StorageClass X exists", "Secret X exists"), or retire it',
    };
  }
  const action: Action = {
    verb: 'create',
    group: resource.group,
    resource: resource.resource,
    ...(resource.namespaced ? { namespace: world.namespace } : {}),
  };
  return allowed(world, [action], `nothing stands in its place`);
}

const image: Ask = async (_world, _name, real) => ({ verdict: real.verdict, evidence: {} });

const ROWS: Readonly<Record<CheckedKind, Ask>> = { api, operator, configuration, image };

async function allowed(world: World, actions: readonly Action[], found: string): Promise<Installable> {
  const answers = await Promise.all(
    actions.map(async (action) => ({ action, answer: await world.reader.canI(action) })),
  );
  const denied = answers
    .filter(({ answer }) => answer.ok && !answer.value.allowed)
    .map(({ action }) => permissionName(action));
  const open = answers.filter(({ answer }) => !answer.ok).map(({ action }) => permissionName(action));
  const evidence = { asked: actions.map(permissionName), denied, open };
  if (denied.length > 0) {
    return {
      verdict: fail('NotAllowedToInstall', `${found}, but this identity may not ${denied.join(', ')}`),
      evidence,
      suggestion: 'have someone with that permission install it, then drop provided_by',
    };
  }
  if (open.length > 0)
    return {
      verdict: unknown('PermissionMissing', `whether this identity may ${open.join(', ')} was not answered`),
      evidence,
    };
  return {
    verdict: pass('Installable', `${found}; this identity may ${actions.map(permissionName).join(', ')}`),
    evidence,
  };
}
