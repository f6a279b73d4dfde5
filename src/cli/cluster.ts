// infragate cluster install|uninstall|status|guard|release

import { Command } from 'commander';
import { BREAK_GLASS } from '../enforcement/index.ts';
import { print } from '../print/index.ts';
import { type Where, withCluster } from './cluster/connection.ts';
import { EXIT } from './exit.ts';

type Install = Where & { readonly server: readonly string[]; readonly print: boolean };
type Guard = Where & {
  readonly allow: readonly string[];
  readonly breakGlass: string;
  readonly proving: boolean;
  readonly refuseOthers: boolean;
};

const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function clusterCommand(): Command {
  const command = new Command('cluster').description(
    "enforcement by the cluster's own API server: what differs from what was approved is refused there",
  );
  const on = (name: string): Command =>
    command
      .command(name)
      .option('--kubeconfig <file>', 'whose login; INFRAGATE_KUBECONFIG, then KUBECONFIG when left out')
      .option('--context <name>', "the kubeconfig's context");
  on('install')
    .description('put the policies, kinds and roles into the cluster, once, as a cluster admin; guards nothing yet')
    .option('--server <user>', "a user that is a server's identity (again for more)", several, [])
    .option('--print', 'print the manifests and change nothing, for GitOps', false)
    .action(async ({ server, print: prints, ...where }: Install) => {
      const { install, printed } = await import('./cluster/install.ts');
      if (prints) return print(printed(server));
      return withCluster(where, (cluster) => install(cluster, server));
    });
  on('uninstall')
    .description('release every namespace and take everything out again')
    .action(async (where: Where) => {
      const { uninstall } = await import('./cluster/install.ts');
      return withCluster(where, uninstall);
    });
  on('status')
    .description('what is guarded, frozen and open, and whether this identity could go around')
    .option('--json', 'print one line of JSON, last', false)
    .action(async ({ json, ...where }: Where & { json: boolean }) => {
      const { status } = await import('./cluster/status.ts');
      return withCluster(where, (cluster) => status(cluster.reader, json), json);
    });
  on('guard')
    .description('from now on, what no approved phase names is refused in this namespace')
    .argument('<namespace>')
    .option('--allow <user>', "a user or service account that is the cluster's own work (again for more)", several, [])
    .option('--break-glass <group>', 'the group whose writes pass, with an audit annotation', BREAK_GLASS)
    .option('--proving', 'bullets may be fired here before a plan is approved', false)
    .option('--refuse-others', 'service accounts that may write here and are not allowed are refused', false)
    .action(async (namespace: string, { kubeconfig, context, ...options }: Guard) => {
      const { guard } = await import('./cluster/guard.ts');
      return withCluster(where(kubeconfig, context), (cluster) => guard(cluster.writer(), { namespace, ...options }));
    });
  on('release')
    .description('the namespace is as it was before it was guarded')
    .argument('<namespace>')
    .action(async (namespace: string, given: Where) => {
      const { release } = await import('./cluster/guard.ts');
      return withCluster(given, async (cluster) => {
        const was = await release(cluster.writer(), namespace);
        print(
          was ? `The namespace ${namespace} is not guarded any more.` : `The namespace ${namespace} was not guarded.`,
        );
        return was ? EXIT.done : EXIT.no;
      });
    });
  return command;
}

const where = (kubeconfig: string | undefined, context: string | undefined): Where => ({
  ...(kubeconfig === undefined ? {} : { kubeconfig }),
  ...(context === undefined ? {} : { context }),
});
