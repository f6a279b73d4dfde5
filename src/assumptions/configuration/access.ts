import type { Action } from '../../cluster/index.ts';
import { fail, pass, unknown } from '../../workflow/index.ts';
import { matching } from '../api-miss.ts';
import { permissionName, unanswered } from '../finding.ts';
import { nearest } from '../near.ts';
import { discoveryOf, listAll, type World } from '../world.ts';
import { group, type Part, type Requirement } from './table.ts';

const VERBS = 'get|list|watch|create|update|patch|delete|deletecollection|use|bind|escalate|impersonate';

async function may(world: World, match: RegExpExecArray): Promise<Part> {
  const verb = group(match, 'verb').toLowerCase();
  const word = group(match, 'resource');
  const discovery = await discoveryOf(world);
  if (!discovery.ok) return { verdict: unknown(discovery.error.reason, discovery.error.message), evidence: {} };
  const [name = '', ...rest] = word.split('.');
  const [plain = '', subresource] = name.split('/');
  const wantedGroup = rest.length === 0 ? undefined : rest.join('.');
  const found = matching(discovery.value, plain).find((r) => wantedGroup === undefined || r.group === wantedGroup);
  if (found === undefined) {
    const near = nearest(
      plain,
      discovery.value.resources.map((r) => r.resource),
    );
    return {
      verdict: fail(
        'ResourceNotServed',
        `the cluster serves no ${word}${near.length === 0 ? '' : `; the nearest are ${near.join(', ')}`}`,
      ),
      evidence: {},
      suggestion:
        near[0] === undefined
          ? `install what brings ${word}, or name it as the cluster does: kubectl api-resources`
          : `can ${verb} ${near[0]}`,
    };
  }
  const everywhere = group(match, 'all') !== '' || !found.namespaced;
  const namespace = group(match, 'namespace') || world.namespace;
  const action = {
    verb,
    group: found.group,
    resource: found.resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(everywhere ? {} : { namespace }),
  };
  return allowed(world, action, permissionName(action));
}

async function allowed(world: World, action: Action, named: string): Promise<Part> {
  const answer = await world.reader.canI(action);
  if (!answer.ok)
    return {
      ...unanswered(answer.error, {
        verb: 'create',
        group: 'authorization.k8s.io',
        resource: 'selfsubjectaccessreviews',
      }),
      evidence: { error: answer.error },
    };
  const evidence = { action, ...answer.value };
  return answer.value.allowed
    ? { verdict: pass('Allowed', `this identity may ${named}`), evidence }
    : {
        verdict: fail('NotAllowed', `this identity may not ${named}`),
        evidence,
        suggestion: `have a Role with ${named} bound to it`,
      };
}

/** What people call a permission, and the subresource that it is. */
const DEEDS: Readonly<Record<string, { verb: string; resource: string; pattern: string }>> = {
  'exec into pods': { verb: 'create', resource: 'pods/exec', pattern: 'exec (into|in) (pods?|containers?)' },
  'attach to pods': { verb: 'create', resource: 'pods/attach', pattern: 'attach to (pods?|containers?)' },
  'port-forward to pods': {
    verb: 'create',
    resource: 'pods/portforward',
    pattern: 'port-?forward( to)?( pods?| services?)?',
  },
  'read logs of pods': {
    verb: 'get',
    resource: 'pods/log',
    pattern: '(read|see|get) (pods? logs?|logs?( of pods?)?|container logs?)',
  },
  'scale Deployments': { verb: 'update', resource: 'deployments.apps/scale', pattern: 'scale deployments?' },
  'evict pods': { verb: 'create', resource: 'pods/eviction', pattern: 'evict pods?' },
};

const deedOf = (words: string) =>
  Object.entries(DEEDS).find(([name, { pattern }]) => new RegExp(`^(${pattern}|${name})$`, 'i').test(words));

async function mayDo(world: World, match: RegExpExecArray): Promise<Part> {
  const deed = deedOf(group(match, 'deed'))?.[1];
  const discovery = await discoveryOf(world);
  if (deed === undefined || !discovery.ok)
    return { verdict: unknown('NotAsked', `"${group(match, 'deed')}" could not be asked`), evidence: {} };
  const [resource = '', subresource = ''] = deed.resource.replace('.apps', '').split('/');
  const action = {
    verb: deed.verb,
    group: deed.resource.includes('.apps') ? 'apps' : '',
    resource,
    subresource,
    namespace: group(match, 'namespace') || world.namespace,
  };
  return allowed(world, action, `${action.verb} ${resource}/${subresource} in ${action.namespace}`);
}

/** RBAC's part of an SCC: the verb `use` on it; restricted-v2 is everyone's. */
async function mayUseScc(world: World, match: RegExpExecArray): Promise<Part> {
  const name = group(match, 'scc');
  const api = 'security.openshift.io';
  const found = await listAll(world, api, 'SecurityContextConstraints');
  if (found.state === 'unserved')
    return { verdict: fail('NotOpenShift', 'the cluster serves no SecurityContextConstraints'), evidence: {} };
  const names = found.state === 'listed' ? found.items.map((one) => one.metadata.name ?? '') : undefined;
  if (names !== undefined && !names.includes(name))
    return {
      verdict: fail(
        'SccMissing',
        `there is no SecurityContextConstraints ${name}; there are ${names.join(', ') || 'none'}`,
      ),
      evidence: { names },
      suggestion: 'name one that is there: kubectl get scc',
    };
  const action = { verb: 'use', group: api, resource: 'securitycontextconstraints', name, namespace: world.namespace };
  return allowed(world, action, `use the SecurityContextConstraints ${name} in ${world.namespace}`);
}

export const ACCESS: readonly Requirement[] = [
  {
    form: `can exec into pods [in namespace NAME]; also ${Object.keys(DEEDS).slice(1).join(', ')}`,
    pattern: new RegExp(
      `^(we |i )?(can|may) (?<deed>${Object.values(DEEDS)
        .map(({ pattern }) => pattern)
        .join('|')})( in (the )?namespace( (?<namespace>[a-z0-9][-a-z0-9]*))?)?$`,
      'i',
    ),
    asks: 'may this identity do so? (SelfSubjectAccessReview of the subresource)',
    canonical(match) {
      const where = group(match, 'namespace') === '' ? '' : ` in namespace ${group(match, 'namespace')}`;
      return `can ${deedOf(group(match, 'deed'))?.[0] ?? group(match, 'deed')}${where}`;
    },
    check: mayDo,
  },
  {
    form: 'can use SCC NAME',
    pattern: /^(we |i )?(can|may) use (the )?(scc|security ?context ?constraints?) (?<scc>[a-z0-9][-a-z0-9.]*)$/i,
    asks: 'may this identity use that SCC? (SelfSubjectAccessReview)',
    canonical: (match) => `can use SCC ${group(match, 'scc').toLowerCase()}`,
    check: mayUseScc,
  },
  {
    form: 'can VERB RESOURCE [in namespace [NAME] | in all namespaces]',
    pattern: new RegExp(
      `^(we |i )?can (?<verb>${VERBS}) (?<resource>[A-Za-z][\\w./-]*)(?<all> in all namespaces| cluster-?wide)?( in (the )?namespace| in (the )?(namespace )?(?<namespace>(?!namespace$|all$|the$)[a-z0-9][-a-z0-9]*)( namespace)?)?$`,
      'i',
    ),
    asks: 'may this identity do so? (SelfSubjectAccessReview)',
    canonical(match) {
      const where =
        group(match, 'all') !== ''
          ? ' in all namespaces'
          : group(match, 'namespace') === ''
            ? ''
            : ` in namespace ${group(match, 'namespace')}`;
      return `can ${group(match, 'verb').toLowerCase()} ${group(match, 'resource').toLowerCase()}${where}`;
    },
    check: may,
  },
];
