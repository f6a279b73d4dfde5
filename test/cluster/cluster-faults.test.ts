import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, connect, type KubeObject, type WatchEvent, type Writer } from '../../src/cluster/index.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { killApiServer } from './io/api-server.ts';
import { type FaultProxy, faultProxy } from './io/fault-proxy.ts';
import { failure, ownSandbox, reach, value } from './io/sandbox.ts';

/** Bad days: connections cut, servers restarted, too many requests, versions grown too old. */

let sandbox: Sandbox;
let end = async () => {};
let direct: Cluster;
let writer: Writer;
let proxy: FaultProxy;
let cluster: Cluster;
const NS = `faults-${process.pid}`;
const KIND = { apiVersion: 'v1', kind: 'ConfigMap' };
const ref = (name: string) => ({ ...KIND, namespace: NS, name });
const configMap = (name: string): KubeObject => ({ ...KIND, metadata: { name, namespace: NS, labels: { app: name } } });
const isWatch = (url: string) => url.includes('watch=true');
const status = (code: number, reason: string) =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message: `said ${reason}`, code });

beforeAll(async () => {
  ({ sandbox, end } = await ownSandbox('faults'));
  direct = await reach(sandbox.kubeconfig);
  writer = direct.writer();
  value(await writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } }));
});
afterAll(async () => {
  await writer?.delete({ apiVersion: 'v1', kind: 'Namespace', name: NS });
  direct?.close();
  await end();
});
beforeEach(async () => {
  proxy = await faultProxy(sandbox.kubeconfig);
  cluster = await reach(proxy.kubeconfig);
  value(await cluster.reader.discovery());
  proxy.requests.length = 0;
});
afterEach(async () => {
  cluster.close();
  await proxy.close();
});

/** A watch whose events can be waited for. */
function watching(name: string, more: { resourceVersion?: string; over?: Cluster } = {}) {
  const stop = new AbortController();
  const events: WatchEvent[] = [];
  const { over = cluster, ...options } = more;
  const done = (async () => {
    const selector = { labelSelector: `app=${name}`, namespace: NS, signal: stop.signal };
    for await (const event of over.reader.watch(KIND, { ...selector, ...options })) events.push(event);
  })();
  return {
    events,
    until: (type: WatchEvent['type'], count = 1) =>
      expect
        .poll(() => events.filter((e) => e.type === type).length, { timeout: 30_000 })
        .toBeGreaterThanOrEqual(count),
    stop: async () => {
      stop.abort();
      await done;
    },
    done,
  };
}
const said = (events: readonly WatchEvent[]) =>
  events.filter((event) => event.type !== 'INTERRUPTED').map((event) => event.type);

describe('a watch', () => {
  test('begins with what is there and goes on with what happens', async () => {
    value(await writer.create(configMap('plain')));
    const seen = watching('plain');
    await seen.until('LISTED');
    value(await writer.patch(ref('plain'), { data: { a: '2' } }, 'merge'));
    value(await writer.delete(ref('plain'), { propagation: 'Background' }));
    value(await writer.create(configMap('plain')));
    await seen.until('ADDED');
    await seen.stop();
    expect(said(seen.events)).toEqual(['LISTED', 'MODIFIED', 'DELETED', 'ADDED']);
    expect(seen.events[0]).toMatchObject({ objects: [{ ...KIND, metadata: { name: 'plain' } }] });
    expect(seen.events[1]).toMatchObject({ object: { ...KIND, data: { a: '2' } } });
  });

  test('whose line is cut goes on where it was, and hears what happened meanwhile', async () => {
    value(await writer.create(configMap('cut')));
    const seen = watching('cut');
    await seen.until('LISTED');
    await expect.poll(() => proxy.requests.filter(isWatch).length).toBe(1);
    proxy.rule = () => 'reset';
    proxy.cut();
    value(await writer.delete(ref('cut'), { propagation: 'Background' }));
    await seen.until('INTERRUPTED');
    proxy.rule = () => undefined;
    await seen.until('DELETED');
    await seen.stop();
    expect(said(seen.events)).toEqual(['LISTED', 'DELETED']);
    expect(seen.events.find((e) => e.type === 'INTERRUPTED')).toMatchObject({ error: { reason: 'Unreachable' } });
  });

  test('that fell too far behind lists again: what was deleted in the gap is not in the list', async () => {
    value(await writer.create(configMap('gap')));
    const seen = watching('gap');
    await seen.until('LISTED');
    let expired = false;
    proxy.rule = ({ url }) => {
      if (!isWatch(url) || expired) return undefined;
      expired = true;
      return { answer: 410, body: status(410, 'Expired') };
    };
    value(await writer.delete(ref('gap')));
    await seen.until('DELETED');
    proxy.cut();
    await seen.until('LISTED', 2);
    await seen.stop();
    expect(seen.events.findLast((e) => e.type === 'LISTED')).toEqual({ type: 'LISTED', objects: [] });
  });

  test('from a version that the server itself has forgotten begins with a list', async () => {
    value(await writer.create(configMap('old')));
    const seen = watching('old', { resourceVersion: '1' });
    await expect.poll(() => seen.events.length, { timeout: 10_000 }).toBeGreaterThan(0);
    await seen.stop();
    expect(['LISTED', 'ADDED']).toContain(said(seen.events)[0]);
  });

  test('an error in the middle of the stream makes it list again', async () => {
    let told = false;
    proxy.rule = ({ url }) => {
      if (!isWatch(url) || told) return undefined;
      told = true;
      return { answer: 200, body: `{"type":"ERROR","object":${status(410, 'Expired')}}\n` };
    };
    const seen = watching('stream');
    await seen.until('LISTED', 2);
    await seen.stop();
    expect(said(seen.events)).toEqual(['LISTED', 'LISTED']);
  });

  test('from a version that never was finds its way by a list', async () => {
    const seen = watching('wrong', { resourceVersion: 'not-a-version' });
    await seen.until('LISTED');
    await seen.stop();
    expect(seen.events[0]).toMatchObject({ type: 'INTERRUPTED', error: { status: 500 } });
  });

  test('waits as long as the server asks', async () => {
    let refused = 0;
    proxy.rule = ({ url }) =>
      isWatch(url) && refused++ === 0
        ? { answer: 429, headers: { 'retry-after': '1' }, body: status(429, 'TooManyRequests') }
        : undefined;
    const seen = watching('busy');
    await seen.until('INTERRUPTED');
    const since = Date.now();
    value(await writer.create(configMap('busy')));
    await seen.until('ADDED');
    expect(Date.now() - since).toBeGreaterThan(800);
    await seen.stop();
    expect(seen.events.find((e) => e.type === 'INTERRUPTED')).toMatchObject({ retryInMs: 1000 });
  });

  test('outlives a server that is broken for a while', async () => {
    let left = 3;
    proxy.rule = ({ url }) =>
      isWatch(url) && left-- > 0 ? { answer: 500, body: status(500, 'InternalError') } : undefined;
    const seen = watching('broken');
    await seen.until('INTERRUPTED', 3);
    value(await writer.create(configMap('broken')));
    await expect.poll(() => JSON.stringify(seen.events), { timeout: 30_000 }).toContain('"name":"broken"');
    await seen.stop();
  });

  test('a server that ends every watch at once is not hammered', async () => {
    proxy.rule = ({ url }) => (isWatch(url) ? { answer: 200, body: '' } : undefined);
    const seen = watching('short');
    await sleep(2000);
    await seen.stop();
    expect(proxy.requests.filter(isWatch).length).toBeLessThan(8);
  });

  test('half a line is not an event', async () => {
    let first = true;
    proxy.rule = ({ url }) => {
      if (!isWatch(url) || !first) return undefined;
      first = false;
      return { answer: 200, body: '{"type":"ADDED","object":{"metadata":{"name":"half"' };
    };
    const seen = watching('half');
    await expect.poll(() => proxy.requests.filter(isWatch).length, { timeout: 10_000 }).toBe(2);
    await seen.stop();
    expect(said(seen.events)).toEqual(['LISTED']);
  });

  test('that may not be, says so and ends', async () => {
    const nobody = await reach(sandbox.kubeconfig, sandbox.contexts.nobody);
    const seen = watching('any', { over: nobody });
    await seen.done;
    expect(seen.events).toMatchObject([{ type: 'FAILED', error: { status: 403, reason: 'Forbidden' } }]);
    const none: WatchEvent[] = [];
    const signal = AbortSignal.timeout(10_000);
    for await (const event of cluster.reader.watch({ apiVersion: 'nope/v1', kind: 'X' }, { signal })) none.push(event);
    expect(none).toMatchObject([{ type: 'FAILED', error: { reason: 'NoKindMatch' } }]);
  });

  test('ends with its signal, and when no one listens any more', async () => {
    const seen = watching('ending');
    await seen.until('LISTED');
    await expect.poll(() => proxy.requests.filter(isWatch).length).toBe(1);
    const since = Date.now();
    await seen.stop();
    expect(Date.now() - since).toBeLessThan(5_000);
    for await (const event of cluster.reader.watch(KIND, { namespace: NS, signal: AbortSignal.timeout(10_000) })) {
      if (event.type === 'LISTED') break;
    }
    const requests = proxy.requests.length;
    await sleep(300);
    expect(proxy.requests.length).toBe(requests);
  });

  test('and requests go on over the end and the start of the API server', async () => {
    value(await writer.create(configMap('restart')));
    const seen = watching('restart', { over: direct });
    await seen.until('LISTED');
    const start = await killApiServer(sandbox);
    const gone = failure(await direct.reader.get(ref('restart')));
    expect(gone).toMatchObject({ status: 0, reason: 'Unreachable' });
    expect(failure(await connect({ kubeconfig: sandbox.kubeconfig })).reason).toBe('Unreachable');
    expect(failure(await writer.waitGone(ref('restart'), undefined, 100)).reason).toBe('Unreachable');
    start();
    await expect
      .poll(async () => (await direct.reader.raw('/readyz')).ok, { timeout: 60_000, interval: 250 })
      .toBe(true);
    const events = seen.events.length;
    value(await writer.patch(ref('restart'), { data: { after: 'yes' } }, 'merge'));
    await expect
      .poll(() => JSON.stringify(seen.events.slice(events)).includes('"after":"yes"'), { timeout: 30_000 })
      .toBe(true);
    await seen.stop();
    expect(seen.events.some((e) => e.type === 'INTERRUPTED')).toBe(true);
    expect(seen.events.some((e) => e.type === 'FAILED')).toBe(false);
  });
});

describe('a request', () => {
  /** Answers the first `times` requests for the path so, and lets the others pass. */
  const first = (times: number, fault: ReturnType<FaultProxy['rule']>) => {
    let left = times;
    proxy.rule = ({ url }) => (url.includes(`/namespaces/${NS}/`) && left-- > 0 ? fault : undefined);
  };

  test.each([
    ['reset', 'reset' as const],
    ['500', { answer: 500 }],
    ['503', { answer: 503, body: status(503, 'ServiceUnavailable') }],
    ['429', { answer: 429, headers: { 'retry-after': '0' } }],
  ])('that reads is sent again after %s', async (_, fault) => {
    value(await writer.apply(configMap('read'), { force: true }));
    first(2, fault);
    expect(value(await cluster.reader.get(ref('read'))).metadata.name).toBe('read');
    expect(proxy.requests).toHaveLength(3);
  });

  test('that reads gives up in the end, with the reason', async () => {
    first(100, { answer: 503, body: status(503, 'ServiceUnavailable') });
    const gave = failure(await cluster.reader.get(ref('any')));
    expect(gave).toMatchObject({ status: 503, reason: 'ServiceUnavailable', message: 'said ServiceUnavailable' });
    expect(proxy.requests).toHaveLength(5);
  });

  test('that is the first of all is sent again like any other: a line that is cut once is no cluster out of reach', async () => {
    let cut = 0;
    proxy.rule = ({ url }) => {
      cut += url === '/version' ? 1 : 0;
      return url === '/version' && cut === 1 ? 'reset' : undefined;
    };
    const connected = value(await connect({ kubeconfig: proxy.kubeconfig }));
    expect(cut).toBe(2);
    connected.close();
  });

  test('that writes is sent again after 429, which means it was not carried out', async () => {
    first(1, { answer: 429, headers: { 'retry-after': '0' } });
    value(await cluster.writer().create(configMap('once')));
    expect(proxy.requests.map((line) => line.split(' ')[0])).toEqual(['POST', 'POST']);
  });

  test.each([
    ['reset', 'reset' as const, 'Unreachable'],
    ['500', { answer: 500 }, 'InternalError'],
    ['504', { answer: 504 }, 'Timeout'],
  ])('that writes is not sent again after %s, when it may have been carried out', async (_, fault, reason) => {
    first(1, fault);
    expect(failure(await cluster.writer().create(configMap('never'))).reason).toBe(reason);
    expect(proxy.requests).toHaveLength(1);
    expect(value(await direct.reader.getIfThere(ref('never')))).toBeUndefined();
  });

  test('that changes nothing is sent again, though it is posted', async () => {
    first(1, { answer: 500 });
    value(await cluster.reader.dryRun(configMap('dry'), { verb: 'create' }));
    expect(proxy.requests).toHaveLength(2);
  });

  test('that an admission webhook fails is not sent again: the next try would wait for it, too', async () => {
    const group = 'admissionregistration.k8s.io/v1';
    const name = `dead-${NS}.infragate.test`;
    const hook = {
      name,
      clientConfig: { service: { name: 'nowhere', namespace: NS } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NS } },
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      failurePolicy: 'Fail',
    };
    const kind = 'ValidatingWebhookConfiguration';
    value(await writer.create({ apiVersion: group, kind, metadata: { name }, webhooks: [hook] }));
    const dry = () => cluster.reader.dryRun(configMap('hooked'), { verb: 'create' });
    await expect.poll(async () => (await dry()).ok, { timeout: 20_000, interval: 200 }).toBe(false);
    proxy.requests.length = 0;
    expect(failure(await dry())).toMatchObject({ status: 500, message: expect.stringContaining('nowhere') });
    expect(proxy.requests).toHaveLength(1);
    await writer.delete({ apiVersion: group, kind, name });
    await expect.poll(async () => (await dry()).ok, { timeout: 20_000, interval: 200 }).toBe(true);
  });

  test('that is not answered ends with the time limit', async () => {
    const hasty = value(await connect({ kubeconfig: proxy.kubeconfig, requestTimeoutMs: 300 }));
    proxy.rule = () => 'hang';
    expect(failure(await hasty.reader.version())).toMatchObject({ reason: 'Timeout', code: 'TIMEOUT' });
  });

  test('ends with the signal of its connection; clean-up goes on without it', async () => {
    const stop = new AbortController();
    const mortal = value(await connect({ kubeconfig: proxy.kubeconfig, signal: stop.signal }));
    proxy.rule = ({ url }) => (url === '/version' ? 'hang' : undefined);
    setTimeout(() => stop.abort(), 100);
    const since = Date.now();
    expect(failure(await mortal.reader.version())).toMatchObject({ reason: 'Cancelled', code: 'ABORTED' });
    expect(Date.now() - since).toBeLessThan(5_000);
    expect(failure(await mortal.reader.get(ref('any'))).reason).toBe('Cancelled');
    const cleaning = mortal.under(undefined).writer();
    value(await cleaning.create(configMap('left')));
    value(await cleaning.delete(ref('left')));
    expect(value(await cleaning.waitGone(ref('left'), undefined, 5000)).gone).toBe(true);
  });

  test('for a list whose next page grew too old begins the list again, and the list is whole', async () => {
    const names = Array.from({ length: 510 }, (_, i) => `page-${i}`);
    for (let at = 0; at < names.length; at += 51) {
      await Promise.all(names.slice(at, at + 51).map((name) => writer.create(configMap(name))));
    }
    let expired = false;
    proxy.rule = ({ url }) => {
      if (!url.includes('continue=') || expired) return undefined;
      expired = true;
      return { answer: 410, body: status(410, 'Expired') };
    };
    const all = value(await cluster.reader.list(KIND, { namespace: NS }));
    const found = all.items.map((item) => item.metadata.name ?? '').filter((name) => name.startsWith('page-'));
    expect(expired).toBe(true);
    expect(found.sort()).toEqual(names.sort());
  });

  test('an HTML page of a proxy in between is a failure, not an answer', async () => {
    first(1, { answer: 200, headers: { 'content-type': 'text/html' }, body: '<html>Log in first</html>' });
    expect(failure(await cluster.reader.get(ref('any'))).reason).toBe('BadAnswer');
  });

  test('its 404 says nothing of an object: it is not called absent, nor gone', async () => {
    proxy.rule = ({ url }) =>
      url.includes('/configmaps/') ? { answer: 404, headers: {}, body: '<html>no such site</html>' } : undefined;
    expect(failure(await cluster.reader.getIfThere(ref('any')))).toMatchObject({ status: 502, reason: 'BadAnswer' });
    expect(failure(await cluster.writer().delete(ref('any'))).reason).toBe('BadAnswer');
    proxy.rule = () => undefined;
  });
});
