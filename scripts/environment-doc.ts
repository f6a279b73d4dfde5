/** The environment variables that change what infragate does; test/unit/environment.test.ts holds it against the sources. */
export const VARIABLES: readonly (readonly [name: string, what: string])[] = [
  [
    'INFRAGATE_HOME',
    'The data folder: ledger, keys, policy, permits. Without it `$XDG_DATA_HOME/infragate`, else `~/.local/share/infragate`.',
  ],
  [
    'INFRAGATE_LEDGER',
    'The ledger in PostgreSQL, `postgres://user@host/database?sslmode=…&schema=…`; without it, a file in the data folder.',
  ],
  [
    'INFRAGATE_LEDGER_PASSWORD_FILE',
    "A file with the password of the ledger's database, read at each connection; else PGPASSWORD or `~/.pgpass`.",
  ],
  ['INFRAGATE_KUBECONFIG', "The server's own kubeconfig, before KUBECONFIG: an identity that the agent does not have."],
  ['INFRAGATE_CACHE', 'Where the sandbox keeps what it downloads and builds. Without it `~/.cache/infragate`.'],
  ['INFRAGATE_SANDBOX_BIN', 'A sandbox program to use in place of the platform package or a build.'],
  ['INFRAGATE_HELM', 'A helm for charts, before the one on the PATH and the one that `infragate sandbox helm` built.'],
  ['INFRAGATE_DEMO_REGISTRY_AUTH', '`user:password` for the registry of `infragate demo --registry`.'],
  ['KUBECONFIG', 'As kubectl reads it: several files, the first that names a thing wins.'],
  ['CLAUDE_PROJECT_DIR', 'The workspace, where a client sets it; before INIT_CWD and the current folder.'],
  ['INIT_CWD', 'The folder that npm was called in: paths on the command line start there.'],
  ['NO_COLOR', 'Any value: no colour (no-color.org). `TERM=dumb` does the same.'],
  ['HTTPS_PROXY, HTTP_PROXY, NO_PROXY', 'As usual, for registries, documents and the API server.'],
  ['XDG_DATA_HOME, XDG_CONFIG_HOME, APPDATA, LOCALAPPDATA', "Where data and clients' configurations lie."],
  ['CLAUDE_CONFIG_DIR, CODEX_HOME', "Where `infragate install` finds these clients' files."],
  [
    'KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT',
    'Set in a Pod: its service account is used when there is no kubeconfig.',
  ],
];

export const environmentReference = (): string => `# Environment variables

| variable | what it does |
|---|---|
${VARIABLES.map(
  ([name, what]) =>
    `| ${name
      .split(', ')
      .map((one) => `\`${one}\``)
      .join(', ')} | ${what} |`,
).join('\n')}

Settings that an operator decides (who may approve, which hosts documents may come from) are not variables, because an agent
can set those: they are in the [policy](policy.md).
`;
