import type { Reader, TargetNamespace } from '../cluster/index.ts';
import { fail, pass, unknown, type Verdict } from '../workflow/index.ts';
import type { Finding } from './finding.ts';

/** Whether the namespaces are there, with their UIDs; one that may not be read is seen by what is in it. */
export async function checkNamespaces(reader: Reader, names: readonly string[]): Promise<Finding[]> {
  const target = await reader.target(names.filter((name) => DNS_LABEL.test(name)));
  return Promise.all(
    names.map(async (name): Promise<Finding> => {
      const asked = `is there a namespace ${name}?`;
      const subject = `namespace:${name}`;
      // Without a name the path is that of the list, and with dots that of another one: both are there.
      if (!DNS_LABEL.test(name)) {
        const message = `there is no namespace ${name}: no namespace can have that name`;
        return { subject, asked, verdict: fail('NamespaceMissing', message), evidence: {} };
      }
      if (!target.ok) {
        return {
          subject,
          asked,
          verdict: unknown(target.error.reason, target.error.message),
          evidence: { error: target.error },
        };
      }
      const seen = target.value.namespaces.find((ns) => ns.name === name);
      const verdict =
        seen === undefined ? unknown('NotAsked', 'it was not asked for') : await judgeNamespace(reader, seen);
      return { subject, asked, verdict, evidence: { ...seen }, ...(seen?.uid == null ? {} : { uid: seen.uid }) };
    }),
  );
}

/** RFC 1123, which the API server holds namespaces to. */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Is it there? What may not be read is tried by what it holds, and by what it would take. */
export async function judgeNamespace(reader: Reader, { name, uid, state }: TargetNamespace): Promise<Verdict> {
  if (state === 'there') return pass('NamespaceExists', `namespace ${name}, UID ${uid}`);
  if (state === 'missing') return fail('NamespaceMissing', `there is no namespace ${name}`);
  const root = await reader.getIfThere({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: name,
    name: 'kube-root-ca.crt',
  });
  if (root.ok && root.value !== undefined)
    return pass('NamespaceExists', `namespace ${name} is there (its UID may not be read)`);
  const probe = await reader.dryRun(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'infragate-dry-run' } },
    { verb: 'create', namespace: name },
  );
  if (probe.ok) return pass('NamespaceExists', `namespace ${name} takes objects (dry run; its UID may not be read)`);
  if (probe.error.status === 404) return fail('NamespaceMissing', `there is no namespace ${name}`);
  return unknown(
    'PermissionMissing',
    `this identity may not get namespaces, so whether ${name} is there can't be seen`,
  );
}
