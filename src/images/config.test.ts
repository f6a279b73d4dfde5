import { afterEach, expect, test } from 'vitest';
import { checkImage } from './check.ts';
import { type Behaviour, type TestRegistry, testRegistry } from './registry.fixture.ts';

let registry: TestRegistry | undefined;
afterEach(() => registry?.close());

const CONFIG = {
  User: 'app:app',
  ExposedPorts: { '80/tcp': {}, '53/udp': {} },
  Volumes: { '/data': {} },
  Entrypoint: ['/init'],
  Env: ['HOME=/root', 'A=b=c'],
};
const EXPECTED = {
  user: 'app:app',
  ports: [
    { port: 80, protocol: 'tcp' },
    { port: 53, protocol: 'udp' },
  ],
  volumes: ['/data'],
  entrypoint: ['/init'],
  environment: { HOME: '/root', A: 'b=c' },
};
const asked = async (behaviour: Behaviour, list: boolean) => {
  registry = await testRegistry(behaviour);
  registry.image('team/app', '1', ['linux/arm64', 'linux/amd64'].slice(list ? 0 : 1), { list, config: CONFIG });
  const platforms = [{ os: 'linux', architecture: 'amd64' }];
  return checkImage(`${registry.host}/team/app:1`, { platforms, config: true });
};

test.each([false, true])('an image’s own configuration is read (index: %s), for the nodes’ platform', async (list) => {
  const found = await asked({}, list);
  expect(found.verdict.status).toBe('pass');
  expect(found.config).toMatchObject({ ok: true, config: { ...EXPECTED, architecture: 'amd64' } });
});

test('it isn’t asked for unless it is wanted', async () => {
  registry = await testRegistry();
  registry.image('team/app', '1', ['linux/amd64'], { config: CONFIG });
  expect((await checkImage(`${registry.host}/team/app:1`)).config).toBeUndefined();
  expect(registry.seen.filter(({ url }) => url.includes('/blobs/'))).toEqual([]);
});

test('where it can’t be had, why is said', async () => {
  const behaviour: Behaviour = {
    first: (request, response) => {
      if (!request.url?.includes('/blobs/')) return false;
      response.writeHead(500).end();
      return true;
    },
  };
  expect((await asked(behaviour, true)).config).toEqual({ ok: false, because: 'the registry answered 500' });
});
