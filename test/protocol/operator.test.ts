import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ledgerAt } from '../../src/state/ledger.fixture.ts';
import { infragate } from '../support/scene.ts';
import { noTerminal, onTerminal } from '../support/terminal.ts';
import { atGateP, DEPLOYMENT, decisions } from './support/at-gate-p.ts';

const PASSPHRASE = 'correct horse battery';
const prefix = (digest: string) => digest.replace('sha256:', '').slice(0, 8);

const initialise = (home: string) =>
  onTerminal(['approver', 'init'], { INFRAGATE_HOME: home }, [
    { when: /New passphrase/, type: PASSPHRASE },
    { when: /Again/, type: PASSPHRASE },
  ]);

const approve = (home: string, digest: string, passphrase: string, choice = 'approve') =>
  onTerminal(['approve', DEPLOYMENT], { INFRAGATE_HOME: home }, [
    { when: /Operator passphrase/, type: passphrase },
    { when: /characters of the digest/, type: prefix(digest) },
    { when: /approve, revise or reject/, type: choice },
    { when: /What to revise|Why/, type: 'smaller phases' },
  ]);

/** As if the passphrase had been set before the deployment was started. */
function older(home: string): void {
  const file = join(home, 'operator.json');
  const key = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...key, created_at: '2020-01-01T00:00:00.000Z' }), { mode: 0o600 });
}

describe.skipIf(noTerminal !== undefined)(
  `a person at a terminal${noTerminal === undefined ? '' : ` (${noTerminal})`}`,
  () => {
    test('sees the plan, gives the passphrase and the digest, and the record says operator', async () => {
      const { home, digest } = await atGateP();
      expect((await initialise(home)).status).toBe(0);
      expect(statSync(join(home, 'operator.json')).mode & 0o777).toBe(0o600);
      older(home);
      const { screen, status } = await approve(home, digest, PASSPHRASE);
      expect(screen).toContain('One phase, everything');
      expect(screen).not.toContain(PASSPHRASE);
      expect(status, screen).toBe(0);
      expect(JSON.stringify(await decisions(home))).toMatch(
        /"choice":"approve".*"assurance":"operator"|"assurance":"operator".*"choice":"approve"/,
      );
    });

    test('signs what is decided: a decision written into the ledger without the passphrase damages the record', async () => {
      const { home, digest } = await atGateP();
      await initialise(home);
      older(home);
      expect((await approve(home, digest, PASSPHRASE)).status).toBe(0);
      expect(infragate(home, ['verify']).status).toBe(0);
      const ledger = await ledgerAt(home);
      const { rows } = await ledger.read(DEPLOYMENT);
      const by = { kind: 'person', name: 'ann', assurance: 'operator' };
      const fact = { type: 'waived', check: 'fully-validated', because: 'a hurry', until: '2099-01-01T00:00:00.000Z' };
      await ledger.append(DEPLOYMENT, rows.length, [{ at: new Date().toISOString(), by, fact }]);
      ledger.close();
      const { status, stdout, stderr } = infragate(home, ['verify']);
      expect([status, `${stdout}${stderr}`]).toEqual([1, expect.stringContaining(`row ${rows.length + 1}`)]);
      expect(`${stdout}${stderr}`).toContain('is not signed');
    });

    test('with a passphrase younger than the deployment is worth no more than a form: elicited, and told so', async () => {
      const { home, digest } = await atGateP();
      await initialise(home);
      const { screen } = await approve(home, digest, PASSPHRASE);
      expect(screen).toContain('younger');
      expect(JSON.stringify(await decisions(home))).toContain('"assurance":"elicited"');
    });

    test('with the wrong passphrase decides nothing; after five it is locked', async () => {
      const { home, digest } = await atGateP();
      await initialise(home);
      for (let i = 0; i < 5; i += 1) expect((await approve(home, digest, 'wrong wrong wrong')).status).toBe(1);
      const { screen, status } = await approve(home, digest, PASSPHRASE);
      expect([status, screen]).toEqual([1, expect.stringContaining('Too many')]);
      expect(await decisions(home)).toEqual([]);
    });

    test('with the digest of another plan decides nothing', async () => {
      const { home } = await atGateP();
      await initialise(home);
      expect((await approve(home, 'sha256:00000000', PASSPHRASE)).status).toBe(1);
      expect(await decisions(home)).toEqual([]);
    });

    test('replaces the passphrase only with the old one', async () => {
      const { home } = await atGateP();
      await initialise(home);
      const { status } = await onTerminal(['operator', 'init'], { INFRAGATE_HOME: home }, [
        { when: /Present passphrase/, type: 'not that one' },
      ]);
      expect(status).toBe(1);
    });
  },
);

describe('without a terminal', () => {
  test('approve, waive, abandon and operator init say that they are for a person, and decide nothing', async () => {
    const { home } = await atGateP();
    const calls = [
      ['operator', 'init'],
      ['approver', 'init'],
      ['approve', DEPLOYMENT],
      ['waive', DEPLOYMENT, '--check', 'apis-verified', '--because', 'an agent in a hurry'],
      ['abandon', DEPLOYMENT, '--because', 'an agent in a hurry'],
    ];
    for (const args of calls) {
      const { status, stderr } = infragate(home, args);
      expect([args[0], status, stderr]).toEqual([args[0], 3, expect.stringContaining('person at a terminal')]);
    }
    expect(await decisions(home)).toEqual([]);
  });
});

describe.skipIf(noTerminal !== undefined)('a policy that asks for more than a form', () => {
  const waive = (home: string) =>
    onTerminal(
      ['waive', DEPLOYMENT, '--check', 'plan-covered', '--because', 'known and harmless'],
      { INFRAGATE_HOME: home },
      [{ when: /Operator passphrase/, type: PASSPHRASE }],
    );

  test('counts no waiver and no approval by a passphrase younger than the deployment, and both by an older one', async () => {
    const { home, digest } = await atGateP();
    await initialise(home);
    writeFileSync(join(home, 'policy.yaml'), 'minimum_assurance: operator\n');
    expect((await waive(home)).screen).toContain('asks for a decision with assurance "operator"');
    expect((await approve(home, digest, PASSPHRASE)).status).toBe(1);
    expect(await decisions(home)).toEqual([]);
    older(home);
    expect((await waive(home)).status).toBe(0);
    expect((await approve(home, digest, PASSPHRASE)).status).toBe(0);
  });
});
