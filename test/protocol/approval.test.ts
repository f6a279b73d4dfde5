import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CLIENTS, type FormAnswer, type TestClient } from './support/clients.ts';
import { initialize, type Message, modern, type RawClient, rawClient } from './support/raw.ts';
import { fixtureServer } from './support/servers.ts';

const RIGHT = { digest_prefix: '01234567', choice: 'approve' };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const standing = async (client: TestClient) => (await client.call('deployment-status')).structured;

describe.each(CLIENTS)('a form in a $name', ({ connect }) => {
  const withForm = async (answer: FormAnswer) => {
    const seen: string[] = [];
    const client = await connect(fixtureServer(), (message) => {
      seen.push(message);
      return answer;
    });
    closers.push(client.close);
    return { client, seen };
  };

  it('shows the plan and the beginning of its digest, and takes an explicit approval', async () => {
    const { client, seen } = await withForm({ action: 'accept', content: RIGHT });
    const answer = await client.call('request-approval');
    expect(seen).toHaveLength(1);
    expect(seen[0]).toContain('The plan.');
    expect(seen[0]).toContain('01234567');
    expect(answer.isError).toBe(false);
    expect(answer.structured).toMatchObject({ status: 'approved', assurance: 'elicited' });
  });

  it('takes reject with a remark', async () => {
    const { client } = await withForm({ action: 'accept', content: { ...RIGHT, choice: 'reject', remark: 'too big' } });
    expect((await client.call('request-approval')).structured).toMatchObject({ status: 'rejected' });
  });

  const undecided: [string, FormAnswer, RegExp][] = [
    ['declined', { action: 'decline' }, /declined/],
    ['cancelled', { action: 'cancel' }, /cancelled/],
    ['accepted without content', { action: 'accept' }, /without a choice/],
    ['accepted with nothing in it', { action: 'accept', content: {} }, /without a choice/],
    ['accepted without a choice', { action: 'accept', content: { digest_prefix: '01234567' } }, /without a choice/],
    ['accepted without the digest', { action: 'accept', content: { choice: 'approve' } }, /without a choice/],
    [
      'accepted with another digest',
      { action: 'accept', content: { ...RIGHT, digest_prefix: 'ffffffff' } },
      /digest_prefix/,
    ],
    [
      'accepted with too little of the digest',
      { action: 'accept', content: { ...RIGHT, digest_prefix: '0' } },
      /digest_prefix/,
    ],
    ['accepted with an unknown choice', { action: 'accept', content: { ...RIGHT, choice: 'yes' } }, /without a choice/],
    ['a revision without a remark', { action: 'accept', content: { ...RIGHT, choice: 'revise' } }, /remark/],
  ];
  it.each(undecided)('%s leaves the plan pending', async (_name, answer, why) => {
    const { client } = await withForm(answer);
    const got = await client.call('request-approval');
    expect(got.isError).toBe(false);
    expect(got.structured).toMatchObject({ status: 'pending' });
    expect(got.text).toMatch(why);
    expect(await standing(client)).toMatchObject({ decisions: 0, status: 'pending' });
  });

  it('without forms the answer is pending, and says so', async () => {
    const client = await connect(fixtureServer());
    closers.push(client.close);
    const answer = await client.call('request-approval');
    expect(answer.isError).toBe(false);
    expect(answer.structured).toMatchObject({ status: 'pending' });
  });
});

describe('the sealed state of a question (2026-07-28, by hand)', () => {
  const FORMS = { elicitation: { form: {} } };
  const start = (home?: string): RawClient => {
    const client = rawClient(fixtureServer(home));
    closers.push(client.end);
    return client;
  };
  const askFor = async (client: RawClient, more: Record<string, unknown> = {}): Promise<Message> =>
    client.request('tools/call', modern({ name: 'request-approval', arguments: {}, ...more }, FORMS));
  const accept = { decision: { action: 'accept', content: RIGHT } };
  const decisions = async (client: RawClient) => {
    const { result } = await client.request('tools/call', modern({ name: 'deployment-status', arguments: {} }, FORMS));
    return Object(result?.structuredContent).decisions;
  };

  it('decides once: the same answer again counts for nothing', async () => {
    const client = start();
    const asked = await askFor(client);
    expect(asked.result).toMatchObject({ resultType: 'input_required' });
    const { requestState } = Object(asked.result);
    const again = { inputResponses: accept, requestState };
    expect((await askFor(client, again)).result).toMatchObject({ structuredContent: { status: 'approved' } });
    const replayed = await askFor(client, again);
    expect(JSON.stringify(replayed.result)).toContain('answered before');
    expect(await decisions(client)).toBe(1);
  });

  it('a declined form can not be accepted afterwards', async () => {
    const client = start();
    const { requestState } = Object((await askFor(client)).result);
    await askFor(client, { inputResponses: { decision: { action: 'decline' } }, requestState });
    const late = await askFor(client, { inputResponses: accept, requestState });
    expect(late.result).toMatchObject({ structuredContent: { status: 'pending' } });
    expect(await decisions(client)).toBe(0);
  });

  it.each([
    ['forged', () => 'v1.eyJwIjp7ImtpbmQiOiJhcHByb3ZhbCJ9fQ.AAAA'],
    ['changed', (state: string) => state.replace(/^(v1\.....)./, (_all, kept: string) => `${kept}x`)],
    ['empty', () => ''],
  ])('a %s state decides nothing', async (_name, change) => {
    const client = start();
    const { requestState } = Object((await askFor(client)).result);
    const answer = await askFor(client, { inputResponses: accept, requestState: change(String(requestState)) });
    expect(JSON.stringify(answer)).not.toContain('"approved"');
    expect(await decisions(client)).toBe(0);
  });

  it('an answer without any state decides nothing', async () => {
    const client = start();
    const answer = await askFor(client, { inputResponses: accept });
    expect(answer.result).toMatchObject({ resultType: 'input_required' });
    expect(await decisions(client)).toBe(0);
  });

  it('an answer for another deployment or another tool decides nothing', async () => {
    const client = start();
    const { requestState } = Object((await askFor(client)).result);
    const other = await askFor(client, { arguments: { deployment: 'd-2' }, inputResponses: accept, requestState });
    expect(JSON.stringify(other.result)).toContain('another call');
    await askFor(client, { name: 'run-validation', inputResponses: accept, requestState });
    expect(await decisions(client)).toBe(0);
  });

  it('servers of one ledger share the key, which only its owner can read; others do not have it', async () => {
    const first = start();
    const { home } = { home: first.process.spawnargs.at(-1) ?? '' };
    const { requestState } = Object((await askFor(first)).result);
    expect(statSync(join(home, 'request-state.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(home, 'request-state.key'))).toHaveLength(32);
    const sibling = start(home);
    const taken = await askFor(sibling, { inputResponses: accept, requestState });
    expect(taken.result).toMatchObject({ structuredContent: { status: 'approved' } });
    const stranger = start();
    const refused = await askFor(stranger, { inputResponses: accept, requestState });
    expect(refused.error?.code).toBe(-32602);
    expect(await decisions(stranger)).toBe(0);
  });

  it('a client of the older era that dies while the form is open decides nothing', async () => {
    const client = start();
    await initialize(client, FORMS);
    const asked = client.request('tools/call', { name: 'request-approval', arguments: {} });
    asked.catch(() => undefined);
    await expect.poll(() => client.lines.some((line) => line.includes('elicitation/create'))).toBe(true);
    expect(await client.end()).toBe(0);
  });
});
