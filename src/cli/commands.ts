import type { Command } from 'commander';

/** Every command: its line in the help, and how to get at it. Each is loaded only when it is chosen. */
export const COMMANDS: Record<string, { about: string; load: () => Promise<Command> }> = {
  sandbox: {
    about: 'a real Kubernetes control plane on this machine: up, down, status',
    load: async () => (await import('./sandbox.ts')).sandboxCommand(),
  },
  approve: {
    about: 'a person decides about a plan: approve, revise or reject',
    load: async () => (await import('./approve.ts')).approveCommand(),
  },
  show: {
    about: "all of a plan's review, its full difference, or every manifest, to page through",
    load: async () => (await import('./show.ts')).showCommand(),
  },
  waive: {
    about: 'a person sets one check aside, with a reason and an end',
    load: async () => (await import('./waive.ts')).waiveCommand(),
  },
  abandon: {
    about: 'a person ends a deployment that will not be finished',
    load: async () => (await import('./abandon.ts')).abandonCommand(),
  },
  console: {
    about: 'a web page for people: the board, the review of a plan, decisions with passkeys',
    load: async () => (await import('./console.ts')).consoleCommand(),
  },
  approver: {
    about: 'people who decide: by a passphrase (init), by a passkey (add, list, remove)',
    load: async () => (await import('./approver.ts')).approverCommand(),
  },
  operator: {
    about: 'the older name of `approver init`',
    load: async () => (await import('./operator.ts')).operatorCommand(),
  },
  status: {
    about: 'where a deployment stands',
    load: async () => (await import('./status.ts')).statusCommand(),
  },
  verify: {
    about: "check the ledger's hash chain; names the first bad row",
    load: async () => (await import('./verify.ts')).verifyCommand(),
  },
  ledger: {
    about: 'the ledger itself: copy it to another place, make its schema in PostgreSQL',
    load: async () => (await import('./ledger.ts')).ledgerCommand(),
  },
  export: {
    about: "a deployment's events as JSON lines",
    load: async () => (await import('./export.ts')).exportCommand(),
  },
  learnings: {
    about: 'what earlier deployments taught: list, search, export, import',
    load: async () => (await import('./learnings.ts')).learningsCommand(),
  },
  check: {
    about: 'the two checks from a file, without a deployment; for CI',
    load: async () => (await import('./check.ts')).checkCommand(),
  },
  demo: {
    about: 'the worked example, end to end, on a sandbox or a cluster of yours',
    load: async () => (await import('./demo.ts')).demoCommand(),
  },
  doctor: {
    about: 'what of Node, SQLite, data folder, kubeconfig and login is in order',
    load: async () => (await import('./doctor.ts')).doctorCommand(),
  },
  cluster: {
    about: 'enforcement by the API server itself: install, uninstall, status, guard, release',
    load: async () => (await import('./cluster.ts')).clusterCommand(),
  },
  freeze: {
    about: 'a person stops all writes through infragate at once: a namespace, or --all',
    load: async () => (await import('./freeze.ts')).freezeCommand(),
  },
  thaw: {
    about: 'a person ends a freeze',
    load: async () => (await import('./freeze.ts')).thawCommand(),
  },
  install: {
    about: "write this server into a client's configuration, or take it out again",
    load: async () => (await import('./install.ts')).installCommand(),
  },
  guard: {
    about: "judge a tool that an agent is about to use, for a client's hook",
    load: async () => (await import('./guard.ts')).guardCommand(),
  },
  serve: {
    about: 'serve MCP over HTTP on loopback',
    load: async () => (await import('./serve-http.ts')).serveCommand(),
  },
  completion: {
    about: 'the completion script of bash, zsh or fish',
    load: async () =>
      (await import('./completion.ts')).completionCommand(() =>
        Object.entries(COMMANDS).map(([name, command]) => ({ name, ...command })),
      ),
  },
};
