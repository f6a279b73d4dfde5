import type { KubeObject } from '../objects/kube-object.ts';
import { hidingValues, secretValuesOf } from '../redaction/index.ts';
import { collectionPath, objectPath, type Query, resourceOf, withQuery } from './address.ts';
import type { Connection } from './connection.ts';
import type { Catalogue } from './discover.ts';
import { conflictsIn } from './failure.ts';
import { objectResult } from './object.ts';
import type { Placed } from './reader.ts';
import { redactFailure } from './redact.ts';
import { failed, ok, problem, type Result } from './result.ts';
import { warningsIn } from './warning.ts';

/** Sending an object: create, apply, replace; for real or as a dry run. Always strict about fields. */

export const MANAGER = 'infragate';

export type Placing = {
  readonly verb: 'create' | 'apply' | 'replace';
  readonly namespace?: string | undefined;
  readonly force?: boolean | undefined;
  readonly fieldManager?: string | undefined;
  readonly dryRun: boolean;
};

export async function place(
  connection: Connection,
  from: Catalogue,
  object: KubeObject,
  placing: Placing,
): Promise<Result<Placed>> {
  const where = await pathFor(from, object, placing);
  if (!where.ok) return where;
  const query: Query = {
    fieldValidation: 'Strict',
    fieldManager: placing.fieldManager ?? MANAGER,
    dryRun: placing.dryRun ? 'All' : undefined,
    force: placing.verb === 'apply' ? placing.force === true : undefined,
  };
  return sendObject(
    connection,
    {
      ...METHODS[placing.verb],
      path: withQuery(where.value, query),
      body: JSON.stringify(object),
      repeat: placing.dryRun ? 'read' : 'write',
    },
    secretValuesOf(object),
  );
}

const METHODS = {
  create: { method: 'POST', contentType: 'application/json' },
  // JSON is YAML.
  apply: { method: 'PATCH', contentType: 'application/apply-patch+yaml' },
  replace: { method: 'PUT', contentType: 'application/json' },
} as const;

async function pathFor(from: Catalogue, object: KubeObject, { verb, namespace }: Placing): Promise<Result<string>> {
  const { apiVersion, kind, metadata } = object;
  const home = metadata.namespace ?? namespace;
  if (verb === 'create') {
    const resource = await resourceOf(from, object);
    if (!resource.ok) return resource;
    if (resource.value.namespaced && !home) {
      return problem('NamespaceRequired', `${kind} ${metadata.name ?? ''} lives in a namespace, and none was named`, {
        status: 400,
      });
    }
    return ok(collectionPath(resource.value, home));
  }
  if (!metadata.name) {
    const why = metadata.generateName ? `generateName can only be created, not sent with ${verb}` : 'it has none';
    return problem('NameRequired', `a ${kind} needs a name to be sent with ${verb}: ${why}`, { status: 400 });
  }
  const ref = { apiVersion, kind, name: metadata.name, ...(home === undefined ? {} : { namespace: home }) };
  const found = await objectPath(from, ref);
  return found.ok ? ok(found.value.path) : found;
}

/** Sends a body that is, or is about, an object; nothing of a Secret comes back in a failure or a warning. */
export async function sendObject(
  connection: Connection,
  call: Parameters<Connection['json']>[0],
  secrets: readonly string[],
): Promise<Result<Placed>> {
  const answer = await connection.json(call);
  const hide = hidingValues(secrets);
  if (!answer.ok) {
    const conflicts = conflictsIn(answer.error.details);
    return failed(redactFailure({ ...answer.error, ...(conflicts.length === 0 ? {} : { conflicts }) }, hide));
  }
  const object = objectResult(answer.value.value);
  if (!object.ok) return object;
  const warnings = warningsIn(answer.value.answer.headers).map(hide);
  return ok({ object: object.value, warnings });
}
