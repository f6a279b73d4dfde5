import { secretValuesIn } from '../redaction/index.ts';
import { objectPath, withQuery } from './address.ts';
import type { Connection } from './connection.ts';
import type { Catalogue } from './discover.ts';
import { MANAGER, place, sendObject } from './place.ts';
import type { Reader } from './reader.ts';
import { remove, waitGone } from './remove.ts';
import { ok } from './result.ts';
import type { PatchType, Writer } from './writer.ts';

const PATCHES: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

export function writerOver(reader: Reader, connection: Connection, from: Catalogue): Writer {
  return {
    ...reader,
    create: (object, { namespace } = {}) =>
      place(connection, from, object, { verb: 'create', namespace, dryRun: false }),
    apply: (object, { namespace, force }) =>
      place(connection, from, object, { verb: 'apply', namespace, force, dryRun: false }),
    replace: (object, { namespace } = {}) =>
      place(connection, from, object, { verb: 'replace', namespace, dryRun: false }),
    async patch(ref, patch, type, { subresource } = {}) {
      const where = await objectPath(from, ref);
      if (!where.ok) return where;
      const path = subresource === undefined ? where.value.path : `${where.value.path}/${subresource}`;
      const secrets = ref.kind === 'Secret' ? secretValuesIn(patch) : [];
      return sendObject(
        connection,
        {
          method: 'PATCH',
          path: withQuery(path, { fieldManager: MANAGER, fieldValidation: 'Strict' }),
          contentType: PATCHES[type],
          body: JSON.stringify(patch),
        },
        secrets,
      );
    },
    async delete(ref, options = {}) {
      const done = await remove(connection, from, ref, { ...options, dryRun: false });
      return done.ok ? ok({ state: done.value.state }) : done;
    },
    waitGone: (ref, uid, timeoutMs) => waitGone(connection, from, ref, uid, timeoutMs),
  };
}
