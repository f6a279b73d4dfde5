import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { started } from '../report/fixtures/record.ts';
import { fold } from '../workflow/index.ts';
import { frozen, readFreezes, writeFreezes } from './freezes.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'infragate-freezes-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const deployment = () => {
  const fact = started('app', { cluster: 'c', namespace: 'shop', uid: 'u' });
  const d = fold('app-1', [{ seq: 1, at: '2026-01-01T00:00:00.000Z', by: { kind: 'agent', client: 'test' }, fact }]);
  if (d === undefined) throw new Error('no deployment');
  return d;
};
const now = { because: 'an incident', at: '2026-01-01T00:00:00.000Z' };

describe('a freeze', () => {
  test('none where there is no file', async () => {
    expect(await frozen(home, deployment())).toBeUndefined();
  });

  test('of a namespace holds its deployments back, with the reason and who ends it', async () => {
    await writeFreezes(home, { namespaces: { shop: now } });
    const refusal = await frozen(home, deployment());
    expect(refusal).toMatchObject({ code: 'PERSON_NEEDED', next: [{ action: 'infragate thaw shop' }] });
    expect(refusal?.message).toContain('an incident');
  });

  test('of another namespace holds nothing back', async () => {
    await writeFreezes(home, { namespaces: { other: now } });
    expect(await frozen(home, deployment())).toBeUndefined();
  });

  test('of everything does', async () => {
    await writeFreezes(home, { namespaces: {}, all: now });
    expect((await frozen(home, deployment()))?.next).toEqual([
      { person: 'the operator', action: 'infragate thaw --all' },
    ]);
  });

  test('ended, the file is gone', async () => {
    await writeFreezes(home, { namespaces: { shop: now } });
    await writeFreezes(home, { namespaces: {} });
    expect(await readFreezes(home)).toEqual({ namespaces: {} });
    expect(await frozen(home, deployment())).toBeUndefined();
  });

  test.each(['', '{', '[]', '{"namespaces":{"shop":true}}', '{"namespaces":{},"more":1}'])(
    'a file that can not be understood (%s) holds everything back',
    async (text) => {
      writeFileSync(join(home, 'freezes.json'), text);
      expect((await frozen(home, deployment()))?.message).toContain("can't be understood");
    },
  );
});
