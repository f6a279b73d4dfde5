import { afterEach, describe, expect, it } from 'vitest';
import { checkImage, checkImages, parsePullSecret, readImagePolicies } from './index.ts';
import { type Behaviour, pem, type TestRegistry, testRegistry } from './registry.fixture.ts';
import type { CheckOptions } from './verdict.ts';

const open: TestRegistry[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((r) => r.close()));
});
const registry = async (behaviour?: Behaviour) => {
  const made = await testRegistry(behaviour);
  open.push(made);
  return made;
};
const amd64: CheckOptions = { platforms: [{ os: 'linux', architecture: 'amd64' }], timeoutMs: 3000 };
const secretFor = (host: string, user: string, password: string, source = 'imagePullSecret regcred') =>
  parsePullSecret({ auths: { [host]: { username: user, password } } }, source).credentials;

describe('what a registry says of an image', () => {
  it('is there, for the nodes: one platform, or a list with one of theirs', async () => {
    const r = await registry();
    r.image('team/app', '1', ['linux/amd64']);
    const digest = r.image('team/multi', '1', ['linux/arm64', 'linux/amd64'], { list: true });
    expect(await checkImage(`${r.host}/team/app:1`, amd64)).toMatchObject({
      verdict: { status: 'pass', reason: 'Pullable' },
      platforms: [{ os: 'linux', architecture: 'amd64' }],
    });
    const multi = await checkImage(`${r.host}/team/multi:1`, amd64);
    expect(multi).toMatchObject({ verdict: { reason: 'Pullable' }, digest });
    expect(multi.platforms).toHaveLength(2);
    expect(await checkImage(`${r.host}/team/multi@${digest}`, amd64)).toMatchObject({
      verdict: { reason: 'Pullable' },
      digest,
    });
  });

  it('costs one HEAD when no platform has to be judged', async () => {
    const r = await registry();
    r.image('app', '1', ['linux/amd64']);
    await checkImage(`${r.host}/app:1`, { timeoutMs: 3000 });
    expect(r.seen.map((s) => s.method)).toEqual(['HEAD']);
  });

  it('is not there: nearest tags, or no such repository', async () => {
    const r = await registry();
    for (const tag of ['7.2.4', '7.2.5', '6.0', 'latest', `sha256-${'0'.repeat(64)}.sig`])
      r.image('redis', tag, ['linux/amd64']);
    const missing = await checkImage(`${r.host}/redis:7.2.9`, amd64);
    expect(missing.verdict).toMatchObject({ status: 'fail', reason: 'NotFound' });
    expect(missing.suggestion).toMatch(/^nearest tags: 7\.2\.5, 7\.2\.4/);
    expect(missing.suggestion).not.toContain('.sig');
    expect((await checkImage(`${r.host}/rediss:7`, amd64)).verdict).toMatchObject({
      status: 'fail',
      reason: 'NotFound',
      message: expect.stringContaining('no repository'),
    });
  });

  it('is for another architecture, as a list or in its config', async () => {
    const r = await registry();
    r.image('one', '1', ['linux/arm64']);
    r.image('list', '1', ['linux/arm64', 'windows/amd64'], { list: true });
    for (const name of ['one', 'list']) {
      expect((await checkImage(`${r.host}/${name}:1`, amd64)).verdict).toMatchObject({
        status: 'fail',
        reason: 'ArchMismatch',
        message: expect.stringContaining('linux/arm64'),
      });
    }
  });

  it('is a list that leaves its platforms to the configs: they are read there', async () => {
    const r = await registry();
    const how = { list: true, labelled: false };
    const digest = r.image('app', '1', ['linux/arm64', 'linux/amd64'], how);
    r.image('app', '2', ['linux/arm64'], how);
    expect(await checkImage(`${r.host}/app:1`, amd64)).toMatchObject({ verdict: { reason: 'Pullable' }, digest });
    expect((await checkImage(`${r.host}/app:2`, amd64)).verdict).toMatchObject({
      status: 'fail',
      reason: 'ArchMismatch',
      message: expect.stringContaining('is for linux/arm64'),
    });
  });

  it('runs on some nodes only: that is said', async () => {
    const r = await registry();
    r.image('app', '1', ['linux/amd64']);
    const both = await checkImage(`${r.host}/app:1`, {
      ...amd64,
      platforms: [
        { os: 'linux', architecture: 'amd64' },
        { os: 'linux', architecture: 'arm64' },
      ],
    });
    expect(both).toMatchObject({ verdict: { status: 'pass' }, suggestion: expect.stringContaining('linux/arm64') });
  });

  it('is a mirror that copied only some of the list', async () => {
    const r = await registry();
    const child = r.image('app', '1', ['linux/amd64']);
    r.image('app', '1', ['linux/amd64'], { list: true });
    r.forget(`/v2/app/manifests/${child}`);
    expect((await checkImage(`${r.host}/app:1`, amd64)).verdict).toMatchObject({ status: 'fail', reason: 'NotFound' });
  });

  it('is a chart, not an image', async () => {
    const r = await registry();
    r.image('chart', '1', ['linux/amd64'], { configType: 'application/vnd.cncf.helm.config.v1+json' });
    expect((await checkImage(`${r.host}/chart:1`, amd64)).verdict).toMatchObject({
      status: 'fail',
      reason: 'NotAnImage',
    });
  });

  it('asks too often: unknown, and a bullet can settle it', async () => {
    const r = await registry({
      first: (_, response) => {
        response.writeHead(429, { 'retry-after': '60' }).end();
        return true;
      },
    });
    expect(await checkImage(`${r.host}/app:1`, amd64)).toMatchObject({
      verdict: { status: 'unknown', reason: 'RateLimited' },
      deferrable: true,
    });
  });

  it('is out of reach, or never answers: unknown, never a fail', async () => {
    const silent = await registry({ first: () => true });
    for (const host of ['127.0.0.1:1', silent.host]) {
      expect(await checkImage(`${host}/app:1`, { ...amd64, timeoutMs: 300 })).toMatchObject({
        verdict: { status: 'unknown', reason: 'UnreachableFromHere' },
        deferrable: true,
      });
    }
  });

  it('ends when it is cancelled', async () => {
    const silent = await registry({ first: () => true });
    const answer = await checkImage(`${silent.host}/app:1`, {
      ...amd64,
      timeoutMs: 10_000,
      signal: AbortSignal.timeout(100),
    });
    expect(answer).toMatchObject({ verdict: { status: 'unknown', reason: 'Cancelled' }, deferrable: false });
  });

  it('is not a reference: said before anything is sent', async () => {
    expect((await checkImage('Team/App:1', amd64)).verdict).toMatchObject({
      status: 'fail',
      reason: 'InvalidReference',
    });
  });

  it('asks each image once, and answers in order', async () => {
    const r = await registry();
    r.image('a', '1', ['linux/amd64']);
    const answers = await checkImages([`${r.host}/a:1`, `${r.host}/b:1`, `${r.host}/a:1`], { timeoutMs: 3000 });
    expect(answers.map((a) => a.verdict.reason)).toEqual(['Pullable', 'NotFound', 'Pullable']);
    expect(r.seen.filter((s) => s.url.includes('/a/'))).toHaveLength(1);
  });
});

describe('credentials', () => {
  it('basic: with the right one pullable, with a wrong one or none unauthorized', async () => {
    const r = await registry({ auth: { kind: 'basic', user: 'ci', password: 'pw-123' } });
    r.image('app', '1', ['linux/amd64']);
    const right = await checkImage(`${r.host}/app:1`, { ...amd64, credentials: secretFor(r.host, 'ci', 'pw-123') });
    expect(right).toMatchObject({
      verdict: { reason: 'Pullable' },
      evidence: { source: expect.stringContaining('imagePullSecret regcred') },
    });
    expect(JSON.stringify(right)).not.toMatch(/pw-123|Y2k6cHctMTIz/);
    for (const credentials of [[], secretFor(r.host, 'ci', 'wrong'), secretFor('other.example', 'ci', 'pw-123')]) {
      expect(await checkImage(`${r.host}/app:1`, { ...amd64, credentials })).toMatchObject({
        verdict: { status: 'fail', reason: 'Unauthorized' },
        deferrable: false,
      });
    }
  });

  it('a refusal is unknown where the cluster’s credentials could not be read', async () => {
    const r = await registry({ auth: { kind: 'basic', user: 'ci', password: 'pw' } });
    expect(
      await checkImage(`${r.host}/app:1`, { ...amd64, unseen: ['the global pull secret (no permission)'] }),
    ).toMatchObject({ verdict: { status: 'unknown', reason: 'Unauthorized' }, deferrable: true });
  });

  it.each([
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'unknown'],
    ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'unknown'],
    ['europe-docker.pkg.dev', 'unknown'],
    ['eu.gcr.io', 'unknown'],
    ['team.azurecr.io', 'unknown'],
    ['quay.io', 'fail'],
    ['pkg.dev.example.com', 'fail'],
    ['notgcr.io', 'fail'],
  ])(
    'a refusal of %s without a pull secret is %s: where nodes log in by themselves, no Secret shows it',
    async (host, status) => {
      // Nobody's cloud can be asked in a test: the registry's answer is made up.
      const headers = new Headers({ 'www-authenticate': `Basic realm="https://${host}/"` });
      const fetch = async () => ({ kind: 'answer', status: 401, headers, body: '' }) as const;
      expect(await checkImage(`${host}/team/app:1`, { ...amd64, fetch })).toMatchObject({
        verdict: { status, reason: 'Unauthorized' },
        deferrable: status === 'unknown',
      });
    },
  );

  it('tokens: with a password, anonymously, with an identity token', async () => {
    const r = await registry({
      auth: { kind: 'bearer', user: 'ci', password: 'pw', anonymous: true, identityToken: 'refresh-me' },
    });
    r.image('app', '1', ['linux/amd64']);
    const identity = parsePullSecret(
      { auths: { [r.host]: { auth: Buffer.from('00000000:').toString('base64'), identitytoken: 'refresh-me' } } },
      's',
    ).credentials;
    for (const credentials of [secretFor(r.host, 'ci', 'pw'), [], identity]) {
      expect((await checkImage(`${r.host}/app:1`, { ...amd64, credentials })).verdict.reason).toBe('Pullable');
    }
    // Like the kubelet: a wrong password is not given up for an anonymous try.
    expect(
      (await checkImage(`${r.host}/app:1`, { ...amd64, credentials: secretFor(r.host, 'ci', 'no') })).verdict.reason,
    ).toBe('Unauthorized');
  });

  it('the second credential is tried when the first is refused, and this machine’s own comes last, as unknown', async () => {
    const r = await registry({ auth: { kind: 'bearer', user: 'ci', password: 'pw' } });
    r.image('app', '1', ['linux/amd64']);
    const two = [
      ...secretFor(r.host, 'ci', 'old', 'imagePullSecret a'),
      ...secretFor(r.host, 'ci', 'pw', 'imagePullSecret b'),
    ];
    expect(await checkImage(`${r.host}/app:1`, { ...amd64, credentials: two })).toMatchObject({
      verdict: { reason: 'Pullable' },
      evidence: { source: expect.stringContaining('imagePullSecret b') },
    });
    const mine = parsePullSecret(
      { auths: { [r.host]: { username: 'ci', password: 'pw' } } },
      'docker config',
      'user',
    ).credentials;
    expect(await checkImage(`${r.host}/app:1`, { ...amd64, credentials: mine })).toMatchObject({
      verdict: { status: 'unknown', reason: 'PullableFromHereOnly' },
      deferrable: true,
    });
  });

  it('go only to the registry they are for, also on redirect', async () => {
    const store = await registry();
    store.image('app', '1', ['linux/amd64']);
    const r = await registry({
      auth: { kind: 'basic', user: 'ci', password: 'pw' },
      first: (request, response) => {
        if (request.headers.authorization === undefined) return false;
        response.writeHead(307, { location: `http://${store.host}${request.url}?signature=s3cr3t` }).end();
        return true;
      },
    });
    const answer = await checkImage(`${r.host}/app:1`, { ...amd64, credentials: secretFor(r.host, 'ci', 'pw') });
    expect(answer.verdict.reason).toBe('Pullable');
    expect(store.seen.length).toBeGreaterThan(0);
    expect(store.seen.every((s) => s.authorization === undefined)).toBe(true);
    expect(JSON.stringify(answer)).not.toContain('s3cr3t');
  });

  it('redirects end', async () => {
    const r = await registry({
      first: (request, response) => {
        response.writeHead(302, { location: `${request.url}x` }).end();
        return true;
      },
    });
    expect((await checkImage(`${r.host}/app:1`, amd64)).verdict).toMatchObject({ status: 'unknown' });
  });
});

describe('TLS', () => {
  const trusting = (host: string): CheckOptions => ({ ...amd64, certificateAuthorities: { [host]: pem('ca.pem') } });

  it('a known authority and the right name', async () => {
    const r = await registry({ tls: 'good' });
    r.image('app', '1', ['linux/amd64']);
    expect((await checkImage(`${r.host}/app:1`, trusting(r.host))).verdict.reason).toBe('Pullable');
  });

  it('an authority this machine does not know may be known to the nodes: unknown', async () => {
    const r = await registry({ tls: 'good' });
    expect(await checkImage(`${r.host}/app:1`, amd64)).toMatchObject({
      verdict: { status: 'unknown', reason: 'Tls', message: expect.stringContaining('authority') },
      deferrable: true,
    });
    expect(r.seen).toEqual([]);
  });

  it('expired, and another name: fail', async () => {
    for (const [tls, word] of [
      ['expired', 'expired'],
      ['other-name', 'another name'],
    ] as const) {
      const r = await registry({ tls });
      expect(await checkImage(`${r.host}/app:1`, trusting(r.host))).toMatchObject({
        verdict: { status: 'fail', reason: 'Tls', message: expect.stringContaining(word) },
      });
      expect(r.seen).toEqual([]);
    }
  });

  it('is not verified for an insecure registry', async () => {
    const r = await registry({ tls: 'expired' });
    r.image('app', '1', ['linux/amd64']);
    expect((await checkImage(`${r.host}/app:1`, { ...amd64, insecureRegistries: [r.host] })).verdict.reason).toBe(
      'Pullable',
    );
  });

  it('is needed away from loopback: nothing is sent in the clear', async () => {
    const asked: string[] = [];
    const answer = await checkImage('registry.example.com/app:1', {
      ...amd64,
      fetch: async ({ url }) => {
        asked.push(url.protocol);
        return { kind: 'failed', why: 'not-tls', message: 'wrong version number' };
      },
    });
    expect(asked).toEqual(['https:']);
    expect(answer.verdict).toMatchObject({ status: 'fail', reason: 'Tls' });
  });
});

describe('mirrors and policies', () => {
  const named = (kind: string, name: string, spec: object) => ({ kind, metadata: { name }, spec });

  it('a tag mirror answers before the source', async () => {
    const mirror = await registry();
    mirror.image('hub/redis', '7', ['linux/amd64']);
    const policies = readImagePolicies([
      named('ImageTagMirrorSet', 'hub', {
        imageTagMirrors: [
          { source: 'docker.io/library', mirrors: [`${mirror.host}/hub`], mirrorSourcePolicy: 'NeverContactSource' },
        ],
      }),
    ]);
    const answer = await checkImage('redis:7', { ...amd64, policies });
    expect(answer).toMatchObject({
      verdict: { status: 'pass' },
      evidence: {
        asked: 'docker.io/library/redis:7 (expanded from "redis:7")',
        source: expect.stringContaining('ImageTagMirrorSet hub'),
      },
    });
    expect(answer.evidence.attempts).toHaveLength(1);
  });

  it('the next mirror is asked when one has it not; the source never, if it may not be contacted', async () => {
    const [empty, full] = [await registry(), await registry()];
    const digest = full.image('redis', '7', ['linux/amd64'], { list: true });
    const policies = readImagePolicies([
      named('ImageDigestMirrorSet', 'm', {
        imageDigestMirrors: [
          {
            source: 'docker.io/library/redis',
            mirrors: [`${empty.host}/redis`, `${full.host}/redis`],
            mirrorSourcePolicy: 'NeverContactSource',
          },
        ],
      }),
    ]);
    const answer = await checkImage(`docker.io/library/redis@${digest}`, { ...amd64, policies });
    expect(answer.verdict.status).toBe('pass');
    expect(answer.evidence.attempts.map((a) => a.reason)).toEqual(['NotFound', 'Pullable']);
  });

  it('a mirror out of reach leaves it unknown', async () => {
    const policies = readImagePolicies([
      named('ImageTagMirrorSet', 'm', {
        imageTagMirrors: [
          { source: 'quay.io/team', mirrors: ['127.0.0.1:1/team'], mirrorSourcePolicy: 'NeverContactSource' },
        ],
      }),
    ]);
    expect(await checkImage('quay.io/team/app:1', { ...amd64, policies })).toMatchObject({
      verdict: { status: 'unknown', reason: 'UnreachableFromHere' },
      deferrable: true,
    });
  });

  it('a blocked registry is not contacted', async () => {
    const asked: string[] = [];
    const policies = readImagePolicies([
      named('Image', 'cluster', { registrySources: { blockedRegistries: ['docker.io'] } }),
    ]);
    const answer = await checkImage('redis:7', {
      ...amd64,
      policies,
      fetch: async ({ url }) => {
        asked.push(url.href);
        return { kind: 'failed', why: 'unreachable', message: '' };
      },
    });
    expect(answer.verdict).toMatchObject({ status: 'fail', reason: 'PolicyBlocked' });
    expect(asked).toEqual([]);
  });

  it('a signature that is demanded: none attached is a fail, one attached is left to the node', async () => {
    const r = await registry();
    const digest = r.image('app', '1', ['linux/amd64']);
    const policies = readImagePolicies([named('ClusterImagePolicy', 'signed', { scopes: [r.host] })]);
    expect((await checkImage(`${r.host}/app:1`, { ...amd64, policies })).verdict).toMatchObject({
      status: 'fail',
      reason: 'PolicyBlocked',
    });
    r.image('app', `${digest.replace(':', '-')}.sig`, ['linux/amd64']);
    expect(await checkImage(`${r.host}/app:1`, { ...amd64, policies })).toMatchObject({
      verdict: { status: 'unknown', reason: 'SignatureNotVerified' },
      deferrable: true,
    });
  });
});
