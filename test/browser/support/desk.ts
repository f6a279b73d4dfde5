import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { beginEnrolment } from '../../../src/approvers/index.ts';
import { type Console, startConsole } from '../../../src/console/index.ts';
import { createEngine, type Engine } from '../../../src/engine/index.ts';
import { TOOLS } from '../../../src/tools/index.ts';
import { atGateP, DEPLOYMENT, type Submitted } from '../../protocol/support/at-gate-p.ts';
import { type Tab, tab } from './chromium.ts';

/** A real ledger with a plan that waits, a console over it, and a person at a browser who has enrolled a passkey. */
export type Desk = Awaited<ReturnType<typeof atGateP>> & {
  readonly engine: Engine;
  readonly console: Console;
  readonly tab: Tab;
  close(): Promise<void>;
};

export async function desk(
  browser: Browser,
  options: { readonly policy?: string; readonly submitted?: Submitted } = {},
): Promise<Desk> {
  const ledger = await atGateP(options.submitted);
  if (options.policy !== undefined) writeFileSync(join(ledger.home, 'policy.yaml'), options.policy);
  const engine = createEngine({ home: ledger.home, workspace: ledger.home, tools: TOOLS });
  const running = await startConsole({ engine });
  const own = await tab(browser);
  await enrol(own.page, running.origin, ledger.home, 'ann');
  older(ledger.home);
  return {
    ...ledger,
    engine,
    console: running,
    tab: own,
    close: async () => {
      await own.context.close();
      await running.close();
      await engine.close();
    },
  };
}

/** A person opens the link that `infragate approver add` prints, and their device makes a passkey. */
export async function enrol(
  page: Page,
  origin: string,
  home: string,
  name: string,
  groups: string[] = [],
): Promise<void> {
  const token = await beginEnrolment(home, name, groups, new Date());
  await page.goto(`${origin}/enrol/${token}`);
  await page.getByRole('button', { name: 'Enrol a passkey' }).click();
  await page.getByText(`of ${name} is enrolled`).waitFor();
}

/** As if the passkeys had been enrolled before the deployment was started. */
export function older(home: string): void {
  const file = join(home, 'approvers');
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const aged = lines.map((line) => JSON.stringify({ ...JSON.parse(line), created_at: '2020-01-01T00:00:00.000Z' }));
  writeFileSync(file, `${aged.join('\n')}\n`);
}

export const reviewUrl = (origin: string): string => `${origin}/d/${DEPLOYMENT}/review`;

/** On the review that is open: chooses, says why, and uses the passkey. Answers what the page says came of it. */
export async function decideOn(page: Page, choice: 'Approve' | 'Revise' | 'Reject', remark = ''): Promise<string> {
  await page.getByRole('radio', { name: choice }).check();
  if (remark !== '') await page.getByLabel('What to revise').fill(remark);
  await page.getByRole('button', { name: 'Decide with a passkey' }).click();
  const outcome = page.locator('form[aria-label="Decide about this plan"] .outcome');
  await outcome.filter({ hasText: /^(?!Waiting).+/ }).waitFor();
  return (await outcome.textContent()) ?? '';
}
