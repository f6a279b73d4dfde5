import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect as openSocket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  type Cluster,
  connect,
  type KubeObject,
  kubeconfigFor,
  listContexts,
  type Reader,
  type Writer,
} from '../../src/cluster/index.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { faultProxy } from './io/fault-proxy.ts';
import { audited, failure, ownSandbox, reach, value } from './io/sandbox.ts';

let sandbox: Sandbox;
let end = async () => {};
let admin: Cluster;
let reader: Reader;
let writer: Writer;
let folder = '';
const NS = `io-${process.pid}`;

beforeAll(async () => {
  ({ sandbox, end } = await ownSandbox('io'));
  folder = await mkdtemp(join(tmpdir(), 'cluster-test-'));
  admin = await reach(sandbox.kubeconfig);
  reader = admin.reader;
  writer = admin.writer();
  value(await writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } }));
});

afterAll(async () => {
  await writer?.delete({ apiVersion: 'v1', kind: 'Namespace', name: NS });
  admin?.close();
  await end();
  await rm(folder, { recursive: true, force: true });
});

const configMap = (name: string, data: Record<string, string> = { a: '1' }): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: NS },
  data,
});
const refTo = (name: string, kind = 'ConfigMap', apiVersion = 'v1') => ({ apiVersion, kind, namespace: NS, name });
const uidOf = (object: KubeObject) => object.metadata.uid ?? '';

const deployment = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: NS },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'busybox:1' }] } },
    ...spec,
  },
});

/** The sandbox's kubeconfig with something changed. */
async function kubeconfigWith(name: string, change: (config: ReturnType<typeof parse>) => void): Promise<string> {
  const config = parse(await readFile(sandbox.kubeconfig, 'utf8'));
  change(config);
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

describe('connecting', () => {
  test('says which cluster it is, who we are and what version answers', async () => {
    const target = value(await reader.target(['default', 'nowhere']));
    const system = value(await reader.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }));
    expect(target.cluster).toEqual({ uid: uidOf(system), via: 'kube-system' });
    expect(target).toMatchObject({ server: sandbox.server, context: sandbox.contexts.admin });
    expect(target.namespaces).toEqual([
      { name: 'default', uid: expect.stringMatching(/^[0-9a-f-]{36}$/), state: 'there' },
      { name: 'nowhere', uid: null, state: 'missing' },
    ]);
    expect(value(await reader.identity())).toMatchObject({ username: 'admin', via: 'SelfSubjectReview' });
    expect(value(await reader.version()).gitVersion).toBe(sandbox.version);
  });

  test('where kube-system can not be read, a fingerprint stands for the cluster, and says so', async () => {
    const nobody = await reach(sandbox.kubeconfig, sandbox.contexts.nobody);
    const target = value(await nobody.reader.target(['default']));
    expect(target.cluster).toMatchObject({ via: 'fingerprint', uid: expect.stringMatching(/^fingerprint:/) });
    expect(target.namespaces).toEqual([{ name: 'default', uid: null, state: 'hidden' }]);
    expect(value(await nobody.reader.target([])).cluster).toEqual(target.cluster);
  });

  test('lists the contexts', async () => {
    const names = value(await listContexts({ kubeconfig: sandbox.kubeconfig })).map((c) => c.name);
    expect(names).toEqual(expect.arrayContaining(Object.values(sandbox.contexts)));
  });

  test.each([
    ['an unknown context', async () => ({ kubeconfig: sandbox.kubeconfig, context: 'nope' }), 'UnknownContext'],
    ['no kubeconfig', async () => ({ kubeconfig: join(folder, 'missing') }), 'NoKubeconfig'],
    [
      'a server that is not there',
      async () => ({
        kubeconfig: await kubeconfigWith('gone', (c) => {
          c.clusters[0].cluster.server = 'https://127.0.0.1:1';
        }),
      }),
      'Unreachable',
    ],
    [
      'a certificate of an unknown authority',
      async () => ({
        kubeconfig: await kubeconfigWith('untrusted', (c) => {
          delete c.clusters[0].cluster['certificate-authority-data'];
        }),
      }),
      'Untrusted',
    ],
    [
      'a token that is no longer good',
      async () => ({
        kubeconfig: await kubeconfigWith('expired', (c) => {
          c.users[0].user.token = 'expired';
        }),
      }),
      'Unauthorized',
    ],
    [
      'something else than an API server',
      async () => {
        const other = createServer((_, answer) => answer.end('<html>hello</html>'));
        await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
        const address = other.address();
        const port = typeof address === 'object' ? address?.port : 0;
        other.unref();
        return {
          kubeconfig: await kubeconfigWith('html', (c) => {
            c.clusters[0].cluster = { server: `http://127.0.0.1:${port}` };
          }),
        };
      },
      'BadAnswer',
    ],
  ])('%s is an answer, not an exception', async (_, options, reason) => {
    const answer = failure(await connect(await options()));
    expect(answer.reason).toBe(reason);
    expect(answer.message).not.toBe('');
  });

  test('what happens to the kubeconfig later changes nothing', async () => {
    const path = await kubeconfigWith('moving', () => {});
    const before = await reach(path);
    await writeFile(path, 'broken: [');
    expect(value(await before.reader.identity()).username).toBe('admin');
    const text = parse(kubeconfigFor(before));
    expect(text['current-context']).toBe(sandbox.contexts.admin);
    expect(text.contexts).toHaveLength(1);
  });

  test("plan commands can use the frozen kubeconfig: the sandbox's own kubectl does", async (context) => {
    const viewer = await reach(sandbox.kubeconfig, sandbox.contexts.viewer);
    const path = join(folder, 'frozen');
    await writeFile(path, kubeconfigFor(viewer), { mode: 0o600 });
    const inside = join(sandbox.bin, 'kubectl');
    const [file, first] = existsSync(inside) ? [inside, []] : [sandbox.bin, ['kubectl']];
    if (!existsSync(file)) context.skip('this sandbox has no kubectl');
    const who = execFileSync(file, [...first, '--kubeconfig', path, 'auth', 'whoami', '-o', 'json'], {
      env: { HOME: folder },
    });
    expect(JSON.parse(String(who)).status.userInfo.username).toBe('viewer');
  });

  test('impersonation reaches the server whole, groups and all', async () => {
    const path = await kubeconfigWith('as', (c) => {
      Object.assign(c.users[0].user, { as: 'jane', 'as-groups': ['team-a', 'team-b'] });
    });
    const jane = value(await (await reach(path)).reader.identity());
    expect(jane.username).toBe('jane');
    expect(jane.groups).toEqual(expect.arrayContaining(['team-a', 'team-b']));
  });
});

test('a client certificate is shown to the server, from the text taken in at the start', async () => {
  const [cert, key] = [
    join(sandbox.dir, 'certificates/apiserver.crt'),
    join(sandbox.dir, 'certificates/apiserver.key'),
  ];
  const shown: (string | undefined)[] = [];
  // A TLS server of the sandbox's certificate that asks for one in turn; it shows the same, being the only one at hand.
  const server = createTlsServer(
    { cert: await readFile(cert), key: await readFile(key), requestCert: true, rejectUnauthorized: false },
    (request, answer) => {
      const { socket } = request;
      shown.push(
        'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate().fingerprint256 : undefined,
      );
      answer.end(JSON.stringify({ gitVersion: 'v0' }));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const path = await kubeconfigWith('certificate', (c) => {
    c.clusters[0].cluster.server = `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/below/a/path/`;
    c.users[0].user = { 'client-certificate': cert, 'client-key': key };
  });
  const cluster = await reach(path);
  expect(shown).toEqual([new X509Certificate(await readFile(cert)).fingerprint256]);
  expect(kubeconfigFor(cluster)).toContain('client-key-data');
  cluster.close();
  server.close();
});

describe('through a proxy', () => {
  /** A real CONNECT proxy; whatever host is asked for, it goes to this sandbox. */
  async function connectProxy(): Promise<{ url: string; asked: string[]; close: () => void }> {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      const onward = openSocket(Number(new URL(sandbox.server).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const close = () => {
      proxy.closeAllConnections();
      proxy.close();
    };
    return { url: `http://127.0.0.1:${port}`, asked, close };
  }
  const NAME = 'kubernetes.default.svc:6443';

  test('that the kubeconfig names', async () => {
    const proxy = await connectProxy();
    const path = await kubeconfigWith('proxy-url', (c) => {
      Object.assign(c.clusters[0].cluster, { server: `https://${NAME}`, 'proxy-url': proxy.url });
    });
    expect(value(await (await reach(path)).reader.identity()).username).toBe('admin');
    expect(proxy.asked).toContain(NAME);
    proxy.close();
  });

  test('that HTTPS_PROXY names, but never for loopback', async () => {
    const proxy = await connectProxy();
    const path = await kubeconfigWith('proxy-env', (c) => {
      c.clusters[0].cluster.server = `https://${NAME}`;
    });
    const before = process.env.HTTPS_PROXY;
    process.env.HTTPS_PROXY = proxy.url;
    try {
      const cluster = await reach(path);
      expect(value(await cluster.reader.identity()).username).toBe('admin');
      expect(proxy.asked).toContain(NAME);
      const asked = proxy.asked.length;
      value(await (await reach(sandbox.kubeconfig)).reader.identity());
      expect(proxy.asked).toHaveLength(asked);
    } finally {
      if (before === undefined) delete process.env.HTTPS_PROXY;
      else process.env.HTTPS_PROXY = before;
      proxy.close();
    }
  });
});

describe('login programs', () => {
  async function program(name: string, script: string): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return kubeconfigWith(`${name}.kubeconfig`, (c) => {
      c.users[0].user = {
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command: `./${name}`, interactiveMode: 'Never' },
      };
    });
  }
  const token = async () => parse(await readFile(sandbox.kubeconfig, 'utf8')).users[0].user.token;
  const credential = (text: string) =>
    `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"${text}"}}'`;

  test('are run, and told what kubectl tells them', async () => {
    const path = await program('good', `echo "$KUBERNETES_EXEC_INFO" > '${folder}/told'\n${credential(await token())}`);
    expect(value(await (await reach(path)).reader.identity()).username).toBe('admin');
    expect(JSON.parse(await readFile(join(folder, 'told'), 'utf8'))).toMatchObject({ kind: 'ExecCredential' });
  });

  test('that fail are an expired login, without the tokens they print', async () => {
    const path = await program('expired-login', 'echo "session over, token=abcdefghijkl" >&2; exit 1');
    const answer = failure(await connect({ kubeconfig: path }));
    expect(answer).toMatchObject({ reason: 'Unauthorized', status: 401 });
    expect(answer.message).toContain('session over');
    expect(answer.message).not.toContain('abcdefghijkl');
  });

  test('that print something else do not have it quoted', async () => {
    const answer = failure(await connect({ kubeconfig: await program('odd', 'echo eyJhbGciOiJub25lIn0.e30.x') }));
    expect(answer.reason).toBe('Unauthorized');
    expect(answer.message).not.toContain('eyJ');
  });

  test('that hang end with the time limit, and what they started ends with them', async () => {
    const path = await program('hanging', `sleep 60 & echo $! > '${folder}/hanging.pid'; wait`);
    const answer = failure(await connect({ kubeconfig: path, requestTimeoutMs: 300 }));
    expect(answer).toMatchObject({ reason: 'Unauthorized', message: expect.stringContaining('did not finish') });
    const pid = Number(await readFile(join(folder, 'hanging.pid'), 'utf8'));
    const isAlive = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    await expect.poll(isAlive, { timeout: 3000 }).toBe(false);
  });

  test('are asked again when their credential stopped being good', async () => {
    const used = join(folder, 'used');
    const path = await program(
      'renewing',
      `if [ -e '${used}' ]; then ${credential(await token())}; else touch '${used}'; ${credential('stale')}; fi`,
    );
    expect(value(await (await reach(path)).reader.identity()).username).toBe('admin');
  });

  test('a program that is not there is named', async () => {
    const path = await kubeconfigWith('absent', (c) => {
      c.users[0].user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-login' } };
    });
    expect(failure(await connect({ kubeconfig: path })).message).toContain('no-such-login is not there');
  });

  test('a token file is read again when it is renewed', async () => {
    const file = join(folder, 'token');
    await writeFile(file, await token());
    const path = await kubeconfigWith('token-file', (c) => {
      c.users[0].user = { tokenFile: './token', token: 'ignored' };
    });
    const cluster = await reach(path);
    await writeFile(file, 'stale');
    await sleep(10);
    expect(value(await cluster.reader.identity()).username).toBe('admin');
    await writeFile(file, await token());
    expect(value(await cluster.reader.identity()).username).toBe('admin');
  });
});

describe('discovery', () => {
  test('takes two requests, once', async () => {
    const proxy = await faultProxy(sandbox.kubeconfig);
    const cluster = await reach(proxy.kubeconfig);
    proxy.requests.length = 0;
    const discovery = value(await cluster.reader.discovery());
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        value(await cluster.reader.discovery());
        value(await cluster.reader.list({ apiVersion: 'apps/v1', kind: 'Deployment' }, { namespace: NS }));
      }),
    );
    expect(proxy.requests.filter((line) => /^GET \/apis?$/.test(line))).toEqual(['GET /api', 'GET /apis']);
    expect(discovery.via).toBe('aggregated');
    expect(discovery.find({ group: 'apps', version: 'v1', kind: 'Deployment' })).toMatchObject({
      resource: 'deployments',
      namespaced: true,
      shortNames: ['deploy'],
    });
    expect(discovery.preferred('autoscaling')).toBe('v2');
    await proxy.close();
  });

  test('an old server, without aggregated discovery, gives the same resources', async () => {
    const proxy = await faultProxy(sandbox.kubeconfig);
    const cluster = await reach(proxy.kubeconfig);
    const now = value(await cluster.reader.discovery({ fresh: true }));
    proxy.rule = ({ url }) => (/^\/apis?$/.test(url) ? { rewrite: { accept: 'application/json' } } : undefined);
    const old = value(await cluster.reader.discovery({ fresh: true }));
    expect(old.via).toBe('legacy');
    const known = (d: typeof old) => d.resources.map((r) => `${r.group}/${r.version}/${r.kind}/${r.resource}`).sort();
    expect(known(old)).toEqual(known(now));
    expect(old.preferred('autoscaling')).toBe(now.preferred('autoscaling'));
    await proxy.close();
  });

  test('half an answer is a failure: nothing may look absent that is there', async () => {
    const proxy = await faultProxy(sandbox.kubeconfig);
    const cluster = await reach(proxy.kubeconfig);
    proxy.rule = ({ url }) => (url === '/apis' ? { answer: 403 } : undefined);
    expect(failure(await cluster.reader.discovery()).reason).toBe('Forbidden');
    await proxy.close();
  });

  test('a kind that came after the first look is found', async () => {
    await reader.discovery();
    const group = 'late.infragate.test';
    const widget = { apiVersion: `${group}/v1`, kind: 'Widget', name: 'w', namespace: NS };
    expect(failure(await reader.get(widget)).reason).toBe('NoKindMatch');
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `widgets.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    };
    const created = value(await writer.create(crd));
    await expect
      .poll(async () => value(await reader.getIfThere(widget).then(served)), { timeout: 15_000 })
      .toBe('absent');
    const ref = { apiVersion: crd.apiVersion, kind: crd.kind, name: crd.metadata.name };
    await writer.delete(ref, { uid: uidOf(created.object) });
    expect(value(await writer.waitGone(ref, uidOf(created.object), 15_000)).gone).toBe(true);
    // The kind is gone with it, and so is every object of it.
    await expect
      .poll(async () => value(await writer.waitGone(widget, undefined, 0)).gone, { timeout: 15_000 })
      .toBe(true);
  });

  const served = (result: Awaited<ReturnType<Reader['getIfThere']>>) =>
    result.ok || result.error.reason !== 'NoKindMatch'
      ? { ok: true as const, value: result.ok && result.value === undefined ? 'absent' : 'other' }
      : { ok: true as const, value: 'unserved' };

  test('an API whose server is down is stale, not absent', async () => {
    const name = 'v1.stale.infragate.test';
    const service = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name },
      spec: {
        group: 'stale.infragate.test',
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { name: 'nope', namespace: NS },
      },
    };
    value(await writer.create(service));
    await expect
      .poll(async () => value(await reader.discovery({ fresh: true })).stale, { timeout: 20_000, interval: 250 })
      .toContain('stale.infragate.test/v1');
    const lost = { apiVersion: 'stale.infragate.test/v1', kind: 'Thing', name: 'x' };
    expect(failure(await reader.get(lost))).toMatchObject({ reason: 'DiscoveryStale', status: 503 });
    expect(failure(await writer.waitGone({ ...lost }, undefined, 200)).reason).toBe('DiscoveryStale');
    await writer.delete({ apiVersion: service.apiVersion, kind: service.kind, name });
  });

  test('the OpenAPI document is asked for once', async () => {
    const proxy = await faultProxy(sandbox.kubeconfig);
    const cluster = await reach(proxy.kubeconfig);
    const [one, two] = await Promise.all([cluster.reader.openapi('apps/v1'), cluster.reader.openapi('apps/v1')]);
    expect(value(one)).toBe(value(two));
    expect(JSON.stringify(value(one))).toContain('io.k8s.api.apps.v1.DeploymentSpec');
    expect(proxy.requests.filter((line) => line.includes('/openapi/v3/apis/apps/v1'))).toHaveLength(1);
    expect(failure(await cluster.reader.openapi('nope/v1')).reason).toBe('NotFound');
    await proxy.close();
  });
});

describe('reading', () => {
  test('an object comes as it is, with fields no client knows', async () => {
    value(await writer.create(configMap('whole')));
    const read = value(await reader.get(refTo('whole')));
    expect(read).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } });
    expect(read.metadata.managedFields?.[0]).toMatchObject({ manager: 'infragate', operation: 'Update' });
  });

  test('what is not there: a value where that may be, a failure where it may not', async () => {
    expect(value(await reader.getIfThere(refTo('nothing')))).toBeUndefined();
    expect(failure(await reader.get(refTo('nothing')))).toMatchObject({ status: 404, reason: 'NotFound' });
    expect(failure(await reader.getIfThere(refTo('x', 'Nonsense'))).reason).toBe('NoKindMatch');
    expect(failure(await reader.get({ apiVersion: 'v1', kind: 'ConfigMap', name: 'x' })).reason).toBe(
      'NamespaceRequired',
    );
  });

  test('cluster-scoped kinds need no namespace, and take none', async () => {
    const found = await reader.get({ apiVersion: 'v1', kind: 'Namespace', name: NS, namespace: 'ignored' });
    expect(value(found).metadata.name).toBe(NS);
  });

  test('a list of more than a page is whole, and metadata alone is possible', async () => {
    const many = 620;
    for (let from = 0; from < many; from += 62) {
      await Promise.all(
        Array.from({ length: 62 }, (_, i) =>
          writer.create({
            ...configMap(`many-${from + i}`, { text: 'x'.repeat(400) }),
            metadata: { name: `many-${from + i}`, namespace: NS, labels: { many: 'yes' } },
          }),
        ),
      );
    }
    const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
    const options = { namespace: NS, labelSelector: 'many=yes' };
    const all = value(await reader.list(kind, options));
    expect(new Set(all.items.map((item) => item.metadata.name)).size).toBe(many);
    expect(all.truncated).toBe(false);
    expect(all.items[0]).toMatchObject({ ...kind, data: { text: 'x'.repeat(400) } });

    const some = value(await reader.list(kind, { ...options, limit: 510 }));
    expect([some.items.length, some.truncated]).toEqual([510, true]);

    const bare = value(await reader.list(kind, { ...options, metadataOnly: true, limit: 2 }));
    expect(bare.items[0]).toMatchObject({ ...kind, metadata: { labels: { many: 'yes' } } });
    expect(bare.items[0]).not.toHaveProperty('data');

    const one = value(await reader.list(kind, { namespace: NS, fieldSelector: 'metadata.name=many-7' }));
    expect(one.items).toHaveLength(1);
  });

  test('events of an object, oldest first', async () => {
    const made = value(await writer.create(deployment('eventful')));
    await expect
      .poll(async () => value(await reader.events(NS, { uid: uidOf(made.object) })).map((e) => e.reason), {
        timeout: 20_000,
      })
      .toContain('ScalingReplicaSet');
    const all = value(await reader.events(NS)).map((event) =>
      Date.parse(String(event.lastTimestamp ?? event.eventTime)),
    );
    expect(all).toEqual([...all].sort((a, b) => a - b));
  });

  test('logs of a Pod that is not there are a failure', async () => {
    expect(failure(await reader.logs({ namespace: NS, pod: 'nope', container: 'c' }))).toMatchObject({ status: 404 });
  });

  test('raw answers JSON or text, GET of a path only', async () => {
    expect(value(await reader.raw('/version')).json).toMatchObject({ gitVersion: sandbox.version });
    expect(value(await reader.raw('/readyz')).json).toBe('ok');
    expect(failure(await reader.raw('/nope')).status).toBe(404);
    expect(failure(await reader.raw('https://elsewhere/')).reason).toBe('BadRequest');
  });

  test("a Service's own HTTP, errors and all, through the API server", async (context) => {
    const address = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    if (address === undefined) context.skip('this machine has no address but loopback, which no Service may have');
    const backend = createServer((asked, answer) => {
      answer.statusCode = asked.url?.startsWith('/ill') ? 500 : 200;
      answer.end(asked.url?.startsWith('/long') ? 'x'.repeat(5000) : `you asked ${asked.url}`);
    });
    await new Promise<void>((resolve) => backend.listen(0, address, resolve));
    const bound = backend.address();
    const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
    const ports = [{ name: 'http', port, protocol: 'TCP' }];
    // The API server proxies only to what a Pod's status names: a Pod of no node, whose status we write.
    const bare = { nodeName: 'nowhere', containers: [{ name: 'c', image: 'busybox:1' }] };
    const own = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'own', namespace: NS }, spec: bare };
    await expect.poll(async () => (await reader.dryRun(own, { verb: 'create' })).ok, { timeout: 10_000 }).toBe(true);
    const pod = value(await writer.create(own));
    const status = { status: { podIP: address, podIPs: [{ ip: address }] } };
    value(await writer.patch(refTo('own', 'Pod'), status, 'strategic', { subresource: 'status' }));
    value(
      await writer.create({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'own', namespace: NS },
        spec: { ports },
      }),
    );
    value(
      await writer.create({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'own-1', namespace: NS, labels: { 'kubernetes.io/service-name': 'own' } },
        addressType: 'IPv4',
        endpoints: [
          {
            addresses: [address],
            conditions: { ready: true },
            targetRef: { kind: 'Pod', namespace: NS, name: 'own', uid: uidOf(pod.object) },
          },
        ],
        ports,
      }),
    );
    const ask = (path: string, limitBytes?: number) =>
      reader.proxy({ namespace: NS, name: 'own', port, path, ...(limitBytes === undefined ? {} : { limitBytes }) });
    await expect.poll(async () => (await ask('/health?deep=1')).ok, { timeout: 10_000 }).toBe(true);
    expect(value(await ask('/health?deep=1'))).toEqual({ status: 200, body: 'you asked /health?deep=1', cut: false });
    expect(value(await ask('/ill'))).toMatchObject({ status: 500, body: 'you asked /ill' });
    expect(value(await ask('/long', 100))).toEqual({ status: 200, body: 'x'.repeat(100), cut: true });
    expect(failure(await reader.proxy({ namespace: NS, name: 'none', port: 80, path: '/' })).status).toBe(404);
    backend.close();
  });
});

describe('dry runs', () => {
  test('are strict: an unknown field is refused, with its path', async () => {
    const wrong = deployment('strict', { replica: 3 });
    for (const verb of ['create', 'apply'] as const) {
      const refused = failure(await reader.dryRun(wrong, { namespace: NS, verb }));
      expect(refused.message).toMatch(/replica/);
    }
  });

  test('bring the warnings, and change nothing', async () => {
    const endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'warned' } };
    const placed = value(await reader.dryRun(endpoints, { namespace: NS, verb: 'apply' }));
    expect(placed.warnings).toEqual([expect.stringContaining('v1 Endpoints is deprecated')]);
    expect(placed.object.metadata).toMatchObject({ name: 'warned', namespace: NS });
    expect(value(await reader.getIfThere(refTo('warned', 'Endpoints')))).toBeUndefined();
  });

  test('of a generated name can be created, not applied', async () => {
    const { name: _, ...metadata } = configMap('x').metadata;
    const generated = { ...configMap('x'), metadata: { ...metadata, generateName: 'gen-' } };
    const made = value(await reader.dryRun(generated, { verb: 'create' }));
    expect(made.object.metadata.name).toMatch(/^gen-.{5}$/);
    expect(failure(await reader.dryRun(generated, { verb: 'apply' })).reason).toBe('NameRequired');
  });

  test('of a deletion leave the object', async () => {
    const made = value(await writer.create(configMap('stays')));
    value(await reader.dryRunDelete(refTo('stays'), { uid: uidOf(made.object) }));
    expect(failure(await reader.dryRunDelete(refTo('stays'), { uid: 'another' })).reason).toBe('Conflict');
    expect(failure(await reader.dryRunDelete(refTo('nothing'))).reason).toBe('NotFound');
    expect(uidOf(value(await reader.get(refTo('stays'))))).toBe(uidOf(made.object));
  });

  test('reviews are sent, anything else posted as one is not', async () => {
    const rules = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      metadata: {},
      spec: { namespace: NS },
    };
    expect(value(await reader.review(rules)).status).toHaveProperty('resourceRules');
    expect(failure(await reader.review(configMap('sneaky'))).reason).toBe('BadRequest');
    expect(value(await reader.getIfThere(refTo('sneaky')))).toBeUndefined();
  });
});

describe('writing', () => {
  test('server-side apply: conflicts name the manager and the fields, force takes them over', async () => {
    const first = value(await writer.apply(deployment('contested'), { force: false }));
    expect(first.object.metadata.managedFields?.find((f) => f.manager === 'infragate')?.operation).toBe('Apply');
    value(await reader.dryRun(deployment('contested'), { verb: 'apply', fieldManager: 'someone', namespace: NS }));
    const other = deployment('contested', { replicas: 3 });
    value(await writer.patch(refTo('contested', 'Deployment', 'apps/v1'), { spec: { replicas: 2 } }, 'merge'));
    const clash = failure(await reader.dryRun(other, { verb: 'apply', fieldManager: 'someone' }));
    expect(clash).toMatchObject({ status: 409, reason: 'Conflict' });
    expect(clash.conflicts).toEqual([{ manager: 'infragate', fields: ['.spec.replicas'] }]);
    const forced = value(await reader.dryRun(other, { verb: 'apply', fieldManager: 'someone', force: true }));
    expect(forced.object.spec).toMatchObject({ replicas: 3 });
  });

  test('is strict, too', async () => {
    expect(failure(await writer.create(deployment('unreal', { nope: 1 }))).message).toContain('nope');
    expect(failure(await writer.apply(deployment('unreal', { nope: 1 }), { force: true })).message).toContain('nope');
    expect(value(await reader.getIfThere(refTo('unreal', 'Deployment', 'apps/v1')))).toBeUndefined();
  });

  test('deletes that object only, and sees it gone', async () => {
    const made = value(await writer.create(configMap('mortal')));
    expect(failure(await writer.delete(refTo('mortal'), { uid: 'another' })).reason).toBe('Conflict');
    expect(value(await writer.delete(refTo('mortal'), { uid: uidOf(made.object) })).state).not.toBe('absent');
    expect(value(await writer.waitGone(refTo('mortal'), uidOf(made.object), 10_000))).toEqual({
      gone: true,
      finalizers: [],
    });
    expect(value(await writer.delete(refTo('mortal'))).state).toBe('absent');
    // Another object of that name is not the one we wait for.
    value(await writer.create(configMap('mortal')));
    expect(value(await writer.waitGone(refTo('mortal'), uidOf(made.object), 0)).gone).toBe(true);
  });

  test('what a finalizer holds is not gone, and the finalizer is named', async () => {
    const held = {
      ...configMap('held'),
      metadata: { ...configMap('held').metadata, finalizers: ['infragate.test/hold'] },
    };
    const uid = uidOf(value(await writer.create(held)).object);
    expect(value(await writer.delete(refTo('held'), { uid })).state).toBe('deleting');
    const { gone, finalizers } = value(await writer.waitGone(refTo('held'), uid, 500));
    expect(gone).toBe(false);
    expect(finalizers).toContain('infragate.test/hold');
    value(await writer.patch(refTo('held'), { metadata: { finalizers: null } }, 'merge'));
    expect(value(await writer.waitGone(refTo('held'), uid, 10_000)).gone).toBe(true);
  });

  test('in the foreground takes what the object owns first', async () => {
    const uid = uidOf(value(await writer.create(deployment('parent'))).object);
    const owned = () => reader.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: NS, labelSelector: 'app=parent' });
    await expect.poll(async () => value(await owned()).items.length, { timeout: 20_000 }).toBe(1);
    value(await writer.delete(refTo('parent', 'Deployment', 'apps/v1'), { uid }));
    expect(value(await writer.waitGone(refTo('parent', 'Deployment', 'apps/v1'), uid, 60_000)).gone).toBe(true);
    expect(value(await owned()).items).toEqual([]);
  });

  test('replace puts one version in place of the one that was read', async () => {
    const made = value(await writer.create(configMap('replaced')));
    value(await writer.replace({ ...made.object, data: { a: '2' } }));
    expect(failure(await writer.replace({ ...made.object, data: { a: '3' } })).reason).toBe('Conflict');
    expect(value(await reader.get(refTo('replaced')))).toMatchObject({ data: { a: '2' } });
  });

  test("a Secret's values are in no failure and no warning, whatever admission quotes", async () => {
    const name = `echo-${NS}`;
    const group = 'admissionregistration.k8s.io/v1';
    const expression = '"refused: " + object.stringData["password"]';
    value(
      await writer.create({
        apiVersion: group,
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        spec: {
          matchConstraints: {
            resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }],
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NS } },
          },
          validations: [
            { expression: 'false', messageExpression: expression.replace('stringData', 'data').replace('"]', '"]') },
          ],
        },
      }),
    );
    const binding = {
      apiVersion: group,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    };
    value(await writer.create(binding));
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'quoted', namespace: NS },
      stringData: { password: 'correct-horse-battery' },
    };
    await expect
      .poll(async () => (await reader.dryRun(secret, { verb: 'create' })).ok, { timeout: 20_000, interval: 200 })
      .toBe(false);
    const denied = failure(await writer.create(secret));
    const encoded = Buffer.from('correct-horse-battery').toString('base64');
    expect(denied.message).toContain('refused: ');
    expect(denied.message).toContain('[redacted]');
    expect(JSON.stringify(denied)).not.toContain('correct-horse');
    expect(JSON.stringify(denied)).not.toContain(encoded);
    await writer.delete({ apiVersion: group, kind: binding.kind, name });
    await writer.delete({ apiVersion: group, kind: 'ValidatingAdmissionPolicy', name });
  });
});

describe('less privileged users', () => {
  test('a 403 is told, one resource at a time', async () => {
    const viewer = (await reach(sandbox.kubeconfig, sandbox.contexts.viewer)).reader;
    value(await viewer.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: 'default' }));
    const forbidden = failure(await viewer.list({ apiVersion: 'v1', kind: 'Secret' }, { namespace: 'default' }));
    expect(forbidden).toMatchObject({ status: 403, reason: 'Forbidden' });
    expect(forbidden.message).toContain('cannot list resource "secrets"');
    expect(failure(await viewer.list({ apiVersion: 'v1', kind: 'Node' })).reason).toBe('Forbidden');
    value(await viewer.discovery());
  });

  test('what one may do is asked, not tried', async () => {
    const viewer = (await reach(sandbox.kubeconfig, sandbox.contexts.viewer)).reader;
    const can = async (verb: string, resource: string) =>
      value(await viewer.canI({ verb, group: '', resource, namespace: 'default' })).allowed;
    expect([await can('get', 'pods'), await can('create', 'pods'), await can('get', 'secrets')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('a reader never writes: by the audit log of everything it can be asked', async () => {
    const editor = (await reach(sandbox.kubeconfig, sandbox.contexts.editor)).reader;
    const place = { namespace: 'default' };
    const map = { ...configMap('audited'), metadata: { name: 'audited', namespace: 'default' } };
    await editor.target(['default']);
    await editor.identity();
    await editor.version();
    await editor.discovery();
    value(await editor.dryRun(map, { ...place, verb: 'create' }));
    value(await editor.dryRun(map, { ...place, verb: 'apply', force: true }));
    value(await editor.list({ apiVersion: 'v1', kind: 'ConfigMap' }, place));
    await editor.dryRunDelete({ apiVersion: 'v1', kind: 'ConfigMap', ...place, name: 'kube-root-ca.crt' });
    await editor.canI({ verb: 'create', group: '', resource: 'pods', namespace: 'default' });
    await editor.review({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      metadata: {},
      spec: place,
    });
    await editor.review(map);
    await editor.events('default');
    await editor.logs({ ...place, pod: 'nope' });
    await editor.openapi('v1');
    await editor.raw('/api/v1/namespaces/default/pods');
    await editor.proxy({ ...place, name: 'kubernetes', port: 443, path: '/' });
    const stop = AbortSignal.timeout(500);
    for await (const _ of editor.watch({ apiVersion: 'v1', kind: 'ConfigMap' }, { ...place, signal: stop }));

    const seen = audited(sandbox, 'editor');
    expect(seen.length).toBeGreaterThan(15);
    const writes = seen.filter(
      ({ verb, requestURI, objectRef }) =>
        !['get', 'list', 'watch'].includes(verb) &&
        !requestURI.includes('dryRun=All') &&
        !/^selfsubject\w*reviews$/.test(objectRef?.resource ?? ''),
    );
    expect(writes).toEqual([]);
  });
});
