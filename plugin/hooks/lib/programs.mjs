import { join } from 'node:path';
import { optionsEnd, readFlags } from './flags.mjs';
import { makeText } from './make.mjs';
import { fileText, quote } from './shell.mjs';
import { baseName, isKnown, UNKNOWN } from './text.mjs';

/**
 * What a program runs in its turn. `inner(argv, io, scope)` answers
 *
 *   { argv }              another command line (sudo, timeout, xargs, npx …)
 *   { text, params, cwd } shell text (bash -c, ssh, npm run, make …)
 *   { foreign }           text in another language, in which commands can only be looked for
 *   { opaque: why }       something that can't be read, and will be run
 *   undefined             nothing
 */

const values = (text) => new Set(text.split(' '));

/** Programs that run the rest of their arguments; the options of theirs that take a value, and how many words are theirs. */
const WRAPPERS = {
  sudo: { takes: values('-u -g -h -p -C -D -r -t -T -U --user --group --host --prompt --chdir'), assigns: true },
  doas: { takes: values('-u -C -a') },
  env: { takes: values('-u -C --unset --chdir'), assigns: true },
  nohup: {},
  setsid: {},
  command: {},
  builtin: {},
  exec: { takes: values('-a') },
  time: { takes: values('-f -o --format --output') },
  nice: { takes: values('-n --adjustment') },
  ionice: { takes: values('-c -n -p') },
  timeout: { takes: values('-s -k --signal --kill-after'), words: 1 },
  gtimeout: { takes: values('-s -k --signal --kill-after'), words: 1 },
  stdbuf: { takes: values('-i -o -e --input --output --error') },
  unbuffer: {},
  chronic: {},
  ts: {},
  strace: { takes: values('-o -e -p -s -u -E') },
  ltrace: { takes: values('-o -e -p -s -u') },
  chroot: { words: 1 },
  taskset: { words: 1 },
  unshare: {},
  nsenter: { takes: values('-t --target') },
  xargs: { takes: values('-n -I -L -P -s -a -d -E -i --max-args --replace --max-procs --delimiter --arg-file') },
  parallel: { takes: values('-j -a -S --jobs --arg-file --delay --joblog') },
  minikube: { after: 'kubectl', keep: true },
  microk8s: { after: 'kubectl', keep: true },
  k3s: { after: 'kubectl', keep: true },
  k0s: { after: 'kubectl', keep: true },
  'aws-vault': { after: '--' },
  doppler: { after: '--' },
  op: { after: '--' },
  mise: { after: '--' },
  direnv: { words: 2 },
};

const SHELLS = new Set(['bash', 'sh', 'zsh', 'dash', 'ksh', 'ash', 'fish', 'rbash']);
const FOREIGN =
  /^(python[\d.]*|pypy\d?|perl|ruby|php|lua|node|deno|bun|tsx|ts-node|expect|osascript|socat|tmux|screen|at|batch|awk|gawk|vim|emacs|pwsh|powershell)$/;
const NODES = new Set(['node', 'nodejs', 'tsx', 'ts-node', 'bun', 'deno']);

/** Programs whose arguments are only words to them. */
export const HARMLESS = new Set(
  (
    'echo printf grep egrep fgrep rg ag ack git gh glab man which type whereis cat less more head tail ls tree jq yq sed cut sort ' +
    'uniq wc diff cmp test [ [[ true false : cp mv rm mkdir touch chmod chown ln basename dirname date sleep read tee tr curl ' +
    'wget apt apt-get brew dnf yum pip pipx uv go cargo code open file stat du df hash help history jobs kill pkill pgrep ps return exit'
  ).split(' '),
);

export function inner(argv, io, scope) {
  const [name, ...args] = argv;
  const program = baseName(name);
  if (program === 'env' && args.some((arg) => /^(-S|--split-string)/.test(arg)))
    return { text: args.slice(args.findIndex((arg) => /^(-S|--split)/.test(arg)) + 1).join(' ') };
  if (program === 'command' && /^-[vV]$/.test(args[0] ?? '')) return undefined;
  if (program === 'exec' && args.length === 0) return undefined;
  if (SHELLS.has(program)) return shell(args, io, scope);
  if (program === 'busybox') return args.length > 0 ? { argv: args } : undefined;
  if (name === '.' || name === 'source') return sourced(args, scope);
  if (name === 'eval') return evaluated(args);
  if (program === 'npx' || program === 'bunx' || program === 'pnpx') return npx(args);
  if (/^(npm|pnpm|yarn|bun)$/.test(program)) return packageManager(program, args, scope);
  if (program === 'make' || program === 'gmake') return make(args, scope);
  if (program === 'find') return found(args);
  if (program === 'script') return scripted(args);
  if (program === 'watch') return { text: args.slice(optionsEnd(args, values('-n --interval'))).join(' ') };
  if (program === 'ssh') return remote(args);
  if (program === 'flock') return locked(args);
  if (program === 'docker' || program === 'podman' || program === 'nerdctl') return container(args);
  if (NODES.has(program)) return nodeScript(program, args, io, scope);
  if (FOREIGN.test(program)) return foreign(program, args, io, scope);
  const wrapper = WRAPPERS[program];
  if (wrapper !== undefined) return wrapped(wrapper, args);
  return isPath(name) ? executed(name, args, scope) : undefined;
}

function wrapped({ takes = new Set(), words = 0, assigns = false, after, keep = false }, args) {
  if (after !== undefined) {
    const at = args.indexOf(after);
    if (at === -1) return undefined;
    const rest = args.slice(keep ? at : at + 1);
    return { argv: keep ? [rest[0], ...rest.slice(1).filter((arg, i) => i > 0 || arg !== '--')] : rest };
  }
  let at = optionsEnd(args, takes);
  while (assigns && /^\w+=/.test(args[at] ?? '')) at += 1;
  const rest = args.slice(at + words);
  return rest.length > 0 ? { argv: rest } : undefined;
}

function shell(args, io, scope) {
  let text = false;
  let at = 0;
  let fromInput = false;
  for (; at < args.length && /^[-+]/.test(args[at]) && args[at] !== '-'; at += 1) {
    const arg = args[at];
    if (arg === '--') {
      at += 1;
      break;
    }
    if (/^--(rcfile|init-file)$/.test(arg) || /^[-+][a-z]*[oO]$/.test(arg)) at += 1;
    else if (!arg.startsWith('--')) {
      if (arg.includes('c')) text = true;
      if (arg.includes('s')) fromInput = true;
    }
  }
  const [first, ...params] = args.slice(at);
  if (text) {
    if (first === undefined) return undefined;
    return isKnown(first) ? { text: first, params: params.slice(1) } : unknownText(first);
  }
  if (first === undefined || first === '-' || fromInput) {
    if (!io.piped) return undefined;
    const rest = fromInput ? args.slice(at) : params;
    return io.stdin !== undefined && isKnown(io.stdin)
      ? { text: io.stdin, params: rest }
      : { opaque: "a shell is fed with text that can't be read before it runs" };
  }
  if (/^\/dev\/(stdin|fd\/0)$/.test(first)) return shell(['-s'], io, scope);
  return scriptFile(first, params, scope);
}

/** Text of which a part is unknown: the known part is read, and that something else may be in it is said. */
function unknownText(text) {
  return /^["'\s]*\uFFFC["'\s]*$/.test(text)
    ? { opaque: "the text of the command isn't known before it runs" }
    : { text };
}

function scriptFile(path, params, scope) {
  const text = fileText(path, scope);
  if (text === undefined) return { opaque: `the script ${path.replaceAll(UNKNOWN, '…')} can't be read` };
  return asScript(text, path, params);
}

function asScript(text, path, params) {
  if (text.includes('\0')) return undefined; // a program, not a script
  const shebang = /^#!\s*(\S+)(?:\s+(?:-\S+\s+)*(\S+))?/.exec(text);
  const runs = shebang === null ? 'sh' : baseName(/env$/.test(shebang[1]) ? (shebang[2] ?? '') : shebang[1]);
  if (SHELLS.has(runs)) return { text, params, script: path };
  return { foreign: text };
}

const isPath = (name) => name.includes('/') && isKnown(name);

/** `./deploy.sh`: read when it is text; what isn't there yet may be a program that this line builds. */
function executed(path, args, scope) {
  const text = fileText(path, scope);
  if (text === undefined) return /\.(sh|bash)$/.test(path) ? { opaque: `the script ${path} can't be read` } : undefined;
  return asScript(text, path, args);
}

/** A shell's own start-up files and virtual environments: a person's, and too clever to be read. */
const STARTUP = /(^|[\\/])(\.(bashrc|bash_profile|bash_aliases|profile|zshrc|zprofile|envrc)|nvm\.sh|activate|null)$/;

function sourced(args, scope) {
  const [path, ...params] = args;
  if (path === undefined || /^\/dev\/fd\/|^\uFFFC$/.test(path)) {
    return path === undefined || scope.depth > 1 ? undefined : { opaque: "what is sourced isn't known before it runs" };
  }
  if (STARTUP.test(path)) return undefined;
  const text = fileText(path, scope);
  if (text !== undefined) return { text, params, script: path };
  return scope.depth > 1 ? undefined : { opaque: `${path.replaceAll(UNKNOWN, '…')} can't be read` };
}

function evaluated(args) {
  const text = args.join(' ');
  return text === '' ? undefined : unknownText(text);
}

/** Options of npx and npm exec that take a value. */
const NPX_TAKES = values('-p --package -w --workspace --prefix -C --cache --registry --node-options -c --call');

function npx(args) {
  const end = optionsEnd(args, NPX_TAKES);
  const { flags } = readFlags(args.slice(0, end), NPX_TAKES);
  const text = [...(flags.get('-c') ?? []), ...(flags.get('--call') ?? [])].at(-1);
  if (typeof text === 'string') return { text };
  const [name, ...after] = args.slice(end);
  const rest = after[0] === '--' ? after.slice(1) : after;
  return name === undefined ? undefined : { argv: [name.replace(/^(@?[^@]+)@.*$/, '$1'), ...rest] };
}

const MANAGER_TAKES = values(
  '--prefix -C --dir --cwd -w --workspace --filter -F --loglevel --userconfig --cache --registry',
);

function packageManager(program, args, scope) {
  const { flags } = readFlags(args, MANAGER_TAKES);
  const where = [...MANAGER_TAKES]
    .slice(0, 4)
    .flatMap((name) => flags.get(name) ?? [])
    .at(-1);
  const folder = typeof where === 'string' ? where : '.';
  const start = optionsEnd(args, MANAGER_TAKES);
  const [verb, ...after] = args.slice(start);
  if (verb === undefined) return undefined;
  if (/^(exec|x|dlx)$/.test(verb)) return npx(after);
  const isRun = /^(run|run-script|rum|urn)$/.test(verb);
  const rest = isRun ? after.slice(optionsEnd(after, MANAGER_TAKES)) : after;
  const name = isRun ? rest[0] : /^(start|test|stop|restart|t|tst)$/.test(verb) ? verb.replace(/^tst?$/, 'test') : verb;
  const given = (isRun ? rest.slice(1) : after).filter((arg, i) => i > 0 || arg !== '--');
  if (name === undefined) return undefined;
  // A clone of infragate runs it this way; yarn and pnpm run a dependency's program by its bare name.
  if (name === 'infragate') return { argv: ['infragate', ...given] };
  const text = packageScript(folder, name, scope);
  if (text === undefined) return isRun || program === 'npm' ? undefined : { argv: [verb, ...after] };
  const cwd = scope.cwd === undefined || folder === '.' ? scope.cwd : join(scope.cwd, folder);
  return { text: [text, ...given.map(quote)].join(' '), cwd };
}

function packageScript(folder, name, scope) {
  const text = fileText(join(folder, 'package.json'), scope);
  try {
    const script = JSON.parse(text ?? '{}').scripts?.[name];
    return typeof script === 'string' ? script : undefined;
  } catch {
    return undefined;
  }
}

function make(args, scope) {
  const { flags, words } = readFlags(args, values('-f --file --makefile -C --directory -j -l -I -o -W'));
  const at = (...names) => names.flatMap((name) => flags.get(name) ?? []).at(-1);
  const folder = at('-C', '--directory');
  const named = at('-f', '--file', '--makefile');
  const names = typeof named === 'string' ? [named] : ['GNUmakefile', 'makefile', 'Makefile'];
  const text = names
    .map((name) => fileText(join(typeof folder === 'string' ? folder : '.', name), scope))
    .find((one) => one !== undefined);
  if (text === undefined || flags.has('-n') || flags.has('--dry-run')) return undefined;
  return { text: makeText(text, words) };
}

function found(args) {
  const at = args.findIndex((arg) => /^-(exec|execdir|ok|okdir)$/.test(arg));
  if (at === -1) return undefined;
  const end = args.findIndex((arg, i) => i > at && (arg === ';' || arg === '+'));
  return { argv: args.slice(at + 1, end === -1 ? undefined : end) };
}

/** script(1): `-c TEXT`, or on BSD the file and then the command. */
function scripted(args) {
  const { flags } = readFlags(args, values('-c --command -o -t -I -O -B -m -E'));
  const text = [...(flags.get('-c') ?? []), ...(flags.get('--command') ?? [])].at(-1);
  if (typeof text === 'string') return { text };
  const rest = args.slice(optionsEnd(args, values('-t')) + 1);
  return rest.length > 0 ? { argv: rest } : undefined;
}

function remote(args) {
  const rest = args.slice(optionsEnd(args, values('-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w')) + 1);
  return rest.length > 0 ? { text: rest.join(' ') } : undefined;
}

function locked(args) {
  const rest = args.slice(optionsEnd(args, values('-w -E --timeout')) + 1);
  if (rest[0] === '-c' || rest[0] === '--command') return rest[1] === undefined ? undefined : { text: rest[1] };
  return rest.length > 0 ? { argv: rest } : undefined;
}

const CLIENT_IMAGE = /(^|\/)(kubectl|helm|oc|origin-cli|ose-cli|k8s)(:|@|$)/;

/** `docker run bitnami/kubectl apply …`, `docker exec node kubectl …`: what runs inside may reach the cluster all the same. */
function container(args) {
  if (!/^(run|exec|compose|container)$/.test(args[0] ?? '')) return undefined;
  const direct = args.findIndex(
    (arg, i) =>
      i > 0 &&
      /^(kubectl|oc|helm|infragate|bash|sh)$/.test(baseName(arg)) &&
      !CLIENT_IMAGE.test(`${arg}:`.includes('/') ? arg : ''),
  );
  if (direct !== -1) return { argv: args.slice(direct) };
  const image = args.findIndex((arg, i) => i > 0 && CLIENT_IMAGE.test(arg));
  if (image === -1) return undefined;
  const tool = CLIENT_IMAGE.exec(args[image])[2];
  return { argv: [/cli$|^oc$/.test(tool) ? 'oc' : tool === 'helm' ? 'helm' : 'kubectl', ...args.slice(image + 1)] };
}

const NODE_TAKES = values(
  '-r --require --import --loader -C --conditions --env-file --max-old-space-size --input-type',
);

function nodeScript(program, args, io, scope) {
  const at = optionsEnd(args, NODE_TAKES);
  if (args.slice(0, at).some((arg) => /^(-e|-p|-pe|--eval|--print)$/.test(arg)))
    return foreign(program, args, io, scope);
  const [path, ...rest] = args[at] === 'run' ? args.slice(at + 1) : args.slice(at);
  if (path === undefined) return foreign(program, args, io, scope);
  // This clone's own starter: what it starts is named by its first argument.
  if (/(^|[\\/])dev\.mjs$/.test(path) && rest[0] === 'infragate') return { argv: rest };
  return foreign(program, [path, ...rest], io, scope);
}

function foreign(program, args, io, scope) {
  const script = args.find((arg) => !arg.startsWith('-') && /\.\w+$/.test(arg) && !/\s/.test(arg));
  const text = script === undefined ? undefined : fileText(script, scope);
  const said = args.filter((arg) => /\s|\(/.test(arg)).join('\n');
  // What a script reads from its input is data; without a script, it is the program.
  const input = script === undefined && io.stdin !== undefined ? io.stdin : '';
  const whole = args.filter((arg) => isKnown(arg)).join(' ');
  const all = [whole, said, text?.includes('\0') ? '' : (text ?? ''), input].join('\n');
  return TYPES_FOR_YOU.test(program) || RUNS_PROGRAMS.test(all) ? { foreign: all } : undefined;
}

/** Programs that hand their arguments to a shell, or type them. */
const TYPES_FOR_YOU = /^(expect|osascript|socat|tmux|screen|at|batch)$/;

/** How programs in other languages start programs. */
const RUNS_PROGRAMS = /system|exec|spawn|popen|subprocess|pty|qx|`|\brun\(|\bsh\b|\$\(|Command|Process|shell/i;
