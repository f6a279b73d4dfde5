import { afterEach, describe, expect, it } from 'vitest';
import { atGateP, bodyOf, DEPLOYMENT, decisions } from './support/at-gate-p.ts';
import { CLIENTS } from './support/clients.ts';
import { modern, type RawClient, rawClient } from './support/raw.ts';
import { realServer } from './support/servers.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const FORMS = { elicitation: { form: {} } };

function start(home: string): RawClient {
  const client = rawClient(realServer(home));
  closers.push(client.end);
  return client;
}

const request = async (client: RawClient, more: Record<string, unknown> = {}) =>
  (
    await client.request(
      'tools/call',
      modern({ name: 'request-approval', arguments: { deployment: DEPLOYMENT }, ...more }, FORMS),
    )
  ).result;

const accept = (digest: string, choice = 'approve') => ({
  decision: { action: 'accept', content: { digest_prefix: digest.slice(7, 15), choice, remark: 'because' } },
});

describe.each(CLIENTS)('a person at a $name, the whole server behind it', ({ connect }) => {
  it('approves the plan they were shown, and the record says how sure that is', async () => {
    const { home, digest } = await atGateP();
    const client = await connect(realServer(home), (message) => {
      expect(message).toContain('One phase, everything');
      const shown = /begins with ([0-9a-f]{8})/.exec(message)?.[1] ?? '';
      return { action: 'accept', content: { digest_prefix: shown, choice: 'approve' } };
    });
    closers.push(client.close);
    await client.listTools();
    const answer = await client.call('request-approval', { deployment: DEPLOYMENT });
    expect(answer.structured).toMatchObject({ status: 'approved', assurance: 'elicited', deployment: DEPLOYMENT });
    expect(await decisions(home)).toMatchObject([
      { by: { kind: 'person', assurance: 'elicited' }, fact: { digest, choice: 'approve' } },
    ]);
    const [{ fact }] = (await decisions(home)) as [{ fact: { review: string } }];
    expect(await bodyOf(home, fact.review)).toMatchObject({
      form: 1,
      plan: { digest },
      objects: [{ name: 'ConfigMap/web-config' }],
    });
    const shown = await client.call('deployment-status', { deployment: DEPLOYMENT, show: 'plan' });
    expect(shown.text).toContain('One phase, everything');
    expect(shown.text).toContain('ConfigMap/web-config');
    const again = await client.call('request-approval', { deployment: DEPLOYMENT });
    expect(again.structured).toMatchObject({ status: 'approved' });
    expect(await decisions(home)).toHaveLength(1);
  });

  it('who declines has decided nothing, and the agent is held', async () => {
    const { home } = await atGateP();
    const client = await connect(realServer(home), () => ({ action: 'decline' }));
    closers.push(client.close);
    await client.listTools();
    const answer = await client.call('request-approval', { deployment: DEPLOYMENT });
    expect(answer.structured).toMatchObject({ status: 'pending' });
    expect(await decisions(home)).toEqual([]);
    const apply = await client.call('apply-phase', { deployment: DEPLOYMENT, phase_number: 1 });
    expect(apply.isError).toBe(true);
    expect(apply.structured?.refusal).toMatchObject({ gate: 'P' });
  });
});

describe('between the question and the answer', () => {
  it('the server may be killed: another one takes the answer, once', async () => {
    const { home, digest } = await atGateP();
    const first = start(home);
    const asked = await request(first);
    first.process.kill('SIGKILL');
    const again = { inputResponses: accept(digest), requestState: asked?.requestState };
    const second = start(home);
    expect(await request(second, again)).toMatchObject({ structuredContent: { status: 'approved' } });
    const third = start(home);
    await request(third, again);
    expect(await decisions(home)).toHaveLength(1);
  });

  it('two servers that get the same answer at once take it once', async () => {
    const { home, digest } = await atGateP();
    const [one, two] = [start(home), start(home)];
    const asked = await request(one);
    const again = { inputResponses: accept(digest, 'reject'), requestState: asked?.requestState };
    await Promise.all([request(one, again), request(two, again)]);
    expect(await decisions(home)).toHaveLength(1);
  });

  it('evidence against it may come: the old answer then decides nothing, and the next question shows it', async () => {
    const { home, digest, contradict } = await atGateP();
    const client = start(home);
    const asked = await request(client);
    const subject = await contradict();
    const late = await request(client, { inputResponses: accept(digest), requestState: asked?.requestState });
    expect(JSON.stringify(late)).toContain(`${subject} is now fail`);
    expect(await decisions(home)).toEqual([]);
  });

  it('the plan may change: the old answer then decides nothing', async () => {
    const { home, digest, revise } = await atGateP();
    const client = start(home);
    const asked = await request(client);
    const next = await revise();
    const late = await request(client, { inputResponses: accept(digest), requestState: asked?.requestState });
    expect(late).toMatchObject({ structuredContent: { status: 'pending', digest: next } });
    expect(JSON.stringify(late)).toContain('has changed since');
    expect(await decisions(home)).toEqual([]);
  });
});
