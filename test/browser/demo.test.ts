import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decidesOn } from '../../src/demo/at-console.ts';
import { launch, noBrowser } from './support/chromium.ts';
import { decideOn, desk, reviewUrl } from './support/desk.ts';

describe.skipIf(noBrowser !== undefined)(
  `demo --console: the person at the screen decides${noBrowser === undefined ? '' : ` (${noBrowser})`}`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.close());

    test('the story waits for the page, and goes on when the plan is approved there', async () => {
      const d = await desk(browser);
      try {
        const said = Promise.resolve(decidesOn(d.engine, d.console.origin)('the form'));
        await d.tab.page.goto(reviewUrl(d.console.origin));
        expect(await Promise.race([said, Promise.resolve('waiting')])).toBe('waiting');
        await decideOn(d.tab.page, 'Approve');
        expect(await said).toEqual({ action: 'decline' });
      } finally {
        await d.close();
      }
    });

    test('it ends, and says why, when the person decides otherwise', async () => {
      const d = await desk(browser);
      try {
        const said = Promise.resolve(decidesOn(d.engine, d.console.origin)('the form'));
        const ended = expect(said).rejects.toThrow('you decided: revise');
        await d.tab.page.goto(reviewUrl(d.console.origin));
        await decideOn(d.tab.page, 'Revise', 'smaller');
        await ended;
      } finally {
        await d.close();
      }
    });
  },
);
