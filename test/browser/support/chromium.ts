import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';

/** The browser these tests use: CHROMIUM, or where Debian and others put it. */
const PLACES = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const found = PLACES.find((path) => path !== '' && existsSync(path));

export const noBrowser: string | undefined =
  found === undefined ? 'there is no chromium here (apt-get install chromium, or CHROMIUM=/path)' : undefined;

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: found ?? '', args: ['--no-sandbox', '--disable-dev-shm-usage'] });

/** A tab whose device has a passkey built in: Chromium's own virtual authenticator, with a PIN that is always right. */
export type Tab = {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly authenticator: string;
};

export type Looks = { readonly dark?: boolean; readonly phone?: boolean };

export async function tab(browser: Browser, { dark = false, phone = false }: Looks = {}): Promise<Tab> {
  const context = await browser.newContext({
    colorScheme: dark ? 'dark' : 'light',
    viewport: phone ? { width: 390, height: 844 } : { width: 1200, height: 900 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const authenticator = await withAuthenticator(cdp);
  return { context, page, cdp, authenticator };
}

export async function withAuthenticator(cdp: CDPSession, verified = true): Promise<string> {
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: verified,
      automaticPresenceSimulation: true,
    },
  });
  return authenticatorId;
}
