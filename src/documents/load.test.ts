import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { addressRefusal } from './address.ts';
import { type Dialer, dial, type Resolver } from './fetch.ts';
import { load } from './load.ts';
import { rawUrls } from './source-url.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Nothing is sent: what would be dialled is counted. */
function counting(answers: Readonly<Record<string, readonly string[]>>, respond?: Dialer) {
  const dialled: string[] = [];
  const asked: string[] = [];
  const resolver: Resolver = async (name) => {
    const index = asked.filter((a) => a === name).length;
    asked.push(name);
    const found = answers[name];
    const address = found?.[Math.min(index, found.length - 1)];
    if (address === undefined) throw new Error('ENOTFOUND');
    return [{ address, family: address.includes(':') ? 6 : 4 }];
  };
  const dialer: Dialer = async (d) => {
    dialled.push(d.address);
    if (respond !== undefined) return respond(d);
    throw new Error('not sent in a test');
  };
  return { resolver, dialer, dialled, asked };
}

describe('addresses that are refused before anything is sent', () => {
  it.each([
    'http://127.0.0.1/',
    'http://localhost/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://127.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[0:0:0:0:0:ffff:a9fe:a9fe]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://[fc00::1]/',
    'http://[fec0::1]/',
    'http://10.0.0.1/',
    'http://172.16.5.4/',
    'http://192.168.1.1/',
    'http://100.100.100.200/',
    'http://168.63.129.16/',
    'http://192.0.0.192/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://①②⑦.0.0.1/',
    'http://127.0.0.1./',
  ])('%s', async (url) => {
    const { resolver, dialer, dialled } = counting({ localhost: ['127.0.0.1'] });
    const read = await load(url, { resolver, dialer });
    expect(read).toMatchObject({ ok: false, reason: 'AddressRefused' });
    expect(dialled).toEqual([]);
    expect(read.attempts).toHaveLength(1);
  });

  it('a name that resolves to a private address', async () => {
    const { resolver, dialer, dialled } = counting({ 'docs.example': ['10.1.2.3'] });
    expect(await load('https://docs.example/x', { resolver, dialer })).toMatchObject({
      ok: false,
      reason: 'AddressRefused',
    });
    expect(dialled).toEqual([]);
  });

  it('a name with one public and one private address', async () => {
    const dialled: string[] = [];
    const read = await load('https://docs.example/x', {
      resolver: async () => [
        { address: '8.8.8.8', family: 4 },
        { address: '::1', family: 6 },
      ],
      dialer: async (d) => {
        dialled.push(d.address);
        throw new Error('not sent');
      },
    });
    expect(read).toMatchObject({ ok: false, reason: 'AddressRefused' });
    expect(dialled).toEqual([]);
  });

  it('a name that resolves differently the second time is asked once, and the first address is the one dialled', async () => {
    const { resolver, dialer, dialled, asked } = counting({ 'docs.example': ['93.184.215.14', '127.0.0.1'] });
    await load('http://docs.example/x', { resolver, dialer });
    expect(asked).toEqual(['docs.example']);
    expect(dialled).toEqual(['93.184.215.14']);
  });

  it('a redirect to loopback, to metadata, or by a name that leads there', async () => {
    for (const target of [
      'http://127.0.0.1:1/',
      'http://169.254.169.254/latest',
      'http://inner.example/',
      'http://[::ffff:10.0.0.1]/',
    ]) {
      const port = await serve((_, response) => response.writeHead(302, { location: target }).end());
      const { resolver, dialer, dialled } = counting(
        { 'docs.example': ['93.184.215.14'], 'inner.example': ['192.168.0.9'] },
        (d) => dial({ ...d, url: new URL(`http://docs.example:${port}/`), address: '127.0.0.1' }),
      );
      const read = await load('http://docs.example/x', { resolver, dialer });
      expect(read).toMatchObject({ ok: false, reason: 'AddressRefused' });
      expect(dialled).toEqual(['93.184.215.14']);
      expect(read.attempts).toHaveLength(2);
    }
  });

  it('other schemes and URLs with credentials', async () => {
    for (const url of [
      'file:///etc/passwd',
      'ftp://example.org/x',
      'gopher://127.0.0.1/',
      'http://user:secret@example.org/',
      'data://text',
    ]) {
      const { resolver, dialer, dialled } = counting({ 'example.org': ['93.184.215.14'] });
      const read = await load(url, { resolver, dialer });
      expect(read).toMatchObject({ ok: false, reason: 'SchemeRefused' });
      expect(dialled).toEqual([]);
      expect(JSON.stringify(read.attempts)).not.toContain('secret');
    }
  });

  it('public addresses are not refused', async () => {
    for (const address of ['93.184.215.14', '8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808']) {
      expect(await addressRefusal(address), address).toBeUndefined();
    }
  });
});

describe('documents over http', () => {
  const allow = { policy: { allowHosts: ['127.0.0.1'] } };

  it('reads a host that the operator listed, follows redirects there, and says what it asked', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/guide.md?token=abc' }).end();
      else response.writeHead(200, { 'content-type': 'text/markdown' }).end('# Guide\n\nKubernetes 1.30+\n');
    });
    const read = await load(`http://127.0.0.1:${port}/`, allow);
    expect(read).toMatchObject({ ok: true, kind: 'url', parts: [{ name: 'guide.md', kind: 'markdown' }] });
    if (read.ok) expect(read.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(read.attempts.map((a) => a.answer)).toEqual(['302', '200']);
    expect(JSON.stringify(read)).not.toContain('token=abc');
  });

  it('reads HTML and gzip', async () => {
    const port = await serve((_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'gzip' })
        .end(gzipSync('<p>hello</p>')),
    );
    expect(await load(`http://127.0.0.1:${port}/page`, allow)).toMatchObject({
      ok: true,
      parts: [{ kind: 'html', text: '<p>hello</p>' }],
    });
  });

  it.each<[string, RequestListener, string]>([
    [
      'a 1 GB body',
      (_, r) =>
        void r
          .writeHead(200, { 'content-type': 'text/plain', 'content-length': String(2 ** 30) })
          .write(Buffer.alloc(2 ** 20, 'a'), () => stream(r)),
      'TooLarge',
    ],
    [
      'an endless stream',
      (_, r) => {
        r.writeHead(200, { 'content-type': 'text/plain' });
        stream(r);
      },
      'TooLarge',
    ],
    [
      'a gzip bomb',
      (_, r) =>
        void r
          .writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(64 * 2 ** 20))),
      'TooLarge',
    ],
    ['a server that never answers', () => undefined, 'TooSlow'],
    [
      'a server that sends a byte a second',
      (_, r) => {
        r.writeHead(200, { 'content-type': 'text/plain' });
        const t = setInterval(() => r.write('a'), 100);
        r.on('close', () => clearInterval(t));
      },
      'TooSlow',
    ],
    ['redirects without end', (q, r) => void r.writeHead(302, { location: `${q.url}x` }).end(), 'TooManyRedirects'],
    ['an image', (_, r) => void r.writeHead(200, { 'content-type': 'image/png' }).end('x'), 'Unreadable'],
    ['nothing there', (_, r) => void r.writeHead(404).end(), 'NotFound'],
  ])('%s ends within the limits', async (_, listener, reason) => {
    const port = await serve(listener);
    const begun = performance.now();
    const read = await load(`http://127.0.0.1:${port}/`, {
      ...allow,
      // Time is short only where it is what ends it: a busy machine is slow, too.
      limits: { milliseconds: reason === 'TooSlow' ? 700 : 15_000, bytes: 4 * 2 ** 20 },
    });
    expect(read).toMatchObject({ ok: false, reason });
    expect(performance.now() - begun).toBeLessThan(15_000);
  });

  it('turns pages that show a file into the file', () => {
    const raw = (url: string) => rawUrls(new URL(url)).map((u) => u.href);
    expect(raw('https://github.com/acme/app/blob/main/docs/install.md')).toEqual([
      'https://raw.githubusercontent.com/acme/app/main/docs/install.md',
    ]);
    expect(raw('https://github.com/acme/app')[0]).toBe('https://raw.githubusercontent.com/acme/app/HEAD/README.md');
    expect(raw('https://github.com/acme/app/tree/v1/deploy')[0]).toBe(
      'https://raw.githubusercontent.com/acme/app/v1/deploy/README.md',
    );
    expect(raw('https://gitlab.com/a/b/-/blob/main/x.yaml')).toEqual(['https://gitlab.com/a/b/-/raw/main/x.yaml']);
    expect(raw('https://docs.example/x')).toEqual(['https://docs.example/x']);
  });
});

describe('paths and text', () => {
  it('reads a chart without rendering it, a folder, a compose file, and text', async () => {
    const root = await mkdtemp(join(tmpdir(), 'infragate-load-'));
    try {
      await mkdir(join(root, 'chart/templates'), { recursive: true });
      await writeFile(join(root, 'chart/Chart.yaml'), 'name: x\nkubeVersion: ">=1.25.0-0"\n');
      await writeFile(join(root, 'chart/values.yaml'), 'image: {repository: a/b, tag: "1"}\n');
      await writeFile(join(root, 'chart/templates/d.yaml'), '{{ .Values.image }}\n');
      await writeFile(join(root, 'docker-compose.yml'), 'services: {web: {image: nginx}}\n');
      await writeFile(join(root, 'secret.txt'), 'not for readers\n');
      await symlink(join(root, 'secret.txt'), join(root, 'chart/README.md'));

      const chart = await load('chart', { workspace: root });
      expect(chart).toMatchObject({
        ok: true,
        kind: 'chart',
      });
      if (chart.ok) expect(chart.parts.map((p) => p.name)).toEqual(['templates/', 'Chart.yaml', 'values.yaml']);
      expect(await load('docker-compose.yml', { workspace: root })).toMatchObject({ ok: true, kind: 'compose' });
      await mkdir(join(root, 'linked'));
      await writeFile(join(root, 'linked/compose.yml'), 'services: {web: {image: nginx}}\n');
      await symlink(join(root, 'secret.txt'), join(root, 'linked/compose.override.yml'));
      expect(await load('linked', { workspace: root })).toMatchObject({
        parts: [
          { name: 'compose.yml' },
          { name: 'compose.override.yml', text: '', unread: expect.stringMatching(/link/) },
        ],
      });
      expect(await load('./gone.md', { workspace: root })).toMatchObject({ ok: false, reason: 'NotFound' });
      expect(await load('services:\n  web:\n    image: nginx:1\n')).toMatchObject({
        ok: true,
        kind: 'text',
        parts: [{ kind: 'yaml' }],
      });
      expect(await load('Needs Kubernetes 1.30+', { workspace: root })).toMatchObject({
        ok: true,
        kind: 'text',
        parts: [{ kind: 'markdown' }],
      });
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  it('the digest is that of the text, and changes with it', async () => {
    const [a, b, c] = [await load('one\ntwo\n'), await load('one\ntwo\n'), await load('one\nthree\n')];
    expect(a.ok && b.ok && a.digest === b.digest).toBe(true);
    expect(a.ok && c.ok && a.digest !== c.digest).toBe(true);
  });
});

function stream(response: {
  write(chunk: Buffer): boolean;
  once(event: 'drain' | 'close', f: () => void): unknown;
  destroyed: boolean;
}) {
  const chunk = Buffer.alloc(65_536, 'a');
  const push = () => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', push);
  };
  push();
}
