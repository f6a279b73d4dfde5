import { type ObjectRef, objectPath, withQuery } from './address.ts';
import { type Connection, pause } from './connection.ts';
import type { Catalogue } from './discover.ts';
import { isRecord } from './failure.ts';
import { asObject, objectResult } from './object.ts';
import { ok, type Result } from './result.ts';
import { warningsIn } from './warning.ts';
import type { Deleted, DeleteOptions, Gone } from './writer.ts';

/** Deleting, for real or as a dry run, and seeing that something is gone. */

export async function remove(
  connection: Connection,
  from: Catalogue,
  ref: ObjectRef,
  options: DeleteOptions & { dryRun: boolean },
): Promise<Result<Deleted & { warnings: readonly string[] }>> {
  const where = await objectPath(from, ref);
  if (!where.ok) return where;
  const { uid, propagation = 'Foreground', gracePeriodSeconds, dryRun } = options;
  const answer = await connection.json({
    method: 'DELETE',
    path: withQuery(where.value.path, { dryRun: dryRun ? 'All' : undefined }),
    body: JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: propagation,
      ...(uid === undefined ? {} : { preconditions: { uid } }),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(dryRun ? { dryRun: ['All'] } : {}),
    }),
    repeat: dryRun ? 'read' : 'write',
  });
  if (!answer.ok) {
    if (answer.error.status === 404) return ok({ state: 'absent', warnings: [] });
    return answer;
  }
  // The server answers with the object while it is still there, else with a Status.
  const { value } = answer.value;
  const marked =
    asObject(value)?.metadata.deletionTimestamp !== undefined && isRecord(value) && value.kind !== 'Status';
  return ok({ state: marked ? 'deleting' : 'deleted', warnings: warningsIn(answer.value.answer.headers) });
}

const FIRST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 1000;

export async function waitGone(
  connection: Connection,
  from: Catalogue,
  ref: ObjectRef,
  uid: string | undefined,
  timeoutMs: number,
): Promise<Result<Gone>> {
  const deadline = Date.now() + timeoutMs;
  let last: Result<Gone> = ok({ gone: false, finalizers: [] });
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 1.5, LONGEST_LOOK_MS)) {
    const look = await lookFor(connection, from, ref, uid);
    if (look.ok) {
      if (look.value.gone) return look;
      last = look;
    } else if (look.error.code === 'ABORTED' || [400, 401, 403].includes(look.error.status)) {
      return look;
    } else {
      // A server that can't be asked just now says nothing about the object.
      last = look;
    }
    const left = deadline - Date.now();
    if (left <= 0) return last;
    await pause(Math.min(wait, left), undefined);
  }
}

async function lookFor(
  connection: Connection,
  from: Catalogue,
  ref: ObjectRef,
  uid: string | undefined,
): Promise<Result<Gone>> {
  const where = await objectPath(from, ref);
  if (!where.ok) return where.error.reason === 'NoKindMatch' ? ok({ gone: true, finalizers: [] }) : where;
  const read = await connection.json({ method: 'GET', path: where.value.path });
  if (!read.ok) return read.error.status === 404 ? ok({ gone: true, finalizers: [] }) : read;
  const object = objectResult(read.value.value);
  if (!object.ok) return object;
  const { metadata } = object.value;
  const other = uid !== undefined && metadata.uid !== undefined && metadata.uid !== uid;
  return ok({ gone: other, finalizers: other ? [] : (metadata.finalizers ?? []) });
}
