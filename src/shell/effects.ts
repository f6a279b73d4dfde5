import { changedPath } from './changes.ts';
import { type ClusterCall, clusterTool, readClusterCall } from './cluster/call.ts';
import { isProvider, providerWrite } from './cluster/providers.ts';
import { apiWrite, REQUESTERS } from './cluster/request.ts';
import { type ClusterWrite, clusterWrite } from './cluster/write.ts';
import { isWriter, playbookOf, WRITES_IN_PLAYBOOK, writerWrite } from './cluster/writers.ts';
import { apiWriteInCode, coarseWords, runsTool } from './coarse.ts';
import { looksInside } from './inside.ts';
import { isInfragate, isInfragateProgram, isInfragateScript, personsCommand, ranByNode } from './person.ts';
import { withoutPlaceholders } from './placeholders.ts';
import { type Runs, runsOf, TAKES_WORDS } from './programs/index.ts';
import { powershellCommands, translated } from './programs/powershell.ts';
import { below, fileText, type Io, newBudget, newScope, noIo, type Scope, TooDeep, Unreadable } from './scope.ts';
import { baseName, isKnown, UNKNOWN } from './text.ts';
import { hintOf, maybeWrites } from './unknown-program.ts';
import { runWords, walkText } from './walk.ts';

/** What a command line does, beside looking. */
export type ShellEffect =
  | { readonly kind: 'cluster'; readonly write: ClusterWrite }
  /** A command of infragate that only a person may give. */
  | { readonly kind: 'person'; readonly command: string }
  /** One of the protected paths is changed. */
  | { readonly kind: 'files'; readonly path: string }
  /** Something runs that can't be read: why. */
  | { readonly kind: 'opaque'; readonly because: string }
  /** The text is no shell text, or too much to read. `mentions`: it names a tool that writes, or infragate. */
  | { readonly kind: 'unreadable'; readonly because: string; readonly mentions: boolean };

export type ShellReading = {
  readonly cwd: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folders and files of which changes are reported. */
  readonly protects?: readonly string[];
  readonly language?: 'shell' | 'powershell';
  /** Throws NeedsTimeLimit when more than this many characters are to be read. */
  readonly untimed?: number | undefined;
};

/** A command line → what it does. Nothing is run; files that it names are read, and no cluster is asked. */
export function shellEffects(text: string, reading: ShellReading): readonly ShellEffect[] {
  const effects = effectsOf(text, reading);
  const filled = reading.language === 'powershell' ? undefined : withoutPlaceholders(text);
  if (filled === undefined) return effects;
  const meant = effectsOf(filled, reading);
  // As a shell reads it, and as a person means it: what either does counts.
  return [...effects.filter(({ kind }) => kind !== 'unreadable'), ...meant];
}

function effectsOf(
  text: string,
  { cwd, env, protects = [], language = 'shell', untimed }: ShellReading,
): readonly ShellEffect[] {
  const effects: ShellEffect[] = [];
  const reader = effectReader(effects, protects);
  const scope = newScope({ cwd, budget: { ...newBudget(), untimed }, ...(env === undefined ? {} : { env }) });
  try {
    if (language === 'powershell') reader.powershell(text, scope);
    else walkText(text, scope, reader.look);
  } catch (error) {
    if (error instanceof Unreadable) reader.coarse(text, scope);
    else if (!(error instanceof TooDeep)) throw error;
    if (effects.length === 0)
      effects.push({
        kind: 'unreadable',
        because: error.message,
        mentions: error instanceof TooDeep || mentionsWriter(text),
      });
  }
  return effects;
}

const mentionsWriter = (text: string): boolean =>
  /\b(kubectl|oc|helm|kustomize|infragate)\b/i.test(text.replace(/["'\\]/g, ''));

function effectReader(effects: ShellEffect[], protects: readonly string[]) {
  const add = (effect: ShellEffect): void => void effects.push(effect);
  const addWrite = (write: ClusterWrite | undefined): void => {
    if (write !== undefined) add({ kind: 'cluster', write });
  };

  /** Looks at each command; what it does goes to `effects`, first things first. */
  function look(given: readonly string[], io: Io, scope: Scope): void {
    if (given.length === 0 || effects.length > 50) return;
    const argv = withHint(given);
    const [name = '', ...args] = argv;
    const program = baseName(name);
    const changed = scope.here ? changedPath(argv, io, scope, protects) : undefined;
    if (changed !== undefined) add({ kind: 'files', path: changed });
    const isOwn = isInfragateProgram(name, scope);
    const own = isOwn ? args : ranByNode(program, args, scope);
    if (own !== undefined) {
      const command = personsCommand(own);
      if (command !== undefined) add({ kind: 'person', command });
      if (isOwn || command !== undefined) return;
    }
    if (directWrite(name, program, args, io, scope)) return;
    if (!isKnown(program) && !scope.harmless) {
      unknownProgram(name, args, scope);
      return;
    }
    const runs = runsOf(argv, io, scope);
    for (const one of runs) follow(one, io, scope);
    if (runs.length === 0 && !TAKES_WORDS.has(program)) scan(args, io, scope, RUNS_TEXT.test(program));
  }

  /** Tools that talk to a cluster themselves. Answers whether the program is one. */
  function directWrite(name: string, program: string, args: readonly string[], io: Io, scope: Scope): boolean {
    const tool = clusterTool(name);
    const plugin = /^kubectl-([\w-]+)$/.exec(program)?.[1];
    if (tool !== undefined) asked(readClusterCall(tool, args), io, scope);
    else if (plugin !== undefined) asked(readClusterCall('kubectl', [plugin.replaceAll('_', '-'), ...args]), io, scope);
    else if (program === 'ansible-playbook') playbook(args, scope);
    else if (isWriter(program)) addWrite(writerWrite(program, args));
    else if (isProvider(program)) {
      const write = providerWrite(program, args);
      addWrite(write);
      return write !== undefined;
    } else if (REQUESTERS.test(program)) {
      const write = apiWrite(program, args);
      addWrite(write);
      return write !== undefined;
    } else return false;
    return !/^minikube$/.test(program);
  }

  function asked(call: ClusterCall, io: Io, scope: Scope): void {
    const rest = call.rest ?? [];
    if (call.effect === 'inside' && call.tool === 'kubectl') {
      const argv = call.rest ?? call.operands.slice(1);
      if (call.operands.length === 0 && argv.length === 0 && call.flags.size === 0) return;
      if (!looksInside(argv, io, scope)) addWrite(clusterWrite(call, io, scope));
      if (argv.length > 0) look(argv, io, below(scope, { here: false, harmless: true, cwd: undefined }));
    } else if (call.verb === 'observe') {
      if (rest.length > 0) look(rest, io, scope);
    } else if (call.verb === 'cnpg' && call.operands[0] === 'psql') {
      if (!looksInside(['psql', ...rest], io, scope)) addWrite(clusterWrite(call, io, scope));
    } else if (call.verb === 'rook-ceph' && /^(ceph|rbd|radosgw-admin)$/.test(call.operands[0] ?? '')) {
      if (!looksInside([...call.operands, ...rest], io, scope)) addWrite(clusterWrite(call, io, scope));
    } else if (
      call.effect === 'writes' ||
      call.effect === 'inside' ||
      (call.effect === 'unknown' && call.verb !== '')
    ) {
      addWrite(clusterWrite(call, io, scope));
    }
  }

  function playbook(args: readonly string[], scope: Scope): void {
    const path = playbookOf(args);
    const text = path === undefined ? undefined : fileText(path, scope);
    if (path === undefined) return;
    const unread = text === undefined && /deploy|k8s|kube|helm|openshift|release|rollout/i.test(path);
    if (unread || WRITES_IN_PLAYBOOK.test(text ?? '')) addWrite(fromSomewhere('ansible-playbook', []));
  }

  function unknownProgram(name: string, args: readonly string[], scope: Scope): void {
    const persons = /infragate/i.test(name) ? personsCommand(args) : undefined;
    if (persons !== undefined) add({ kind: 'person', command: persons });
    else if (!maybeWrites(args) && (args.length > 0 || scope.depth > 0)) scan(args, noIo, scope);
    else {
      addWrite(fromSomewhere("a command whose name isn't known before it runs", namespacesOf(args)));
    }
  }

  const namespacesOf = (args: readonly string[]): readonly string[] =>
    readClusterCall('kubectl', args).namespaces.map((one) => one ?? UNKNOWN);

  function follow(next: Runs, io: Io, scope: Scope): void {
    switch (next.kind) {
      case 'opaque':
        if (!scope.harmless) add({ kind: 'opaque', because: next.because });
        return;
      case 'argv':
        if (scope.depth > 12) throw new TooDeep('commands within commands, too many of them to follow');
        runWords(next.argv, { ...(next.io ?? io), writes: [] }, { ...scope, depth: scope.depth + 1 }, look);
        return;
      case 'text':
        nested(next, scope);
        return;
      case 'powershell':
        powershell(next.text, below(scope));
        return;
      case 'foreign':
        coarse(next.text, scope);
        return;
    }
  }

  function nested(next: Extract<Runs, { kind: 'text' }>, scope: Scope): void {
    const inside = below(scope, {
      params: next.params ?? [],
      cwd: next.cwd ?? scope.cwd,
      harmless: next.script === undefined ? scope.harmless : !mentionsWriter(next.text),
    });
    try {
      walkText(next.text, inside, look, next.io);
    } catch (error) {
      if (error instanceof TooDeep && inside.harmless) return;
      if (!(error instanceof Unreadable)) throw error;
      coarse(next.text, inside);
      if (effects.length === 0 && mentionsWriter(next.text) && next.script === undefined) throw error;
    }
  }

  function powershell(text: string, scope: Scope): void {
    for (const argv of powershellCommands(text, scope.env)) {
      scope.budget.commands -= 1;
      if (scope.budget.commands < 0) throw new TooDeep('too many commands to read');
      const plain = translated(argv);
      if (plain[0] === 'eval') powershell(plain.slice(1).join(' '), below(scope));
      else look(plain, plain[0] === 'tee' ? { ...noIo, writes: plain.slice(1) } : noIo, scope);
    }
  }

  /** A program that isn't known here may run its arguments: what looks like a cluster command is taken for one. */
  function scan(args: readonly string[], io: Io, scope: Scope, runsText = false): void {
    const at = args.findIndex((arg, i) => runsTool(arg, args[i + 1]));
    const own = args.findIndex((arg) => isInfragate(arg));
    for (const from of [at, own]) if (from !== -1) look(args.slice(from), io, scope);
    args.forEach((arg, i) => {
      if (/\s/.test(arg) && (runsText || /^--?(c|C|e|x|command|cmd|exec|run|script)$/.test(args[i - 1] ?? '')))
        coarse(arg, scope);
    });
  }

  /** Text in no shell's language: a cluster command is what begins with its name. */
  function coarse(text: string, scope: Scope): void {
    const namespace = apiWriteInCode(text);
    if (namespace !== undefined) addWrite(fromSomewhere('a program', [namespace]));
    for (const words of coarseWords(text)) {
      const [first = ''] = words;
      look(isInfragateScript(first) && !isInfragate(first) ? ['node', ...words] : words, noIo, scope);
    }
    for (const path of protects)
      if (changedPath(['code', text.slice(0, 65_536)], noIo, scope, [path]) !== undefined) add({ kind: 'files', path });
  }

  return { look, coarse, powershell };
}

/** Functions and programs that run a text they are given, by how people call them: `retry "kubectl create -f x"`. */
const RUNS_TEXT = /retry|retries|run|try|exec|eval|eventual|poll|repeat|attempt|until|wait_for/i;

const fromSomewhere = (what: string, namespaces: readonly string[]): ClusterWrite => ({
  what,
  namespaces,
  everywhere: false,
  contexts: [],
  objects: undefined,
});

/** `"$NPM" run build` is npm, `$GOPATH/bin/golangci-lint` is golangci-lint: by the name that the words do tell. */
function withHint(argv: readonly string[]): readonly string[] {
  const [name = '', ...args] = argv;
  const hint = isKnown(name) ? undefined : hintOf(name);
  return hint === undefined ? argv : [hint, ...args];
}
