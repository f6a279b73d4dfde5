import { Command } from 'commander';
import type { Reader } from '../cluster/index.ts';
import { printWrapped } from '../print/index.ts';
import { SEPARATIONS, type Separation } from '../workflow/index.ts';
import { answer } from './answers.ts';
import { EXIT } from './exit.ts';

type Finding = { what: string; ok: boolean; found: string; fix?: string };

/** infragate doctor: what a deployment needs of this machine, each with what was found and how to put it right. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('what of Node, SQLite, data folder, kubeconfig and login is in order')
    .option('--json', 'print one line of JSON, last', false)
    .option('--context <name>', 'the kubeconfig context to look at')
    .action(async ({ json, context }: { json: boolean; context?: string }) => {
      const findings = [
        nodeVersion(),
        ...(await dataFolderAndLedger()),
        await passkeys(),
        ...(await cluster(context)),
        identities(),
        ...(await clients()),
      ];
      const exit = findings.every((f) => f.ok) ? EXIT.done : EXIT.no;
      if (json) answer('doctor', exit, { findings });
      else
        for (const f of findings)
          printWrapped(`${f.ok ? '✓' : '✗'} ${f.what}: ${f.found}${f.fix === undefined ? '' : `\n    ${f.fix}`}`);
      process.exitCode = exit;
    });
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 22 || (major === 22 && minor >= 19);
  return {
    what: 'Node',
    ok,
    found: process.versions.node,
    ...(ok ? {} : { fix: 'infragate needs Node 22.19 or newer' }),
  };
}

/** Whose passkeys count here, where their page stands as far as an administrator vouches for it, and what policy asks for. */
async function passkeys(): Promise<Finding> {
  const what = 'passkeys';
  const [{ readApprovers, separationOf }, { readPolicy }, { dataFolder }] = await Promise.all([
    import('../approvers/index.ts'),
    import('../engine/index.ts'),
    import('../state/index.ts'),
  ]);
  try {
    const home = dataFolder();
    const policy = await readPolicy(home);
    if (!policy.ok) return { what, ok: false, found: policy.message, fix: 'docs/reference/policy.md has the fields' };
    const { minimum_assurance: assurance, minimum_separation: separation } = policy.policy;
    const keys = (await readApprovers(home)).filter((key) => key.removed_at === undefined);
    const listed = keys.map((key) => `${key.name} (${separationOf(key)}, pinned by the ${PINS[key.pinned_by]})`);
    const ok = assurance !== 'passkey' || keys.some((key) => reaches(separationOf(key), separation));
    return {
      what,
      ok,
      found: `${listed.length === 0 ? 'none' : listed.join(', ')}; policy takes ${assurance} or surer${assurance === 'passkey' ? `, from ${separation} or further away` : ''}`,
      ...(ok
        ? {}
        : { fix: 'infragate approver add NAME; docs/how-to/approve-in-the-browser.md pins a console elsewhere' }),
    };
  } catch (error) {
    return {
      what,
      ok: false,
      found: error instanceof Error ? error.message : String(error),
      fix: 'infragate approver list',
    };
  }
}

const PINS = { administrator: 'administrator', 'data-folder': 'data folder' } as const;
const reaches = (found: Separation, asked: Separation): boolean =>
  SEPARATIONS.indexOf(found) >= SEPARATIONS.indexOf(asked);

async function dataFolderAndLedger(): Promise<Finding[]> {
  const { dataFolder, fingerprint, isLedgerError, openLedger, readKey } = await import('../state/index.ts');
  const ledger = await openLedger();
  if (isLedgerError(ledger))
    return [{ what: 'ledger', ok: false, found: ledger.message, fix: 'INFRAGATE_HOME names another folder' }];
  const home = dataFolder();
  const bad = await ledger.verify();
  const count = (await ledger.deployments()).length;
  ledger.close();
  const key = await readKey(home).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  return [
    {
      what: 'ledger',
      ok: bad.length === 0,
      found:
        bad.length === 0 ? `${home}, ${count} deployments, the chain holds` : `${bad.length} damaged: ${bad[0]?.why}`,
      ...(bad.length === 0 ? {} : { fix: 'infragate verify names each first bad row' }),
    },
    key instanceof Error
      ? {
          what: 'operator passphrase',
          ok: false,
          found: key.message,
          fix: 'put the file back from a copy; without it nothing that was decided with the passphrase can be checked',
        }
      : {
          what: 'operator passphrase',
          ok: key !== undefined,
          found: key === undefined ? 'not set' : `set ${key.created_at}, key ${fingerprint(key.public_key)}`,
          ...(key === undefined ? { fix: 'infragate approver init, in a terminal the agent has no part in' } : {}),
        },
  ];
}

async function cluster(context: string | undefined): Promise<Finding[]> {
  const { connect } = await import('../cluster/index.ts');
  const connected = await connect({ ...(context === undefined ? {} : { context }), requestTimeoutMs: 5000 });
  if (!connected.ok) {
    return [
      {
        what: 'cluster',
        ok: false,
        found: `${connected.error.reason}: ${connected.error.message}`,
        fix: 'log in, or point KUBECONFIG or INFRAGATE_KUBECONFIG at a kubeconfig',
      },
    ];
  }
  const { reader } = connected.value;
  const [version, who] = [await reader.version(), await reader.identity()];
  const ok = version.ok && who.ok;
  const said = !version.ok
    ? version.error.message
    : !who.ok
      ? who.error.message
      : `${version.value.gitVersion} as ${who.value.username}`;
  return [
    {
      what: 'cluster',
      ok,
      found: `${reader.server} (${reader.context}): ${said}`,
      ...(ok ? {} : { fix: 'log in again' }),
    },
    ...(ok ? [await leases(reader), await guarded(reader), ...(await agent())] : []),
  ];
}

/** Least privilege is no fault: work goes on without the Lease, and that is said. */
async function leases(reader: Reader): Promise<Finding> {
  const namespace = reader.namespace ?? 'default';
  const answer = await reader.canI({ verb: 'update', group: 'coordination.k8s.io', resource: 'leases', namespace });
  const may = answer.ok && answer.value.allowed;
  return {
    what: 'Leases',
    ok: true,
    found: may
      ? `may be written in ${namespace}: other ledgers are kept out while this one works`
      : `may not be written in ${namespace}: other ledgers are not kept out while this one works`,
    ...(may ? {} : { fix: 'get, create, update and delete of leases.coordination.k8s.io in the namespace' }),
  };
}

/** Whether the API server refuses what was not approved, and whether this identity could go around. */
async function guarded(reader: Reader): Promise<Finding> {
  const { around, namespacesNow } = await import('./cluster/status.ts');
  const names = await namespacesNow(reader);
  const where =
    names === undefined
      ? 'which namespaces are guarded may not be seen'
      : names.length === 0
        ? 'no namespace is guarded by the API server'
        : `guarded by the API server: ${names.join(', ')}`;
  return {
    what: 'guard',
    ok: true,
    found: `${where}; ${await around(reader)}`,
    ...(names?.length === 0 ? { fix: 'infragate cluster install, then infragate cluster guard NAMESPACE' } : {}),
  };
}

/** The agent's identity, where it is another than the server's: the one that matters. */
async function agent(): Promise<Finding[]> {
  const { INFRAGATE_KUBECONFIG: own, KUBECONFIG, HOME = '' } = process.env;
  if (own === undefined) return [];
  const { connect } = await import('../cluster/index.ts');
  const { around } = await import('./cluster/status.ts');
  const kubeconfig = KUBECONFIG ?? `${HOME}/.kube/config`;
  const connected = await connect({ kubeconfig, requestTimeoutMs: 5000 });
  const found = connected.ok ? await around(connected.value.reader) : `none: ${connected.error.message}`;
  if (connected.ok) connected.value.close();
  return [{ what: "agent's identity", ok: true, found: `${kubeconfig}: ${found}` }];
}

/** The third ring needs an identity of the server's own; sharing the agent's is allowed, and said. */
function identities(): Finding {
  const own = process.env.INFRAGATE_KUBECONFIG;
  return own === undefined
    ? {
        what: 'identities',
        ok: true,
        found:
          'allowed, but the server uses the same kubeconfig as the agent: an agent with a shell can write to the cluster around infragate',
        fix: 'INFRAGATE_KUBECONFIG gives the server an identity of its own; give the agent a weaker one',
      }
    : { what: 'identities', ok: true, found: `the server has its own kubeconfig (${own})` };
}

/** Which MCP clients on this machine have an entry that starts us. None is no fault; an unreadable file is. */
async function clients(): Promise<Finding[]> {
  const { clientsHere } = await import('./install/look.ts');
  const { workspaceHere } = await import('./here.ts');
  return (await clientsHere(workspaceHere())).map(({ client, title, file, entry }) => ({
    what: title,
    ok: entry !== 'unreadable',
    found: {
      ours: `${file} starts infragate`,
      other: `${file} has an entry of that name that is not ours`,
      none: `no entry in ${file}`,
      unreadable: `${file} can't be read`,
    }[entry],
    ...(entry === 'ours'
      ? {}
      : { fix: entry === 'unreadable' ? `put ${file} right` : `infragate install --client ${client}` }),
  }));
}
