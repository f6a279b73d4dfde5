import { groupOf } from '../../workflow/index.ts';
import { needsOf } from '../pods.ts';
import { textAt } from '../record.ts';
import { isNamespace } from './objects.ts';
import { called, type Placed, placed, type Subject, whereIs } from './subject.ts';

/** What is needed comes no later than what needs it. Within one phase, apply-phase orders by kind. */
export function checkOrder({ loaded, world, report }: Subject): void {
  const all = placed(loaded);
  const namespaceOf = ({ object }: Placed) => object.metadata.namespace ?? world.namespace;
  const declared = new Set(loaded.plan.secrets.map((s) => s.name));
  const missing = new Set<string>();

  for (const user of all) {
    const [path, where] = whereIs(user);
    const me = called(user.object);

    const definition = all.find(
      ({ object }) =>
        object.kind === 'CustomResourceDefinition' &&
        textAt(object, 'spec', 'group') === groupOf(user.object.apiVersion) &&
        textAt(object, 'spec', 'names', 'kind') === user.object.kind,
    );
    if (definition !== undefined && definition.phase > user.phase) {
      report.error(
        path,
        `${me} is in phase ${user.phase + 1}, its CustomResourceDefinition only in phase ${definition.phase + 1}`,
        where,
      );
    }

    const namespace = all.find(({ object }) => isNamespace(object) && object.metadata.name === namespaceOf(user));
    if (namespace !== undefined && namespace.phase > user.phase && !isNamespace(user.object)) {
      report.error(
        path,
        `${me} is in phase ${user.phase + 1}, its namespace only in phase ${namespace.phase + 1}`,
        where,
      );
    }

    for (const need of needsOf(user.object)) {
      const it = all.find(
        ({ object, ...rest }) =>
          object.kind === need.kind &&
          object.metadata.name === need.name &&
          namespaceOf({ object, ...rest }) === namespaceOf(user),
      );
      const what = `${need.kind}/${need.name}`;
      if (it !== undefined && it.phase > user.phase) {
        report.error(
          path,
          `${me} in phase ${user.phase + 1} needs ${what}, which comes only in phase ${it.phase + 1}`,
          where,
        );
      }
      const known = it !== undefined || (need.kind === 'Secret' && declared.has(need.name));
      if (!known && !missing.has(what)) {
        missing.add(what);
        const hint = need.kind === 'Secret' ? ' (name it under secrets, with where it comes from)' : '';
        report.note(path, `${me} needs ${what}, which no phase brings: it must be there already${hint}`, where);
      }
    }
  }
}
