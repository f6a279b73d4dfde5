import { clusterCall, OTHER_WRITERS, otherWriter, rawRequest } from './cluster.mjs';
import { isInfragate, isInfragateScript, personsCommand } from './person.mjs';
import { HARMLESS, inner } from './programs.mjs';
import { changesRecord } from './record.mjs';
import { below, newScope, run, TooDeep, Unreadable, walkText } from './shell.mjs';
import { baseName, isKnown, UNKNOWN } from './text.mjs';
import { allows, refusalOfWrite } from './verdict.mjs';

/**
 * A command line → undefined (let it pass) or the reason it stops. `permits` is what is open and allowed now
 * (permits.mjs), `home` the data folder with the record; nothing here touches a cluster.
 */
export function judge(text, { cwd, permits, home }) {
  const found = [];
  const look = looker({ permits, home }, found);
  const scope = newScope({ cwd });
  try {
    walkText(text, scope, look);
  } catch (error) {
    if (error instanceof Unreadable) coarse(text, look, scope);
    else if (!(error instanceof TooDeep)) throw error;
    if (found.length === 0 && permits.length > 0 && (error instanceof TooDeep || mentionsWriter(text)))
      found.push(
        `infragate can't read this command line (${error.message}), and a deployment is open. Write it plainly.`,
      );
  }
  return found[0];
}

const KUBECTL = /^(kubectl([-_.]?v?\d[\w.]*)?|k|kubecolor)$/;
const WRITE_VERB =
  /^(apply|create|delete|patch|edit|replace|scale|rollout|set|label|annotate|expose|run|drain|cordon|taint|install|upgrade|uninstall|rollback)$/;
const mentionsWriter = (text) => /\b(kubectl|oc|helm|kustomize|infragate)\b/i.test(text.replace(/["'\\]/g, ''));

function clusterTool(name) {
  const program = baseName(name);
  if (KUBECTL.test(program)) return 'kubectl';
  if (program === 'oc') return 'oc';
  return /^helm\d?$/.test(program) ? 'helm' : undefined;
}

/** Looks at each command; what it finds wrong goes to `found`, first things first. */
function looker({ permits, home }, found) {
  const stop = (because) => {
    if (because !== undefined) found.push(because);
  };
  const onWrite = (write) => {
    if (write !== undefined && !allows(permits, write)) stop(refusalOfWrite(permits, write));
  };

  const look = (argv, io, scope) => {
    if (found.length > 0 || argv.length === 0) return;
    const [name, ...args] = argv;
    const program = baseName(name);
    if (permits.length > 0 && home !== undefined && changesRecord(argv, io, scope, home))
      return stop(
        `infragate's record (${home}) is not for an agent to change while a deployment is open (${names(permits)}).`,
      );
    const own = isInfragate(name) ? args : ranByNode(program, args);
    if (own !== undefined) {
      const verb = personsCommand(own);
      if (verb !== undefined) return stop(refusalOfPerson(verb));
      if (isInfragate(name)) return;
    }
    const tool = clusterTool(name);
    if (tool !== undefined) return onWrite(clusterCall(tool, args, insideContainer(scope)));
    if (OTHER_WRITERS[program] !== undefined) return onWrite(otherWriter(program, args));
    if (/^(curl|wget|http|https|xh)$/.test(program)) return onWrite(rawRequest(program, args));
    if (!isKnown(name) && !scope.harmless && (isUnknownWriter(args) || (args.length === 0 && scope.depth === 0))) {
      if (args.some((arg) => /^(approve|waive|abandon|operator)$/.test(arg)) && /infragate/.test(name))
        return stop(refusalOfPerson(args[0]));
      return onWrite({
        what: "a command whose name isn't known before it runs",
        namespace: undefined,
        everywhere: false,
        touches: undefined,
      });
    }
    const next = inner(argv, io, scope);
    if (next !== undefined) return follow(next, io, scope);
    if (!HARMLESS.has(program)) scan(args, io, scope);
  };

  const follow = (next, io, scope) => {
    if (next.opaque !== undefined) {
      if (permits.length > 0 && !scope.harmless)
        stop(
          `${sentence(next.opaque)}, and a deployment is open (${names(permits)}). Show what it runs, or run its commands one by one.`,
        );
    } else if (next.argv !== undefined) {
      if (scope.depth > 12) throw new TooDeep('commands within commands, too many of them to follow');
      run(next.argv, { ...io, writes: [] }, { ...scope, depth: scope.depth + 1 }, look);
    } else if (next.text !== undefined) {
      const inside = below(scope, {
        params: next.params ?? [],
        cwd: next.cwd ?? scope.cwd,
        harmless: next.script === undefined ? scope.harmless : !mentionsWriter(next.text),
      });
      try {
        walkText(next.text, inside, look);
      } catch (error) {
        if (error instanceof TooDeep && inside.harmless) return;
        if (!(error instanceof Unreadable)) throw error;
        coarse(next.text, look, inside);
        if (found.length === 0 && mentionsWriter(next.text) && next.script === undefined) throw error;
      }
    } else {
      coarse(next.foreign, look, scope);
    }
  };

  /** A program that isn't known here may run its arguments: what looks like a cluster command is taken for one. */
  const scan = (args, io, scope) => {
    // `asdf install kubectl 1.34.1` names a version, not a verb.
    const runs = (arg, i) => clusterTool(arg) !== undefined && arg !== 'k' && !/^v?\d/.test(args[i + 1] ?? '');
    const at = args.findIndex(runs);
    const own = args.findIndex((arg) => isInfragate(arg));
    for (const from of [at, own]) if (from !== -1) look(args.slice(from), io, scope);
  };

  return look;
}

/** `node dist/cli.js approve` → ['approve']. */
function ranByNode(program, args) {
  if (!/^(node|nodejs|tsx|ts-node|bun|deno)$/.test(program) && !isInfragateScript(program)) return undefined;
  const at = args.findIndex((arg) => isInfragateScript(arg));
  return at === -1 ? undefined : args.slice(at + 1);
}

const isUnknownWriter = (args) => {
  const [first = '', second = ''] = args.filter((arg) => !arg.startsWith('-'));
  return (
    WRITE_VERB.test(first) ||
    (WRITE_VERB.test(second) && args[0]?.startsWith('-')) ||
    /^(approve|waive|abandon|operator)$/.test(first)
  );
};

/** Text in no shell's language: lines of words, in which a cluster command is one that begins with its name. */
function coarse(text, look, scope) {
  for (const line of text.split(/[\n;|&]+/)) {
    const words = line.split(/[\s"'`,()[\]{}=:]+/).filter((word) => word !== '');
    words.forEach((word, i) => {
      if ((clusterTool(word) !== undefined && word !== 'k') || isInfragate(word))
        look(words.slice(i, i + 60), { stdin: undefined, piped: false, writes: [] }, scope);
    });
  }
}

/** Lets cluster.mjs look into what `kubectl exec POD -- …` runs. */
const insideContainer = (scope) => ({
  cwd: scope.cwd,
  files: scope.files,
  walk(argv, each) {
    const inside = below(scope);
    const visit = (inner_, io) => {
      each(inner_, io);
      const [name, ...args] = inner_;
      if (/^(sh|bash|ash|dash)$/.test(baseName(name)) && /^-\w*c$/.test(args[0] ?? ''))
        walkText(args[1] ?? UNKNOWN, below(inside), visit);
    };
    run(argv, { stdin: undefined, piped: false, writes: [] }, inside, (argv_, io) => {
      const [name, ...args] = argv_;
      if (/^(sh|bash|ash|dash)$/.test(baseName(name)) && /^-\w*c$/.test(args[0] ?? ''))
        walkText(args[1] ?? UNKNOWN, below(inside), visit);
      else each(argv_, io);
    });
  },
});

const names = (permits) => permits.map((one) => one.deployment).join(', ');
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const refusalOfPerson = (verb) =>
  `infragate ${verb} is for a person, never for an agent. Tell the person what there is to decide and how (infragate ${verb} in a terminal of theirs), and wait; deployment-status shows when it has happened.`;
