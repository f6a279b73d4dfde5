import type { Backend } from './backend.ts';

/** Put around a call of the storage: what happens before it, and what its errors become. */
export type Around = <A extends readonly unknown[], R>(
  method: (...args: A) => Promise<R>,
) => (...args: A) => Promise<R>;

/** The backend with each of its calls wrapped; closing it is left as it is. */
export function wrapped(backend: Backend, around: Around): Backend {
  return {
    identity: around(backend.identity),
    rows: around(backend.rows),
    deployments: around(backend.deployments),
    head: around(backend.head),
    insert: around(backend.insert),
    foreignWrites: around(backend.foreignWrites),
    lines: around(backend.lines),
    countLines: around(backend.countLines),
    unlisted: around(backend.unlisted),
    setLine: around(backend.setLine),
    notes: around(backend.notes),
    putBody: around(backend.putBody),
    body: around(backend.body),
    bodies: around(backend.bodies),
    bodiesBetween: around(backend.bodiesBetween),
    search: around(backend.search),
    useOnce: around(backend.useOnce),
    registers: around(backend.registers),
    adopt: around(backend.adopt),
    attempts: (key) => {
      const { record, count } = backend.attempts(key);
      return { record: around(record), count: around(count) };
    },
    close: backend.close,
  };
}
