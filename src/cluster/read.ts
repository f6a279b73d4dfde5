import type { KubeObject } from '../objects/kube-object.ts';
import { collectionPath, type ObjectRef, objectPath, resourceOf } from './address.ts';
import { eventsAbout, identityOf, isReview, logsOf, permission, post, throughProxy, versionOf } from './ask.ts';
import type { Connection } from './connection.ts';
import type { Catalogue } from './discover.ts';
import { splitApiVersion } from './discovery.ts';
import { isRecord } from './failure.ts';
import { listObjects } from './list.ts';
import { objectResult } from './object.ts';
import { place } from './place.ts';
import type { Raw, Reader, Version } from './reader.ts';
import { remove } from './remove.ts';
import { ok, problem, type Result } from './result.ts';
import { targetOf } from './target.ts';
import { watch } from './watch.ts';

/** What one connection keeps: OpenAPI documents by address. */
export type Documents = Map<string, Promise<Result<unknown>>>;

export function readerOver(
  connection: Connection,
  from: Catalogue,
  documents: Documents,
  versionAtConnect: Version | undefined,
): Reader {
  const get = async (ref: ObjectRef): Promise<Result<KubeObject>> => {
    const where = await objectPath(from, ref);
    if (!where.ok) return where;
    const read = await connection.json({ method: 'GET', path: where.value.path });
    return read.ok ? objectResult(read.value.value) : read;
  };

  return {
    server: connection.frozen.server,
    context: connection.frozen.context,
    namespace: connection.frozen.namespace,
    target: (namespaces, known) => targetOf(connection, namespaces, known),
    identity: () => identityOf(connection),
    versionAtConnect,
    version: () => versionOf(connection),
    discovery: ({ fresh = false } = {}) => from.discovery(fresh),
    get,
    async getIfThere(ref) {
      const read = await get(ref);
      if (!read.ok && read.error.status === 404 && read.error.reason === 'NotFound') return ok(undefined);
      return read;
    },
    list: (kind, options = {}) => listObjects(connection, from, kind, options),
    watch: (kind, options) => watch(connection, from, kind, options),
    logs: (of) => logsOf(connection, of),
    events: (namespace, about = {}) => eventsAbout(connection, from, namespace, about),
    canI: (action) => permission(connection, action),
    async review(object, { namespace } = {}) {
      const { group } = splitApiVersion(object.apiVersion);
      if (!isReview(group, object.kind)) {
        return problem('BadRequest', `${object.apiVersion} ${object.kind} is not a review, and is not sent`);
      }
      const resource = await resourceOf(from, object);
      if (!resource.ok) return resource;
      return post(connection, collectionPath(resource.value, object.metadata.namespace ?? namespace), object);
    },
    dryRun: (object, options) => place(connection, from, object, { ...options, dryRun: true }),
    async dryRunDelete(ref, { uid } = {}) {
      const done = await remove(connection, from, ref, { dryRun: true, ...(uid === undefined ? {} : { uid }) });
      if (!done.ok) return done;
      if (done.value.state === 'absent') {
        return problem('NotFound', `${ref.kind} ${ref.name} is not there`, { status: 404 });
      }
      return ok({ warnings: done.value.warnings });
    },
    openapi: (apiVersion) => openapi(connection, documents, apiVersion),
    raw: (path) => raw(connection, path),
    proxy: (to) => throughProxy(connection, to),
  };
}

async function raw(connection: Connection, path: string): Promise<Result<Raw>> {
  if (!path.startsWith('/')) return problem('BadRequest', `${path} is not a path of the API`);
  const answer = await connection.send({ method: 'GET', path, accept: 'application/json, */*' });
  if (!answer.ok) return answer;
  const { status, headers, body } = answer.value;
  return ok({ status, headers, json: jsonOrText(body) });
}

function jsonOrText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** The index at /openapi/v3 names each document with its hash: asked for once, then kept by that address. */
async function openapi(connection: Connection, kept: Documents, apiVersion: string): Promise<Result<unknown>> {
  const key = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
  const load = (path: string) => {
    const found = kept.get(path);
    if (found !== undefined) return found;
    const asked = connection
      .json({ method: 'GET', path })
      .then((read): Result<unknown> => (read.ok ? ok(read.value.value) : read));
    kept.set(path, asked);
    // A failure isn't kept.
    void asked.then((result) => result.ok || kept.delete(path));
    return asked;
  };
  const addressIn = (index: unknown) => {
    const paths = isRecord(index) && isRecord(index.paths) ? index.paths : {};
    const entry = paths[key];
    return isRecord(entry) && typeof entry.serverRelativeURL === 'string' ? entry.serverRelativeURL : undefined;
  };
  const INDEX = '/openapi/v3';
  let index = await load(INDEX);
  if (!index.ok) return index;
  if (addressIn(index.value) === undefined) {
    kept.delete(INDEX);
    index = await load(INDEX);
    if (!index.ok) return index;
  }
  const address = addressIn(index.value);
  if (address === undefined) {
    return problem('NotFound', `the cluster has no OpenAPI document for ${apiVersion}`, { status: 404 });
  }
  return load(address);
}
