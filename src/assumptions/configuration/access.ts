import { fail, pass, unknown } from '../../workflow/index.ts';
import { matching } from '../api-miss.ts';
import { permissionName, unanswered } from '../finding.ts';
import { nearest } from '../near.ts';
import { discoveryOf, type World } from '../world.ts';
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
      ...(near[0] === undefined ? {} : { suggestion: `can ${verb} ${near[0]}` }),
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
    ? { verdict: pass('Allowed', `this identity may ${permissionName(action)}`), evidence }
    : {
        verdict: fail('NotAllowed', `this identity may not ${permissionName(action)}`),
        evidence,
        suggestion: `have a Role with ${permissionName(action)} bound to it`,
      };
}

export const ACCESS: readonly Requirement[] = [
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
