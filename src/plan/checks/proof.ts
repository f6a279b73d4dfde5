import {
  apiWrite,
  isKnown,
  isWriter,
  looksOnly,
  noIo,
  onlyAsks,
  REQUESTERS,
  requestOf,
  TAKES_WORDS,
  UNKNOWN,
  writerWrite,
} from '../../shell/index.ts';
import { clusterCall } from '../kubectl.ts';
import type { Path } from '../places.ts';
import type { ShellCall, ShellLine } from '../world.ts';
import { lineAsksNothing, startsPrograms } from './inline.ts';
import type { Subject } from './subject.ts';

const DECODES = /base64\s+(-d|-D|--decode)|base64decode|@base64d/;

/** A validation looks and changes nothing, and its exit status says something. */
export function checkProof(line: ShellLine, path: Path, { report }: Subject): void {
  const error = (message: string) => report.error(path, message);
  const note = (message: string) => report.note(path, message);
  for (const call of line.calls) checkCall(call, line, error, note);
  if (line.never_fails !== undefined) error(`it can't fail: ${line.never_fails}`);
  const nothing = lineAsksNothing(line, (call) => clusterCall(call)?.asks_nothing);
  if (nothing !== undefined) error(`it proves nothing: ${nothing}`);
  if (line.hides_status !== undefined)
    error(
      `its exit status is that of "${line.hides_status}", whatever comes before; end in what judges (grep -q, test, jq -e), or begin with "set -o pipefail;"`,
    );
  else if (line.never_fails === undefined && line.says_little !== undefined) note(line.says_little);
  for (const { operator, target: to } of line.redirects) {
    if (/^(>|>>|>\||&>|&>>)$/.test(operator) && to !== '/dev/null' && to !== '/dev/stderr') {
      note(`it writes to ${to ?? 'a file'}`);
    }
  }
}

type Say = (message: string) => void;

function checkCall(call: ShellCall, line: ShellLine, error: Say, note: Say): void {
  checkCluster(call, line, error, note);
  if (startsPrograms(call))
    error('its program starts others (system, subprocess …), which can not be read here; write them as commands');
  const program = call.program?.split('/').at(-1) ?? '';
  const args = call.args.map((arg) => arg.value ?? arg.text.replace(/\$\{?\w+\}?|\$\([^()]*\)/g, UNKNOWN));
  if (program === 'trap' && !(args.includes('EXIT') && !/\bexit\b/.test(args[0] ?? '')))
    error('a trap can replace the exit status');
  const change = changeOf(program, args, call, line);
  if (change !== undefined) error(`"${shown(program, args)}" ${change}; a validation only looks`);
  else if (REQUESTERS.test(program)) {
    const request = requestOf(args);
    if ((request !== undefined && !onlyAsks(request)) || args.some((arg) => /^(-d|--data)/.test(arg)))
      note('it sends a request that may change something');
  }
}

const shown = (program: string, args: readonly string[]): string =>
  [program, ...args.filter((arg) => !arg.startsWith('-') && isKnown(arg))].join(' ').slice(0, 60);

function checkCluster(call: ShellCall, line: ShellLine, error: Say, note: Say): void {
  const cluster = clusterCall(call);
  if (cluster === undefined) return;
  if (cluster.effect === 'writes')
    error(`"${cluster.tool} ${cluster.verb}" changes the cluster; a validation only looks`);
  if (cluster.effect === 'unknown') error(`what this call of ${cluster.tool} does can't be read`);
  if (cluster.effect === 'inside') {
    const [inside = ''] = cluster.rest ?? [];
    const looks = CHANGES_INSIDE.test(inside.split('/').at(-1) ?? '') ? false : looksOnly(cluster.rest ?? [], noIo);
    if (looks === false)
      error(`what "${cluster.verb}" runs in the container changes something; a validation only looks`);
    else if (looks === undefined) note(`what "${cluster.verb}" does in the container can't be read from here`);
  }
  if (cluster.verb === 'get' && /^secrets?(\/|$)/.test(cluster.operands[0] ?? '') && DECODES.test(line.text))
    note("it decodes a Secret's value; make sure that it isn't printed");
  if (cluster.endless && !endsItself(line)) note('it does not end by itself, and will be ended at the time limit');
}

/** A port-forward in the background, whose process the line ends. */
const endsItself = (line: ShellLine): boolean => line.calls.some((call) => call.program === 'kill');

/** Programs that change files or processes of this machine; each may do so to what is the line's own. */
const LOCAL_CHANGES = /^(rm|mv|dd|shred|truncate|chmod|chown|ln|install|kill|pkill|killall|reboot|shutdown)$/;
const CHANGES_INSIDE =
  /^(rm|rmdir|mv|cp|dd|shred|truncate|chmod|chown|ln|touch|mkdir|install|kill|pkill|killall|reboot|shutdown|apt-get|yum|dnf|useradd|usermod|passwd)$/;
/** Clients of what is served: their arguments say whether they only ask (shell/cluster/container.ts). */
const SERVED =
  /^(psql|mysql|mariadb|mysqladmin|mariadb-admin|mongosh|mongo|redis-cli|valkey-cli|keydb-cli|cqlsh|clickhouse-client|cockroach|influx|etcdctl|nodetool|rabbitmqctl|rabbitmqadmin|kafka-[\w-]+(?:\.sh)?|vault|bao|consul|nats|ceph|rbd|rados|radosgw-admin|mc|patronictl|systemctl|service|supervisorctl|ip|iptables|mount|sysctl|find|sed|docker|podman|nerdctl|crictl|ctr|date|hostname|kcat|kafkacat|zfs|zpool|calicoctl)$/;
const RESTORES = /^(pg_restore|mongorestore|mongoimport|createdb|dropdb|createuser|dropuser|mysqlimport)$/;
const GIT_CHANGES =
  /^(push|commit|reset|checkout|clean|rebase|merge|pull|stash|restore|rm|mv|am|cherry-pick|revert|switch|tag)$/;

/** What a program changes, as the end of a sentence; undefined: nothing that is known. */
function changeOf(program: string, args: readonly string[], call: ShellCall, line: ShellLine): string | undefined {
  if (args.some((arg) => arg === '--help') || (call.builtin && program !== 'kill')) return undefined;
  if (LOCAL_CHANGES.test(program)) return isOwn(program, args, line) ? undefined : 'changes things';
  if (program === 'git') {
    const [verb = ''] = gitWords(args);
    return GIT_CHANGES.test(verb) && !(verb === 'tag' && gitWords(args).length === 1)
      ? 'changes the repository'
      : undefined;
  }
  if (RESTORES.test(program)) return 'changes what is served';
  if (isWriter(program)) return writerWrite(program, args) === undefined ? undefined : 'changes things';
  if (REQUESTERS.test(program)) return apiWrite(program, args) === undefined ? undefined : 'changes the cluster';
  if (program === 'skopeo' && /^(copy|delete|sync)$/.test(args[0] ?? '')) return 'changes a registry';
  if (program === 'kustomize' && args[0] === 'edit') return 'changes files';
  if (/^(docker|podman|nerdctl|crictl)$/.test(program) && args[0] === 'exec') return insideChange(args.slice(1));
  if (!SERVED.test(program) || TAKES_WORDS.has(program)) return undefined;
  if (args.some((arg) => /^(-f|--file)(=|$)/.test(arg))) return undefined; // a file of the plan's: pinned, shown as opaque
  return looksOnly([program, ...args], noIo) === false ? 'changes what is served' : undefined;
}

function insideChange(args: readonly string[]): string | undefined {
  const at = args.findIndex(
    (arg, i) => !arg.startsWith('-') && !/^-[uwe]$|^--(user|workdir|env)$/.test(args[i - 1] ?? ''),
  );
  return looksOnly(args.slice(at + 1), noIo) === false ? 'changes something in the container' : undefined;
}

const gitWords = (args: readonly string[]): readonly string[] =>
  args.filter((arg, i) => !arg.startsWith('-') && !/^(-C|-c|--git-dir|--work-tree)$/.test(args[i - 1] ?? ''));

/** Temporary files that the line makes, and processes that it started. */
function isOwn(program: string, args: readonly string[], line: ShellLine): boolean {
  const operands = args.filter((arg) => !arg.startsWith('-'));
  if (program === 'kill') return operands.length > 0 && operands.every((arg) => !isKnown(arg) || /^%|^\$/.test(arg));
  if (!/^(rm|mv|chmod|truncate)$/.test(program)) return false;
  const makesTemp = line.calls.some((one) => one.program === 'mktemp') || /\bmktemp\b/.test(line.text);
  return (
    operands.length > 0 && operands.every((arg) => /^(\/tmp|\/var\/tmp)\/./.test(arg) || (makesTemp && !isKnown(arg)))
  );
}
