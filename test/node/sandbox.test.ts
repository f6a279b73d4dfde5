// A node with a real kubelet: containers run, fail for real reasons, and nothing of it stays on the machine.
// Needs root, containerd, runc and the CNI plugins; says loudly what is missing where it can't run.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { descendants, isAlive, marked, type Process } from '../../src/sandbox/processes.ts';
import { down, pushImage, type Sandbox, status, up } from '../../src/sandbox/sandbox.ts';
import { readState } from '../../src/sandbox/state.ts';
import { kubectlAt } from './support/kubectl.ts';

const run = promisify(execFile);
const home = mkdtempSync(join(tmpdir(), 'infragate-node-test-'));
const before = process.env.INFRAGATE_HOME;
const forwarding = readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8');
let sandbox: Sandbox;

beforeAll(async () => {
  process.env.INFRAGATE_HOME = home;
  sandbox = await up({ name: 'node', nodes: 'kubelet' });
  for (const name of ['serves', 'fails']) await pushImage(sandbox.registry ?? '', `${name}:1`, { from: 'busybox:1' });
}, 120_000);

afterAll(async () => {
  await down({ name: 'node' });
  if (before === undefined) delete process.env.INFRAGATE_HOME;
  else process.env.INFRAGATE_HOME = before;
  rmSync(home, { recursive: true, force: true });
}, 60_000);

const kubectl = (...args: string[]) => kubectlAt(sandbox, ...args);

async function eventually(ask: () => Promise<string>, wanted: string, withinMs = 30_000): Promise<void> {
  let last = '';
  for (const end = Date.now() + withinMs; last !== wanted && Date.now() < end; ) {
    last = await ask().catch((error: unknown) => String(error));
    if (last !== wanted) await new Promise((done) => setTimeout(done, 200));
  }
  expect(last).toBe(wanted);
}

const waiting = (pod: string) => () =>
  kubectl('get', 'pod', pod, '-o', 'jsonpath={.status.containerStatuses[0].state.waiting.reason}');

test('a container runs, can be asked for its log and for a command, and is reached through a Service', async () => {
  const image = `${sandbox.registry}/serves:1`;
  const script = 'mkdir /tmp/w; echo hello > /tmp/w/index.html; echo started; httpd -f -p 8080 -h /tmp/w';
  await kubectl('run', 'serves', `--image=${image}`, '--port=8080', '--expose', '--', 'sh', '-c', script);
  await kubectl('wait', 'pod/serves', '--for=condition=Ready', '--timeout=60s');
  expect(await kubectl('logs', 'serves')).toBe('started');
  const address = await kubectl('get', 'service', 'serves', '-o', 'jsonpath={.spec.clusterIP}');
  // Not wget -T: Debian's static busybox dies of it.
  await eventually(
    () => kubectl('exec', 'serves', '--', 'timeout', '2', 'wget', '-qO-', `http://${address}:8080/`),
    'hello',
  );
});

test('a Pod reaches the API server, by the address that every Pod is given', async () => {
  await eventually(
    () => kubectl('exec', 'serves', '--', 'sh', '-c', 'nc -w 2 $KUBERNETES_SERVICE_HOST 443 < /dev/null && echo open'),
    'open',
  );
});

test('an image that is not there goes ImagePullBackOff', async () => {
  await kubectl('run', 'absent', `--image=localhost:${sandbox.registry?.split(':')[1]}/absent:1`);
  await eventually(waiting('absent'), 'ImagePullBackOff', 60_000);
});

test('a command that fails goes CrashLoopBackOff', async () => {
  await kubectl('run', 'fails', `--image=${sandbox.registry}/fails:1`, '--', 'false');
  // The kubelet writes it down one back-off later: half a minute.
  await eventually(waiting('fails'), 'CrashLoopBackOff', 90_000);
});

test('a second sandbox is told who has the node', async () => {
  await expect(up({ name: 'second', nodes: 'kubelet' })).rejects.toThrow(/Sandbox node .* has this machine's node/);
  await down({ name: 'second' });
  expect(await status({ name: 'node' })).toMatchObject({ status: 'up' });
});

// Last: it ends the sandbox.
test('down leaves nothing on the machine, also when kubelet and containerd were killed before', async () => {
  const state = readState('node');
  const parts: Process[] = typeof state === 'object' ? state.processes : [];
  const all = [...marked(sandbox.dir), ...descendants(marked(sandbox.dir))];
  expect(all.length).toBeGreaterThan(parts.length);
  for (const one of parts) if (['kubelet', 'containerd'].includes(one.component)) process.kill(one.pid, 'SIGKILL');
  await down({ name: 'node' });
  expect(all.filter(isAlive)).toEqual([]);
  expect(existsSync(sandbox.dir)).toBe(false);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(sandbox.dir);
  expect((await run('iptables-save')).stdout).not.toContain('KUBE-');
  expect(existsSync('/sys/class/net/infragate0')).toBe(false);
  expect(existsSync('/run/infragate-sandbox')).toBe(false);
  expect(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8')).toBe(forwarding);
  const groups = readdirSync('/sys/fs/cgroup').filter(
    (one) => existsSync(`/sys/fs/cgroup/${one}/kubepods`) || one === 'kubepods',
  );
  expect(groups).toEqual([]);
});
