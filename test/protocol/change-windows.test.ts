import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.ts';
import { ledgerAt } from '../../src/state/ledger.fixture.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { WEEKDAYS } from '../../src/workflow/index.ts';
import { atGateP, DEPLOYMENT } from './support/at-gate-p.ts';

let engine: Engine | undefined;
afterEach(() => engine?.close());

const DAY_MS = 86_400_000;
/** A day that is neither yesterday, today nor tomorrow, wherever this runs. */
const farDay = WEEKDAYS[(new Date(Date.now() + 3 * DAY_MS).getUTCDay() + 6) % 7];
const CLOSED = `change_windows: [{days: [${farDay}], from: "03:00", to: "04:00", time_zone: UTC}]\n`;
const OPEN = `change_windows: [{days: [${WEEKDAYS.join(', ')}], from: "00:00", to: "00:00", time_zone: UTC}]\n`;

async function withPolicy(policy: string, approve: boolean) {
  const { home, digest } = await atGateP();
  writeFileSync(join(home, 'policy.yaml'), policy);
  if (approve) {
    const ledger = await ledgerAt(home);
    const { rows } = await ledger.read(DEPLOYMENT);
    const until = new Date(Date.now() + DAY_MS).toISOString();
    const fact = { type: 'decided', digest, choice: 'approve', until } as const;
    const by = { kind: 'person', name: 'ann', assurance: 'elicited' } as const;
    await ledger.append(DEPLOYMENT, rows.length, [{ at: new Date().toISOString(), by, fact }]);
    ledger.close();
  }
  const made = createEngine({ home, workspace: home, tools: TOOLS });
  engine = made;
  return (tool: string, input = {}) =>
    made.perform({ tool, input: { deployment: DEPLOYMENT, ...input }, actor: { kind: 'agent', client: 'test' } });
}

it('holds apply-phase back outside of the change windows, and says when the next one opens', async () => {
  const call = await withPolicy(CLOSED, true);
  const refused = await call('apply-phase', { phase_number: 1 });
  expect(refused.structured).toMatchObject({ refusal: { code: 'PERSON_NEEDED' } });
  expect(refused.text).toMatch(
    /change windows only \(\w{3} 03:00 to 04:00 \(UTC\)\), and the next opens \S+T03:00:00\.000Z/,
  );
});

it('holds back neither a dry run nor a rollback, and nothing inside a window', async () => {
  const closed = await withPolicy(CLOSED, true);
  expect((await closed('apply-phase', { phase_number: 1, dry_run: true })).text).not.toContain('change windows');
  expect((await closed('rollback-phase', { phase_number: 1, execute: true })).text).not.toContain('change windows');
  await engine?.close();
  const open = await withPolicy(OPEN, true);
  expect((await open('apply-phase', { phase_number: 1 })).text).not.toContain('change windows');
});

it('lets the gate speak first, and tells the approver', async () => {
  const call = await withPolicy(CLOSED, false);
  expect((await call('apply-phase', { phase_number: 1 })).structured).toMatchObject({
    refusal: { code: 'APPROVAL_REQUIRED' },
  });
  const asked = await call('request-approval');
  expect(asked.question?.body).toContain('Phases are applied in change windows only');
});

it.each([
  ['time_zone: Europe/Atlantis', 'time zone'],
  ['time_zone: UTC, to: "25:00"', 'HH:MM'],
  ['time_zone: UTC, days: [today]', 'days'],
])('a window with %s is named, and nothing runs', async (wrong, named) => {
  const good = { days: '[mon]', from: '"09:00"', to: '"10:00"' };
  const fields = Object.entries(good)
    .filter(([key]) => !wrong.includes(`${key}:`))
    .map(([key, value]) => `${key}: ${value}`);
  const call = await withPolicy(`change_windows: [{${[...fields, wrong].join(', ')}}]\n`, false);
  const { text } = await call('deployment-status');
  expect(text).toContain('change_windows.0');
  expect(text).toContain(named);
});
