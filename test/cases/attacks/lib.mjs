import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
export const ROOT = process.env.RT_ROOT ?? process.cwd();
export const NODE = ROOT + '/node_modules/node/bin/node';
export const CLI = ROOT + '/dist/cli.js';
export const SB = JSON.parse(readFileSync(process.env.RT_SB ?? 'sandbox.json', 'utf8'));
export const REG = SB.registry;
export const IMAGE = `${REG}/busybox:1`;
let serial = 0;
export function scene(purpose, opts = {}) {
  serial++;
  const folder = mkdtempSync((process.env.RT_TMP ?? '/tmp') + '/rt-' + purpose + '-');
  const home = join(folder, 'home'),
    workspace = join(folder, 'ws'),
    bin = join(folder, 'bin');
  mkdirSync(workspace);
  mkdirSync(bin);
  symlinkSync(SB.bin, join(bin, 'kubectl'));
  const agents = [];
  const s = {
    folder,
    home,
    workspace,
    bin,
    namespace: opts.namespace ?? `rt-${purpose}-${process.pid}-${serial}`,
    write(p, t) {
      mkdirSync(dirname(join(workspace, p)), { recursive: true });
      writeFileSync(join(workspace, p), t);
    },
    env(extra = {}) {
      return {
        PATH: `${bin}:${process.env.PATH}`,
        HOME: folder,
        KUBECONFIG: SB.kubeconfig,
        INFRAGATE_HOME: home,
        TERM: 'xterm',
        ...extra,
      };
    },
    kubectl(args, input = '') {
      return execFileSync(SB.bin, ['kubectl', '--kubeconfig', SB.kubeconfig, '-n', s.namespace, ...args], {
        input,
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'pipe'],
      });
    },
    cli(args, env = {}) {
      try {
        const out = execFileSync(NODE, [CLI, ...args], {
          cwd: workspace,
          env: s.env(env),
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
          maxBuffer: 1e9,
        });
        return { status: 0, stdout: out, stderr: '' };
      } catch (e) {
        return { status: e.status, stdout: e.stdout, stderr: e.stderr };
      }
    },
    async agent(o = {}) {
      const a = await connect(s, o);
      agents.push(a);
      return a;
    },
    async end() {
      for (const a of agents) await a.close().catch(() => {});
      rmSync(folder, { recursive: true, force: true });
      try {
        s.kubectl(['delete', 'ns', s.namespace, '--wait=false']);
      } catch {}
    },
    term(args, answers, env = {}) {
      return onTerminal(s, args, answers, env);
    },
  };
  return s;
}
async function connect(s, o) {
  const client = new Client(
    { name: 'scene', version: '1' },
    { capabilities: o.approve === undefined ? {} : { elicitation: { form: {} } } },
  );
  const forms = [];
  if (o.approve !== undefined)
    client.setRequestHandler('elicitation/create', async (r) => {
      forms.push(r.params);
      const p = /begins with ([0-9a-f]+)/.exec(String(r.params.message))?.[1] ?? '';
      if (typeof o.approve === 'function') return o.approve(r.params, p);
      if (o.approve === 'decline') return { action: 'decline' };
      return { action: 'accept', content: { digest_prefix: p, choice: o.approve, remark: 'as the test says' } };
    });
  const transport = new StdioClientTransport({
    command: NODE,
    args: [CLI, '--workspace', s.workspace].filter((x, i) => (o.noWorkspace ? i < 1 : true)),
    env: s.env(o.env),
    cwd: s.workspace,
    stderr: o.stderr ?? 'pipe',
  });
  let err = '';
  await client.connect(transport);
  transport.stderr?.on('data', (d) => (err += d));
  const call = async (tool, args = {}, timeout = 150000) => {
    const r = await client.callTool({ name: tool, arguments: args }, { timeout });
    return {
      isError: r.isError === true,
      text: (r.content ?? []).flatMap((p) => (p.type === 'text' ? [p.text] : [])).join('\n'),
      value: { ...Object(r.structuredContent) },
      raw: r,
    };
  };
  return {
    client,
    forms,
    pid: transport.pid,
    stderr: () => err,
    call,
    code: async (t, a) => Object((await call(t, a)).value.refusal).code,
    close: () => client.close(),
  };
}
export function onTerminal(s, args, answers, env = {}) {
  const quoted = [NODE, CLI, ...args].map((w) => `'${w.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn('script', ['-qfec', quoted, '/dev/null'], {
    cwd: s.workspace,
    env: { ...s.env(env), COLUMNS: '120', LINES: '50' },
    stdio: 'pipe',
  });
  let screen = '',
    seen = 0;
  const waiting = [...answers];
  child.stdout.setEncoding('utf8').on('data', (t) => {
    screen += t;
    const [n] = waiting;
    if (n?.when.test(screen.slice(seen))) {
      seen = screen.length;
      waiting.shift();
      setTimeout(() => child.stdin.write(`${n.type}\r`), 200);
    }
  });
  const kill = setTimeout(() => child.kill('SIGKILL'), 60000);
  return new Promise((res, rej) => {
    child.once('error', rej);
    child.once('close', (status) => {
      clearTimeout(kill);
      res({ screen, status });
    });
  });
}
export const FINDINGS =
  'A single busybox container that sleeps, for the tests of infragate itself. Read in no outside document; one replica.';
export const pod = (image, name = 'try', extra = '') => `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  containers:
    - name: main
      image: ${image}
      command: [sleep, "3600"]
${extra}`;
export const cm = (name, value = '1', ns) => `apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}${ns ? `, namespace: ${ns}` : ''} }
data: { key: "${value}" }
`;
export const deploy = (name, image, extra = '', ns) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}${ns ? `, namespace: ${ns}` : ''} }
spec:
  replicas: 1
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: main
          image: ${image}
          command: [sleep, "3600"]
${extra}`;
export const ASSUME = 'busybox runs here';
export async function begun(a, s, o = {}) {
  const r = await a.call('start-deployment', {
    component: o.component ?? 'app',
    namespace: s.namespace,
    ...(o.namespaces ? { namespaces: o.namespaces } : {}),
    create_namespace: true,
    complexity: 'simple',
  });
  if (r.isError) throw new Error('start: ' + r.text);
  const rr = await a.call('record-research', {
    findings: FINDINGS,
    no_outside_sources: o.nosrc ?? 'made up by the tests',
    assumed_apis: o.apis ?? ['v1/Pod', 'v1/ConfigMap', 'apps/v1/Deployment'],
    planned_images: o.images ?? [IMAGE],
    critical_assumptions: [{ assumption: ASSUME, impact: 'nothing to deploy', about: [IMAGE] }],
  });
  if (rr.isError) throw new Error('research: ' + rr.text);
  return r;
}
export async function proven(a, s, o = {}) {
  const r = await begun(a, s, o);
  await a.call('cluster-reality-check', {});
  const t = await a.call('tracer-bullet', {
    assumption: ASSUME,
    minimal_spec: pod(IMAGE),
    success_criteria: 'Pod reaches Running state',
    timeout: '60s',
  });
  if (t.value.status !== 'PASS') throw new Error('tracer: ' + t.text);
  return r;
}
export function plan(s, phases, more = {}) {
  const written = phases.map((p, i) => {
    for (const [f, t] of Object.entries(p.files ?? {})) s.write(f, t);
    return {
      name: p.name ?? `part ${i + 1}`,
      resources: p.resources ?? Object.keys(p.files ?? {}),
      commands: p.commands ?? [],
      validation_commands: p.validation ?? ['kubectl get configmap'],
      success_criteria: p.criteria ?? [],
      rollback: p.rollback ?? ['undo'],
      commit: 'none',
      ...p.more,
    };
  });
  return {
    component: more.component ?? 'app',
    target: s.namespace,
    phases: written,
    validation: { static: { none: 'made up' }, health: { none: 'made up' }, functional: ['kubectl get configmap'] },
    rollback_strategy: 'in reverse order',
    ...more,
  };
}
export const settings = (m = {}) => ({
  criteria: ['ConfigMap/settings: create'],
  ...m,
  files: { 'settings.yaml': cm('settings'), ...m.files },
});
export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const results = [];
export function report(id, attack, result, detail = '') {
  results.push({ id, attack, result, detail });
  console.log(`[${result}] ${id}: ${attack}${detail ? ` -- ${String(detail).slice(0, 600)}` : ''}`);
}
export { results };
