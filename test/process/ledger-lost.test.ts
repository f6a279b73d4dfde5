import { spawnSync } from 'node:child_process';
import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/index.ts';
import { started } from '../../src/report/fixtures/record.ts';
import { LedgerLost } from '../../src/state/ledger.ts';
import * as rig from '../../src/state/sqlite/rig.ts';
import { TOOLS } from '../../src/tools/index.ts';

afterAll(rig.removePlaces);

const event = { at: '2026-03-01T10:00:00.000Z', by: { kind: 'server' }, fact: { type: 'mark' } };

test.each([
  ['removed', (file: string) => rmSync(file)],
  [
    'replaced by a copy',
    (file: string) => {
      copyFileSync(file, `${file}.copy`);
      renameSync(`${file}.copy`, file);
    },
  ],
])('a ledger that is %s while it is open takes nothing more, and says so', async (_how, happen) => {
  const home = await rig.place();
  const ledger = await rig.open(home);
  await ledger.append('web-1', 0, [event]);
  happen(join(home, 'ledger.sqlite'));
  await expect(ledger.append('web-1', 1, [event])).rejects.toThrow(/was removed or replaced while it was open/);
  await expect(ledger.put('evidence', 'text/plain')).rejects.toThrow(LedgerLost);
  await expect(ledger.useOnce('nonce')).rejects.toThrow(LedgerLost);
  await expect(ledger.attempts('operator').record()).rejects.toThrow(LedgerLost);
  ledger.close();
});

/** A disk of its own, small enough to be full; only root may mount one. */
const mounted = (folder: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=700k', 'tmpfs', folder]).status === 0;

test.runIf(process.getuid?.() === 0)(
  'on a full disk a call is refused in a sentence, and the next one works',
  async ({ skip }) => {
    const disk = await rig.place();
    if (!mounted(disk)) skip('no file system can be mounted here');
    try {
      const home = join(disk, 'home');
      const ledger = await rig.open(home);
      const fact = { ...started('web', { cluster: 'c', namespace: 'web', uid: 'u' }), workspace: disk };
      await ledger.append('web-1', 0, [{ ...event, fact }]);
      ledger.close();
      const engine = createEngine({ home, workspace: disk, tools: TOOLS });
      const note = async (findings: string) => {
        const actor = { kind: 'agent', client: 'test' } as const;
        return (await engine.perform({ tool: 'record-research', input: { findings }, actor })).structured;
      };
      await note('Read.');
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(100_000));
      expect((await note('x'.repeat(700_000))).refusal).toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringContaining('the disk is full. Nothing of this was recorded.'),
      });
      rmSync(join(disk, 'ballast'));
      expect(await note('Read again.')).not.toHaveProperty('refusal');
      await engine.close();
    } finally {
      spawnSync('umount', [disk]);
    }
  },
);
