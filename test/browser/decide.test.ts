import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { gate, gateStanding } from '../../src/workflow/index.ts';
import { atGateP, bodyOf, DEPLOYMENT, decisions } from '../protocol/support/at-gate-p.ts';
import { infragate } from '../support/scene.ts';
import { launch, noBrowser } from './support/chromium.ts';
import { type Desk, decideOn, desk, reviewUrl } from './support/desk.ts';

describe.skipIf(noBrowser !== undefined)(
  `a person at the console${noBrowser === undefined ? '' : ` (${noBrowser})`}`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser.close());
    const open: Desk[] = [];
    afterEach(async () => {
      for (const one of open.splice(0)) await one.close();
    });
    const begin = async (policy?: string): Promise<Desk> => {
      const made = await desk(browser, policy === undefined ? {} : { policy });
      open.push(made);
      return made;
    };
    const gateP = async ({ engine }: Desk) => {
      const loaded = await engine.read(DEPLOYMENT);
      if (!loaded.ok) throw new Error(loaded.refusal.message);
      return gateStanding(gate('P'), loaded.deployment, engine.now()).passes;
    };

    test('finds the plan on the board, reads its review, approves with a passkey, and Gate P passes', async () => {
      const d = await begin('minimum_assurance: passkey\n');
      const { page } = d.tab;
      await page.goto(d.console.origin);
      expect(await gateP(d)).toBe(false);
      await page.getByRole('link', { name: 'Review the plan and decide' }).click();
      await page.getByRole('heading', { name: 'ConfigMap/web-config' }).waitFor();
      expect(await decideOn(page, 'Approve')).toContain('approved by a person (passkey)');
      expect(await gateP(d)).toBe(true);

      const [decided] = await decisions(d.home);
      expect(decided).toMatchObject({
        by: {
          kind: 'person',
          name: 'ann',
          assurance: 'passkey',
          separation: 'same-user',
          credential: { pinned_by: 'data-folder' },
        },
        fact: { type: 'decided', choice: 'approve', digest: d.digest },
      });
      const { assertion, review } = Object(Object(decided).fact);
      expect(await bodyOf(d.home, assertion)).toMatchObject({ form: 1, client_data: expect.any(String) });
      expect(await bodyOf(d.home, review)).toMatchObject({ form: 1, plan: { digest: d.digest } });
      expect(infragate(d.home, ['verify'])).toMatchObject({ status: 0 });

      // Years later, elsewhere: an empty home, the exported lines, the public keys, and nothing else.
      const elsewhere = mkdtempSync(join(tmpdir(), 'infragate-elsewhere-'));
      const [record, keys] = [join(elsewhere, 'record.jsonl'), join(elsewhere, 'keys')];
      writeFileSync(record, infragate(d.home, ['export', '--decisions', DEPLOYMENT]).stdout);
      writeFileSync(keys, infragate(d.home, ['approver', 'list', '--json']).stdout);
      const check = () =>
        infragate(join(elsewhere, 'home'), ['verify', '--decisions', '--record', record, '--keys', keys]);
      expect(check()).toMatchObject({ status: 0, stdout: expect.stringContaining('1 of 1 decisions') });
      expect(existsSync(join(elsewhere, 'home'))).toBe(false);
      writeFileSync(record, readFileSync(record, 'utf8').replace('"choice":"approve"', '"choice":"reject"'));
      expect(check()).toMatchObject({ status: 1, stderr: expect.stringContaining('was changed') });
      rmSync(elsewhere, { recursive: true });
    });

    test.each([
      ['Revise', 'revise', 'smaller phases'],
      ['Reject', 'reject', 'not this week'],
    ] as const)('%s is recorded with what the person wrote', async (name, choice, remark) => {
      const d = await begin();
      await d.tab.page.goto(reviewUrl(d.console.origin));
      expect(await decideOn(d.tab.page, name)).toMatch(/say wh/);
      expect(await decisions(d.home)).toEqual([]);
      await decideOn(d.tab.page, name, remark);
      expect(await decisions(d.home)).toMatchObject([
        {
          by: { assurance: 'passkey', name: 'ann' },
          fact: { choice, remark, assertion: expect.stringMatching(/^sha256:/) },
        },
      ]);
      expect(await gateP(d)).toBe(false);
    });

    test('waives a check and abandons the deployment, each with the passkey', async () => {
      const d = await begin();
      const { page } = d.tab;
      await d.contradict();
      await page.goto(`${d.console.origin}/d/${DEPLOYMENT}`);
      await page.getByText('Waive a check').click();
      await page.getByLabel('Check', { exact: true }).selectOption('apis-verified');
      const waive = page.getByRole('form', { name: 'Waive a check' });
      await waive.getByLabel('Why').fill('it comes back tomorrow');
      await waive.getByRole('button').click();
      await waive.getByText('apis-verified is waived until').waitFor();

      await page.goto(`${d.console.origin}/d/${DEPLOYMENT}`);
      await page.getByText('Abandon this deployment').click();
      const abandon = page.getByRole('form', { name: 'Abandon this deployment' });
      await abandon.getByLabel('Why').fill('a mistake');
      await abandon.getByLabel('Type').fill('another');
      await abandon.getByRole('button').click();
      await abandon.getByText('to show that you mean this deployment').waitFor();
      await abandon.getByLabel('Type').fill(DEPLOYMENT);
      await abandon.getByRole('button').click();
      await abandon.getByText('is abandoned').waitFor();
      const loaded = await d.engine.read(DEPLOYMENT);
      expect(loaded).toMatchObject({ ok: true, deployment: { closed: { how: 'abandoned', because: 'a mistake' } } });
      expect(loaded.ok && loaded.deployment.waivers).toMatchObject([
        { by: { assurance: 'passkey' }, because: 'it comes back tomorrow' },
      ]);
      expect(infragate(d.home, ['verify'])).toMatchObject({ status: 0 });
    });

    test('without a passkey only looks', async () => {
      const d = await begin();
      const other = await atGateP();
      expect(other.home).not.toBe(d.home);
      const { createEngine } = await import('../../src/engine/index.ts');
      const { startConsole } = await import('../../src/console/index.ts');
      const { TOOLS } = await import('../../src/tools/index.ts');
      const engine = createEngine({ home: other.home, workspace: other.home, tools: TOOLS });
      const running = await startConsole({ engine });
      await d.tab.page.goto(reviewUrl(running.origin));
      await d.tab.page.getByText('No passkey is enrolled').waitFor();
      expect(await d.tab.page.getByRole('button').count()).toBe(0);
      await running.close();
      await engine.close();
    });
  },
);
