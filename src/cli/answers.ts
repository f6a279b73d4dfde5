import { printError, printJson } from '../print/index.ts';
import type { Exit } from './exit.ts';

/**
 * What commands answer with under `--json`: one value, the last line, `{schema_version, ok, …, error?}`. `ok` is whether the
 * exit code is 0. `error` says why where a command failed; where only its answer is no, the fields say it. This table is the
 * documentation of the fields (docs/reference/json.md), and the only way to print one.
 */
export const SCHEMA_VERSION = 1;

export const ANSWERS = {
  'sandbox up': {
    name: 'which sandbox',
    kubeconfig: 'path of its kubeconfig',
    server: 'address of the API server',
    registry: 'host:port of its registry; absent where there is none',
    nodes: 'kwok, kubelet or none',
    contexts: 'contexts in the kubeconfig: admin, editor, viewer, nobody',
    crds: 'the sets that are installed',
    operators: 'the operators that run',
    version: 'of Kubernetes',
    audit_log: 'path of its audit log',
    bin: 'its program; called kubectl it is one',
    dir: 'the folder that it lives in',
    notes: 'what is not as usual',
  },
  'sandbox down': { name: 'which sandbox', was_there: 'whether there was one' },
  'sandbox status': {
    name: 'which sandbox (with --name)',
    status: 'up, starting, broken or none (with --name)',
    sandbox: 'the fields of `sandbox up` (where it is up)',
    processes: 'their ids (where it is up)',
    because: 'why it is broken',
    sandboxes: 'all of them, each with these fields (without --name)',
  },
  'sandbox helm': { helm: 'path of the program' },
  'approver list': { approvers: 'the passkeys, each as a line of /etc/infragate/approvers has it' },
  status: {
    '…': 'the fields of deployment-status ([tools](tools.md))',
    permit: 'what the guard allows now',
    refusal: 'where it was refused: the code, what is missing, and what leads on',
  },
  verify: {
    sound: 'whether nothing recorded was changed',
    deployments: 'how many were read',
    bad: 'the first bad row of each deployment: {deployment, seq, why}',
    decisions: 'with --decisions: each decision with a passkey; `why` says what is not proven',
    wrong: 'with --decisions: rows that do not fit the chain',
  },
  'ledger copy': { copied: '{deployments, rows, bodies}' },
  'ledger migrate': { granted: 'the role that may read and add' },
  export: {
    events: 'the rows, each as a line of the export',
    damaged: 'where the record of a deployment can not be trusted any further',
    deployment: 'with --format html or md: which',
    format: 'html or md',
    report: 'the page',
    output: 'with --output, in place of `report`: the file it was written to',
  },
  'learnings list': { learnings: 'each with its use' },
  'learnings search': { learnings: 'best first' },
  'learnings export': { learnings: 'all of them' },
  'learnings import': { added: 'how many', known: 'how many were here already' },
  check: {
    results: 'a row each: {category, name, status, reason, message, suggestion?, place, accepted?}',
    fail_on: 'as it was given',
    seconds: 'how long it took',
    requirement_sentences: 'the page of all forms, where a sentence was not plainly a yes',
  },
  'cluster status': {
    installed: "whether infragate's kinds are in the cluster",
    identity: 'who asked',
    could_go_around:
      'the rights of that identity with which the guard could be taken away or passed; none: it could not',
    namespaces: '{namespace, refuses, frozen, deployment, gate, open, allow} each that is guarded',
  },
  doctor: { findings: '{what, ok, found, fix?} each' },
  install: {
    client: 'which',
    file: 'the file that was meant',
    status: 'written, unchanged, would be written, undone, left as it was',
    entry: 'the entry as it is in the file now',
    hooks: 'true where it was about the hooks',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type Answering = keyof typeof ANSWERS;
type Problem = { readonly reason: string; readonly message: string };
type Fields<Command extends Answering> = Partial<Record<keyof (typeof ANSWERS)[Command], unknown>> & {
  readonly error?: Problem;
};

/** One JSON value as the last line. */
export function answer<Command extends Answering>(_command: Command, exit: Exit, fields: Fields<Command>): void {
  printJson({ schema_version: SCHEMA_VERSION, ok: exit === 0, ...fields });
}

/** A command's error: a sentence for people, or one JSON value as the last line. */
export function fail(json: boolean, exit: Exit, reason: string, message: string): Exit {
  if (json) printJson({ schema_version: SCHEMA_VERSION, ok: false, error: { reason, message } });
  else printError(message);
  return exit;
}
