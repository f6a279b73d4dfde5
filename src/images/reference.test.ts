import { describe, expect, it } from 'vitest';
import { credentialsFor, parsePullSecret, parseReference, readImagePolicies, sourcesFor } from './index.ts';

const ref = (text: string) => {
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.reference;
};

describe('references', () => {
  it.each([
    ['redis', 'docker.io/library/redis:latest', true],
    ['redis:7', 'docker.io/library/redis:7', true],
    ['bitnami/redis:7', 'docker.io/bitnami/redis:7', true],
    ['index.docker.io/library/redis:7', 'docker.io/library/redis:7', false],
    ['docker.io/redis:7', 'docker.io/library/redis:7', false],
    ['localhost/app', 'localhost/app:latest', false],
    ['localhost:5000/a/b/c:x', 'localhost:5000/a/b/c:x', false],
    ['Registry.Example.COM/app:1', 'registry.example.com/app:1', false],
    ['[2001:db8::1]:5000/app:1', '[2001:db8::1]:5000/app:1', false],
    [`quay.io/a/b:1@sha256:${'a'.repeat(64)}`, `quay.io/a/b@sha256:${'a'.repeat(64)}`, false],
    ['a__b/c--d/e.f_g:1', 'docker.io/a__b/c--d/e.f_g:1', true],
  ])('%s is %s', (given, canonical, expanded) => {
    expect(ref(given)).toMatchObject({ given, canonical, expanded });
  });

  it.each([
    ['', 'empty'],
    ['Redis:7', 'lower case'],
    ['docker.io/Team/app', 'lower case'],
    ['a//b', 'empty part'],
    ['redis:', 'tag'],
    ['redis:-x', 'tag'],
    ['https://quay.io/a', 'leave out'],
    ['a b', 'blank'],
    [`app:$${'{TAG}'}`, 'placeholder'],
    [`app@sha256:${'A'.repeat(64)}`, 'lower-case hex'],
    ['app@sha256:abc', 'not a digest'],
    ['team/a..b', 'may hold only'],
    ['a..b/c', 'not a host'],
    [`quay.io/${'a/'.repeat(130)}b`, 'longer than 255'],
    ['f'.repeat(64), 'image id'],
  ])('%s is refused', (given, why) => {
    const parsed = parseReference(given);
    expect(parsed).toMatchObject({ ok: false, message: expect.stringContaining(why) });
  });
});

describe('which credential a kubelet would use', () => {
  const { credentials } = parsePullSecret(
    JSON.stringify({
      auths: {
        'https://index.docker.io/v1/': { auth: Buffer.from('hub:secret').toString('base64') },
        'quay.io': { username: 'q', password: 'secret' },
        'quay.io/team': { username: 'team', password: 'secret' },
        '*.example.com': { username: 'wild', password: 'secret' },
        'registry.local:5000': { username: 'port', password: 'secret' },
      },
    }),
    'imagePullSecret regcred',
  );
  it.each([
    ['redis', ['hub']],
    ['quay.io/team/app', ['team', 'q']],
    ['quay.io/other/app', ['q']],
    ['reg.example.com/app', ['wild']],
    ['a.reg.example.com/app', []],
    ['registry.local:5000/app', ['port']],
    ['registry.local/app', []],
    ['evilquay.io/app', []],
  ])('%s: %j', (image, users) => {
    expect(credentialsFor(ref(image), credentials).map((c) => c.username)).toEqual(users);
  });

  it('no secret is in what is shown of it', () => {
    expect(JSON.stringify(credentials)).not.toMatch(/secret"|aHViOnNlY3JldA/);
    expect(
      JSON.stringify(parsePullSecret('{"auths": {"x y": {"auth": "c2VjcmV0"}}, "credsStore": "desktop"}', 's')),
    ).not.toContain('c2VjcmV0');
  });

  it('reads the old format, and says what it can’t use', () => {
    expect(
      parsePullSecret({ 'quay.io': { auth: Buffer.from('a:b').toString('base64') } }, 's').credentials,
    ).toHaveLength(1);
    expect(parsePullSecret('not json', 's').notes).toHaveLength(1);
    expect(parsePullSecret({ auths: { 'quay.io': {} }, credHelpers: { 'ecr.aws': 'ecr-login' } }, 's').notes).toEqual([
      's: the entry for quay.io holds no credential',
      's: ecr.aws is served by a credential helper, which is not run here',
    ]);
  });
});

describe('where the runtime would look', () => {
  const set = (kind: string, field: string, entries: object[]) => ({
    kind,
    metadata: { name: 'm' },
    spec: { [field]: entries },
  });
  const tried = (image: string, ...objects: object[]) => {
    const found = sourcesFor(ref(image), readImagePolicies(objects));
    return {
      sources: found.candidates.map((c) => `${c.reference.canonical}${c.blocked === undefined ? '' : ' (blocked)'}`),
      blocked: found.blocked,
    };
  };
  const digest = `sha256:${'a'.repeat(64)}`;

  it('tag mirrors serve tags only, digest mirrors digests only', () => {
    const tags = set('ImageTagMirrorSet', 'imageTagMirrors', [{ source: 'quay.io/a', mirrors: ['m.io/t'] }]);
    const digests = set('ImageDigestMirrorSet', 'imageDigestMirrors', [{ source: 'quay.io/a', mirrors: ['m.io/d'] }]);
    expect(tried('quay.io/a/b:1', tags, digests).sources).toEqual(['m.io/t/b:1', 'quay.io/a/b:1']);
    expect(tried(`quay.io/a/b@${digest}`, tags, digests).sources).toEqual([
      `m.io/d/b@${digest}`,
      `quay.io/a/b@${digest}`,
    ]);
  });

  it('the longest source counts, and only whole path parts match', () => {
    const icsp = set('ImageContentSourcePolicy', 'repositoryDigestMirrors', [
      { source: 'quay.io', mirrors: ['m.io/all'] },
      { source: 'quay.io/team/app', mirrors: ['m.io/app'] },
    ]);
    expect(tried(`quay.io/team/app@${digest}`, icsp).sources[0]).toBe(`m.io/app@${digest}`);
    expect(tried(`quay.io/team/app2@${digest}`, icsp).sources[0]).toBe(`m.io/all/team/app2@${digest}`);
  });

  it('NeverContactSource and blocked registries keep the source out, mirrors stay', () => {
    const rule = set('ImageTagMirrorSet', 'imageTagMirrors', [
      { source: 'docker.io', mirrors: ['m.io/hub'], mirrorSourcePolicy: 'NeverContactSource' },
    ]);
    const image = {
      kind: 'Image',
      metadata: { name: 'cluster' },
      spec: { registrySources: { blockedRegistries: ['docker.io'] } },
    };
    expect(tried('redis:7', rule)).toEqual({
      sources: ['m.io/hub/library/redis:7', 'docker.io/library/redis:7 (blocked)'],
      blocked: undefined,
    });
    expect(tried('redis:7', rule, image).blocked).toBeUndefined();
    expect(tried('redis:7', image).blocked).toContain('blockedRegistries');
    expect(tried(`redis@${digest}`, rule).blocked).toContain('NeverContactSource');
  });

  it('allowedRegistries judges the name as written', () => {
    const image = {
      kind: 'Image',
      metadata: { name: 'cluster' },
      spec: { registrySources: { allowedRegistries: ['quay.io', '*.corp'] } },
    };
    expect(tried('redis:7', image).blocked).toContain('allowedRegistries');
    expect(tried('quay.io/a/b:1', image).blocked).toBeUndefined();
    expect(tried('reg.corp/a:1', image).blocked).toBeUndefined();
  });

  it('short names are looked for in the search registries, where there are some', () => {
    const image = {
      kind: 'Image',
      metadata: { name: 'cluster' },
      spec: { registrySources: { containerRuntimeSearchRegistries: ['registry.access.redhat.com', 'docker.io'] } },
    };
    expect(tried('redis:7', image).sources).toEqual([
      'registry.access.redhat.com/redis:7',
      'docker.io/library/redis:7',
    ]);
  });
});
