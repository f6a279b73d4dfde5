import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DIFY } from '../../src/report/fixtures/record.ts';
import { ledgerAt } from '../../src/state/ledger.fixture.ts';
import { DEPLOYMENT } from '../protocol/support/at-gate-p.ts';
import { launch, noBrowser, tab } from './support/chromium.ts';
import { type Desk, desk } from './support/desk.ts';
import { SHOP } from './support/shop.ts';

/**
 * Every page as it is seen: light and dark, on a desk and on a phone. `INFRAGATE_SCREENSHOTS=docs/images` keeps the
 * pictures that the documentation shows.
 */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const KEPT = process.env.INFRAGATE_SCREENSHOTS;

/** In the page: what has the focus. */
const FOCUSED = `(({ tagName, name, textContent }) => tagName + ' ' + (name || textContent.slice(0, 30)))(document.activeElement)`;

const PAGES = [
  ['board', '/'],
  ['deployment', '/d/dify-1'],
  ['review', `/d/${DEPLOYMENT}/review`],
] as const;
const LOOKS = [
  ['light', 'desktop', true],
  ['dark', 'desktop', false],
  ['light', 'phone', false],
  ['dark', 'phone', true],
] as const;

describe.skipIf(noBrowser !== undefined)(
  `the console's pages${noBrowser === undefined ? '' : ` (${noBrowser})`}`,
  () => {
    let browser: Browser;
    let d: Desk;
    beforeAll(async () => {
      browser = await launch();
      d = await desk(browser, { submitted: SHOP });
      const ledger = await ledgerAt(d.home);
      const events = DIFY.trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      await ledger.append(
        'dify-1',
        0,
        events.map(({ at, by, fact }) => ({ at, by, fact })),
      );
      ledger.close();
    });
    afterAll(async () => {
      await d?.close();
      await browser?.close();
    });

    /** What axe-core finds, and what the page asks of other hosts or is refused by its policy. */
    async function opened(path: string, looks: { dark: boolean; phone: boolean }) {
      const made = await tab(browser, looks);
      const foreign: string[] = [];
      const complaints: string[] = [];
      made.page.on('request', (request) => {
        if (new URL(request.url()).origin !== d.console.origin) foreign.push(request.url());
      });
      made.page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      made.page.on('pageerror', (error) => complaints.push(error.message));
      await made.page.goto(`${d.console.origin}${path}`);
      return { ...made, foreign, complaints };
    }

    const findings = async (page: Page) => {
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(async () => Object(globalThis).axe.run());
      return violations.map((v: { id: string; nodes: { html: string }[] }) => `${v.id}: ${v.nodes[0]?.html}`);
    };

    test.each(PAGES)('%s: axe finds nothing, nothing is asked elsewhere, nothing is cut off', async (name, path) => {
      for (const [colour, screen, judged] of LOOKS) {
        const looks = { dark: colour === 'dark', phone: screen === 'phone' };
        const { page, context, foreign, complaints } = await opened(path, looks);
        const file = `console-${name}-${colour}-${screen}.png`;
        const shot = await page.screenshot(KEPT === undefined ? {} : { path: join(KEPT, file) });
        expect(shot.byteLength, file).toBeLessThan(150_000);
        const wide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
        const axe = judged ? await findings(page) : [];
        expect({ file, axe, foreign, complaints, wide }).toEqual({
          file,
          axe: [],
          foreign: [],
          complaints: [],
          wide: false,
        });
        await context.close();
      }
    });

    test('what the plan says stays text: no markup of it, no script of it, no hidden character', async () => {
      const { page, context } = await opened(`/d/${DEPLOYMENT}/review`, { dark: false, phone: false });
      const text = (await page.locator('main').textContent()) ?? '';
      expect(text).toContain('<img src=x onerror=alert(1)>');
      expect(text).toContain('<U+202E>');
      expect(await page.locator('main img, main script, main iframe').count()).toBe(0);
      expect(await page.getByRole('heading', { name: 'Look at first' }).count()).toBe(1);
      await context.close();
    });

    test('a person reaches the decision with the keyboard alone', async () => {
      const { page, context } = await opened(`/d/${DEPLOYMENT}/review`, { dark: false, phone: false });
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
      const reached: string[] = [];
      for (let i = 0; i < 60; i += 1) {
        await page.keyboard.press('Tab');
        const on = String(await page.evaluate(FOCUSED));
        reached.push(on);
        if (on.includes('Decide with a passkey')) break;
      }
      expect(reached).toEqual(
        expect.arrayContaining(['INPUT choice', 'TEXTAREA remark', 'BUTTON Decide with a passkey']),
      );
      await context.close();
    });

    test('what is on record since appears on the board without loading it again', async () => {
      const { page, context } = await opened('/', { dark: false, phone: false });
      await page.getByText('Review the plan and decide').waitFor();
      await d.contradict();
      await page.getByRole('heading', { name: 'Open', exact: true }).waitFor();
      expect(await page.getByText('Review the plan and decide').count()).toBe(0);
      await context.close();
    });
  },
);
