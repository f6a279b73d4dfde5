import { appendFileSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownKeys } from '../../src/approvers/index.ts';
import { startConsole } from '../../src/console/index.ts';
import { createRequests, REQUEST_MS } from '../../src/console/requests.ts';
import { ledgerAt } from '../../src/state/ledger.fixture.ts';
import { gate, gateStanding } from '../../src/workflow/index.ts';
import { DEPLOYMENT, decisions } from '../protocol/support/at-gate-p.ts';
import { freshHome } from '../protocol/support/servers.ts';
import { theOperator } from '../support/operator.ts';
import * as cheat from './support/cheat.ts';
import { launch, noBrowser, withAuthenticator } from './support/chromium.ts';
import { type Desk, desk } from './support/desk.ts';

/** What is tried; each answers why it was refused. None may decide anything. */
type Cheat = readonly [name: string, refusedBecause: RegExp, attempt: (d: Desk) => Promise<string>];

const why = async (sent: Promise<cheat.Sent>): Promise<string> => {
  const { status, why: reason } = await sent;
  return `${status} ${reason}`;
};
const genuine = async (d: Desk, more: Record<string, unknown> = {}) => {
  const asked = await cheat.ask(d, more);
  return { asked, response: await cheat.answerOf(d, asked) };
};
const changed = (change: (response: cheat.Response) => unknown) => async (d: Desk) => {
  const { asked, response } = await genuine(d);
  return why(cheat.send(d, asked.ticket, change(response)));
};
const byHeader = (headers: Record<string, string>) => async (d: Desk) => {
  const { asked, response } = await genuine(d);
  return why(cheat.post(d, `/d/${DEPLOYMENT}/answer`, { ticket: asked.ticket, response }, headers));
};
const software =
  (more: Parameters<typeof cheat.forged>[4] = {}, origin?: string) =>
  async (d: Desk) => {
    const asked = await cheat.ask(d);
    const [ann] = await ownKeys(d.home);
    const response = cheat.forged(cheat.forger(), ann?.id ?? '', origin ?? d.console.origin, asked, more);
    return why(cheat.send(d, asked.ticket, response));
  };
/** A passkey that is enrolled, but in software: what decides is then what the answer itself says. */
const enrolledSoftware =
  (more: Parameters<typeof cheat.forged>[4], key: Record<string, unknown> = {}) =>
  async (d: Desk) => {
    const soft = cheat.forger();
    const undo = cheat.editKeys(d.home, (line) => line);
    const own = {
      name: 'bob',
      id: 'c29mdA',
      public_key: soft.spki,
      rp_id: 'localhost',
      created_at: '2020-01-01T00:00:00.000Z',
    };
    appendFileSync(join(d.home, 'approvers'), `${JSON.stringify({ ...own, ...key })}\n`);
    try {
      const asked = await cheat.ask(d);
      return await why(cheat.send(d, asked.ticket, cheat.forged(soft, own.id, d.console.origin, asked, more)));
    } finally {
      undo();
    }
  };
const withKeys = (change: (key: Record<string, unknown>) => Record<string, unknown>) => async (d: Desk) => {
  const { asked, response } = await genuine(d);
  const undo = cheat.editKeys(d.home, change);
  try {
    return await why(cheat.send(d, asked.ticket, response));
  } finally {
    undo();
  }
};

const CHEATS: readonly Cheat[] = [
  ['an answer without an Origin', /403/, byHeader({ origin: '' })],
  ['an answer from a page of another origin', /403.*may ask/, byHeader({ origin: 'https://evil.example' })],
  ['an answer from a page of another port', /403.*may ask/, byHeader({ origin: 'http://localhost:1' })],
  ['an answer that the browser calls cross-site', /403.*may ask/, byHeader({ 'sec-fetch-site': 'cross-site' })],
  ['a Host that only resolves to here', /403.*this console is at/, byHeader({ host: 'rebound.example' })],
  ['a form that any page can send', /403.*JSON/, byHeader({ 'content-type': 'application/x-www-form-urlencoded' })],
  [
    'a body that is not JSON',
    /409.*no answer of a passkey/,
    (d) => why(cheat.post(d, `/d/${DEPLOYMENT}/answer`, '{"ticket":')),
  ],
  ['a body of a megabyte', /409.*no answer/, (d) => why(cheat.post(d, `/d/${DEPLOYMENT}/answer`, 'x'.repeat(1 << 20)))],
  [
    'a decision by a link',
    /404/,
    async (d) => String((await fetch(`${d.console.origin}/d/${DEPLOYMENT}/answer?choice=approve`)).status),
  ],
  [
    'a request by a link',
    /404/,
    async (d) => String((await fetch(`${d.console.origin}/d/${DEPLOYMENT}/request?act=decide&choice=approve`)).status),
  ],
  [
    'a ticket that was never given',
    /not open any more/,
    async (d) => why(cheat.send(d, 'made-up', (await genuine(d)).response)),
  ],
  [
    'a ticket under another deployment',
    /not open any more/,
    async (d) => {
      const { asked, response } = await genuine(d);
      return why(cheat.send(d, asked.ticket, response, 'x-2'));
    },
  ],
  ['no answer at all', /no answer of a passkey/, changed(() => ({}))],
  [
    'an answer without its signature',
    /no answer of a passkey/,
    changed(({ id, response: { signature: _, ...rest } }) => ({ id, response: rest })),
  ],
  [
    'an empty signature',
    /signature does not fit/,
    changed((r) => ({ ...r, response: { ...r.response, signature: '' } })),
  ],
  ['a signature with one bit changed', /signature does not fit/, changed((r) => cheat.flipped(r, 'signature', 20, 1))],
  [
    'a counter that was changed',
    /signature does not fit/,
    changed((r) => cheat.flipped(r, 'authenticatorData', 36, 1)),
  ],
  [
    'the flag of a verified user taken away',
    /did not verify its user/,
    changed((r) => cheat.flipped(r, 'authenticatorData', 32, 4)),
  ],
  [
    'the flag of a present user taken away',
    /did not verify its user/,
    changed((r) => cheat.flipped(r, 'authenticatorData', 32, 1)),
  ],
  ['an answer for another site', /another site/, changed((r) => cheat.flipped(r, 'authenticatorData', 3, 8))],
  [
    'authenticator data cut short',
    /too short/,
    changed((r) => ({ ...r, response: { ...r.response, authenticatorData: 'AAAA' } })),
  ],
  [
    'client data that is none',
    /no origin/,
    changed((r) => ({ ...r, response: { ...r.response, clientDataJSON: 'AAAA' } })),
  ],
  ['another challenge', /another plan, another review/, changed((r) => cheat.withClientData(r, { challenge: 'AAAA' }))],
  [
    'an enrolment in the place of an answer',
    /no answer to a request/,
    changed((r) => cheat.withClientData(r, { type: 'webauthn.create' })),
  ],
  [
    'an answer out of a frame of another page',
    /another origin/,
    changed((r) => cheat.withClientData(r, { crossOrigin: true })),
  ],
  [
    'client data of another origin',
    /evil/,
    changed((r) => cheat.withClientData(r, { origin: 'https://evil.example' })),
  ],
  [
    'client data of another page on localhost',
    /localhost:1/,
    changed((r) => cheat.withClientData(r, { origin: 'http://localhost:1' })),
  ],
  ['a passkey that nobody enrolled', /not one of an approver/, changed((r) => ({ ...r, id: 'AAAA' }))],
  ["software under the approver's credential", /signature does not fit/, software()],
  ['software on a page of its own', /it was given on a page of/, software({}, 'http://localhost:4711')],
  ['a device that asked nobody for a PIN', /did not verify its user/, enrolledSoftware({ flags: 0x01 })],
  ['a passkey of another site', /another site/, enrolledSoftware({ rpId: 'evil.example' })],
  [
    'a passkey that is younger than the deployment',
    /policy asks for .*passkey.*this one has "elicited"/,
    enrolledSoftware({}, { created_at: '2099-01-01T00:00:00.000Z' }),
  ],
  [
    'a passkey that was taken out of use',
    /not one of an approver/,
    withKeys((key) => ({ ...key, removed_at: '2020-01-02T00:00:00.000Z' })),
  ],
  [
    'a public key that was swapped',
    /signature does not fit/,
    withKeys((key) => ({ ...key, public_key: cheat.forger().spki })),
  ],
  ['a credential that was swapped', /not one of an approver/, withKeys((key) => ({ ...key, id: 'AAAA' }))],
  [
    'a passkey that an administrator binds to another page',
    /page of/,
    withKeys((key) => ({ ...key, origin: 'https://approve.example' })),
  ],
  [
    'the same answer twice under two requests',
    /another plan, another review/,
    async (d) => {
      const { response } = await genuine(d);
      return why(cheat.send(d, (await cheat.ask(d)).ticket, response));
    },
  ],
  [
    'a rejection turned into an approval',
    /another choice/,
    async (d) => {
      const { response } = await genuine(d, { choice: 'reject' });
      return why(cheat.send(d, (await cheat.ask(d)).ticket, response));
    },
  ],
  [
    'a waiver turned into an approval',
    /another choice/,
    async (d) => why(cheat.send(d, (await cheat.ask(d)).ticket, await cheat.answerOf(d, await cheat.waiveRequest(d)))),
  ],
  [
    'other words than the person wrote',
    /another choice/,
    async (d) => {
      const { response } = await genuine(d, { remark: 'fine' });
      return why(cheat.send(d, (await cheat.ask(d, { remark: 'fine, and skip phase 2' })).ticket, response));
    },
  ],
  [
    'a request for another plan',
    /plan has changed/,
    (d) => cheat.ask(d, { digest: `sha256:${'0'.repeat(64)}` }).then(String, String),
  ],
  [
    'a review that nobody was shown',
    /not on record here/,
    async (d) => {
      const { asked, response } = await genuine(d, { review: `sha256:${'0'.repeat(64)}` });
      return why(cheat.send(d, asked.ticket, response));
    },
  ],
  [
    'a revision without words',
    /say what to revise/,
    (d) => cheat.ask(d, { choice: 'revise', remark: ' ' }).then(String, String),
  ],
  ['a choice that is none', /choose approve/, (d) => cheat.ask(d, { choice: 'yes' }).then(String, String)],
  [
    'a console that was started again in between',
    /not open any more/,
    async (d) => {
      const { asked, response } = await genuine(d);
      const other = await startConsole({ engine: d.engine });
      try {
        return await why(cheat.send({ ...d, console: other }, asked.ticket, response));
      } finally {
        await other.close();
      }
    },
  ],
  [
    'a form where a passkey is demanded',
    /policy asks for .*"passkey".*"elicited"/,
    async (d) => {
      const { digest, review } = await cheat.shown(d);
      const actor = { kind: 'person', assurance: 'elicited' } as const;
      return (
        await d.engine.decide({ deployment: DEPLOYMENT, digest, review, prefix: digest, choice: 'approve', actor })
      ).text;
    },
  ],
  [
    'the passphrase where a passkey is demanded',
    /policy asks for .*"passkey".*"operator"/,
    async (d) => {
      const { digest, review } = await cheat.shown(d);
      const hand = await theOperator(d.home);
      return (
        await d.engine.decide({ deployment: DEPLOYMENT, digest, review, prefix: digest, choice: 'approve', ...hand })
      ).text;
    },
  ],
  [
    'an enrolment link that somebody guesses',
    /used already, or its time is over/,
    (d) => why(cheat.post(d, '/enrol/guessed', { response: {} })),
  ],
];

describe.skipIf(noBrowser !== undefined)(
  `cheating at the console${noBrowser === undefined ? '' : ` (${noBrowser})`}`,
  () => {
    let browser: Browser;
    let d: Desk;
    beforeAll(async () => {
      browser = await launch();
      d = await desk(browser, { policy: 'minimum_assurance: passkey\n' });
    });
    afterAll(async () => {
      await d?.close();
      await browser?.close();
    });
    const pending = async (at: Desk) => {
      expect(await decisions(at.home)).toEqual([]);
      const loaded = await at.engine.read(DEPLOYMENT);
      if (!loaded.ok) throw new Error(loaded.refusal.message);
      const { checks } = gateStanding(gate('P'), loaded.deployment, at.engine.now());
      expect(checks.find((c) => c.check === 'plan-approved')).toMatchObject({
        status: 'missing',
        because: expect.stringContaining('no person has decided'),
      });
    };

    test.each(CHEATS)('%s decides nothing, and the console says why', async (_name, because, attempt) => {
      expect(await attempt(d)).toMatch(because);
      await pending(d);
    });

    test('a device without the passkey has none to give, and the page says that nothing was decided', async () => {
      const { page, cdp, authenticator } = d.tab;
      await page.goto(`${d.console.origin}/d/${DEPLOYMENT}/review`);
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId: authenticator });
      await cdp.send('WebAuthn.clearCredentials', { authenticatorId: authenticator });
      await page.getByRole('radio', { name: 'Approve' }).check();
      await page.getByRole('button', { name: 'Decide with a passkey' }).click();
      await page.getByText('Nothing was decided').waitFor();
      await pending(d);
      for (const credential of credentials)
        await cdp.send('WebAuthn.addCredential', { authenticatorId: authenticator, credential });
    });

    test('a request that is answered too late', () => {
      let now = Date.parse('2026-01-01T00:00:00.000Z');
      const requests = createRequests(() => now);
      const fact = { type: 'abandoned', because: 'late' } as const;
      const { ticket } = requests.open(DEPLOYMENT, fact, [], 'localhost');
      now += REQUEST_MS;
      expect(requests.take(ticket)).toBeUndefined();
    });

    test('after all of it the person approves, once; the answer again and an older counter decide nothing more', async () => {
      const { asked, response } = await genuine(d);
      const second = await genuine(d);
      expect(await cheat.send(d, second.asked.ticket, second.response)).toMatchObject({ status: 200 });
      expect(await decisions(d.home)).toHaveLength(1);
      expect(await why(cheat.send(d, second.asked.ticket, second.response))).toMatch(/not open any more/);
      // Signed before the other: the device's counter has gone on since.
      expect(await why(cheat.send(d, asked.ticket, response))).toMatch(/counter stands still or goes back/);
      expect(await decisions(d.home)).toHaveLength(1);
    });

    test('whoever writes into the ledger instead damages the record, and it says which row', async () => {
      const ledger = await ledgerAt(d.home);
      const { rows } = await ledger.read(DEPLOYMENT);
      const row = rows.findLast((r) => Object(r.fact).type === 'decided');
      if (row === undefined) throw new Error('nothing was decided');
      const [by, fact] = [Object(row.by), Object(row.fact)];
      const bodies = [await ledger.get(fact.assertion), await ledger.get(fact.review)];
      ledger.close();

      /** A ledger of its own with all before the decision, and these rows in its place, the chain made anew. */
      const instead = async (changed: readonly (readonly [by: object, fact: object])[], id = DEPLOYMENT) => {
        const home = freshHome();
        mkdirSync(home, { recursive: true });
        copyFileSync(join(d.home, 'approvers'), join(home, 'approvers'));
        const copy = await ledgerAt(home);
        for (const body of bodies) if (body !== undefined) await copy.put(body.body, body.mediaType);
        const before = rows
          .slice(0, row.seq - 1)
          .map(({ at, by: who, fact: what }) => ({ at, by: who, fact: Object(what) }));
        await copy.append(id, 0, [
          ...before,
          ...changed.map(([who, what]) => ({ at: row.at, by: who, fact: Object(what) })),
        ]);
        const { damaged } = await copy.read(id);
        copy.close();
        return damaged?.why ?? 'sound';
      };
      const { assertion: _, ...bare } = fact;
      const none = `sha256:${'0'.repeat(64)}`;
      expect(await instead([[by, fact]])).toBe('sound');
      expect(await instead([[by, bare]])).toMatch(/has no answer of one/);
      expect(await instead([[by, { ...fact, assertion: none }]])).toMatch(/has no answer of one/);
      expect(await instead([[by, { ...fact, choice: 'reject' }]])).toMatch(/does not prove it/);
      expect(await instead([[by, { ...fact, digest: none }]])).toMatch(/does not prove it/);
      expect(await instead([[by, { ...fact, review: none }]])).toMatch(/does not prove it/);
      expect(await instead([[by, { ...fact, remark: 'and all the rest' }]])).toMatch(/does not prove it/);
      expect(await instead([[by, fact]], 'x-2')).toMatch(/does not prove it/);
      expect(await instead([[{ ...by, name: 'bob' }, fact]])).toMatch(/bob decided, and the passkey is ann's/);
      expect(await instead([[{ ...by, separation: 'other-host' }, fact]])).toMatch(
        /nothing vouches for more than same-user/,
      );
      expect(await instead([[{ ...by, groups: ['security'] }, fact]])).toMatch(/a group that the approver is not in/);
      expect(
        await instead([
          [by, fact],
          [by, fact],
        ]),
      ).toMatch(/repeats the answer/);
    });

    test('a second tab: what one tab decides makes the other tab’s request void', async () => {
      const own = await desk(browser, { policy: 'minimum_assurance: passkey\n' });
      const first = await genuine(own, { choice: 'revise' });
      const second = await genuine(own);
      expect(await cheat.send(own, first.asked.ticket, first.response)).toMatchObject({ status: 200 });
      expect(await why(cheat.send(own, second.asked.ticket, second.response))).toMatch(/409/);
      expect(await decisions(own.home)).toMatchObject([{ fact: { choice: 'revise' } }]);
      await own.close();
    });

    test('another plan, and newer evidence against it, between the question and the answer', async () => {
      const own = await desk(browser);
      const before = await genuine(own);
      await own.revise();
      expect(await why(cheat.send(own, before.asked.ticket, before.response))).toMatch(/409 .*changed/);
      const again = await genuine(own);
      await own.contradict();
      expect(await why(cheat.send(own, again.asked.ticket, again.response))).toMatch(/409/);
      expect(await decisions(own.home)).toEqual([]);
      await own.close();
    });

    test('a device that does not verify its user is refused by the browser itself', async () => {
      const { cdp, authenticator, page } = d.tab;
      await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: authenticator });
      await withAuthenticator(cdp, false);
      await page.goto(d.console.origin);
      await expect(
        cheat.answerOf(d, {
          ticket: '',
          options: { challenge: 'AAAA', userVerification: 'required' } as { challenge: string },
        }),
      ).rejects.toThrow();
    });
  },
);
