import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEPLOYMENT, decisions } from '../protocol/support/at-gate-p.ts';
import { realServer } from '../protocol/support/servers.ts';
import { launch, noBrowser } from './support/chromium.ts';
import { type Desk, decideOn, desk } from './support/desk.ts';

/** An agent asks for approval; its client offers a page, or the link is in the answer. No console runs before. */
describe.skipIf(noBrowser !== undefined)(
  `the link of request-approval${noBrowser === undefined ? '' : ` (${noBrowser})`}`,
  () => {
    let browser: Browser;
    let d: Desk;
    beforeAll(async () => {
      browser = await launch();
      d = await desk(browser);
    });
    afterAll(async () => {
      await d?.close();
      await browser?.close();
    });

    const connect = async (capabilities: object, mode: 'legacy' | { pin: string }) => {
      const client = new Client({ name: 'test', version: '1' }, { capabilities, versionNegotiation: { mode } });
      const started = async () => {
        await client.connect(new StdioClientTransport({ ...realServer(d.home), stderr: 'ignore' }));
        return client;
      };
      return { client, started };
    };
    const answerOf = async (client: Client) => {
      const { content, structuredContent } = await client.callTool(
        { name: 'request-approval', arguments: { deployment: DEPLOYMENT } },
        { timeout: 120_000 },
      );
      return { text: JSON.stringify(content), value: Object(structuredContent) };
    };

    test('a client without pages gets the link in the answer; the page is served by the server itself', async () => {
      const { client, started } = await connect({}, 'legacy');
      await started();
      const { text, value } = await answerOf(client);
      const [url = ''] = /http:\/\/localhost:\d+\/d\/[\w-]+\/review/.exec(text) ?? [];
      expect(value).toMatchObject({ status: 'pending' });
      expect(url).not.toContain(d.console.origin);
      await d.tab.page.goto(url);
      await d.tab.page.getByRole('button', { name: 'Decide with a passkey' }).waitFor();
      await client.close();
    });

    test('a client that declines the page decides nothing', async () => {
      const { client, started } = await connect({ elicitation: { url: {} } }, { pin: '2026-07-28' });
      client.setRequestHandler('elicitation/create', async () => ({ action: 'decline' }));
      await started();
      expect((await answerOf(client)).value).toMatchObject({ status: 'pending' });
      expect(await decisions(d.home)).toEqual([]);
      await client.close();
    });

    test.each([
      ['2025-11-25', 'legacy' as const, 'Revise' as const, 'revise'],
      ['2026-07-28', { pin: '2026-07-28' }, 'Reject' as const, 'rejected'],
    ])(
      'a %s client opens the page, the person decides there, and the call answers it',
      async (_era, mode, choice, status) => {
        const own = await desk(browser);
        const client = new Client(
          { name: 'test', version: '1' },
          { capabilities: { elicitation: { url: {} } }, versionNegotiation: { mode } },
        );
        const offered: string[] = [];
        client.setRequestHandler('elicitation/create', async (request) => {
          const url = String(Object(request.params).url);
          offered.push(url);
          await own.tab.page.goto(url);
          await decideOn(own.tab.page, choice, 'as the test says');
          return { action: 'accept' };
        });
        await client.connect(new StdioClientTransport({ ...realServer(own.home), stderr: 'ignore' }));
        expect((await answerOf(client)).value).toMatchObject({ status, assurance: 'passkey' });
        expect(offered).toHaveLength(1);
        expect(await decisions(own.home)).toMatchObject([{ by: { assurance: 'passkey', name: 'ann' } }]);
        await client.close();
        await own.close();
      },
    );
  },
);
