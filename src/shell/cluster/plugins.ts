import { words } from '../text.ts';

/** Words with which command line tools only look, or print what they would do. */
export const READING_WORDS = words(
  'get list ls status describe show view logs log tail tree report lint check checks verify validate version versions top ' +
    'history diff info inspect help explain search find events event watch get-token token whoami can-i who-can completion ' +
    'options doctor preflight precheck analyze analyse generate gen export print render template templates dump summary stats ' +
    'stat health dashboard ui tunnel port-forward query graph usage capacity audit scan plan preview trace wait ps pc ' +
    'proxy-status proxy-config verify-install bugreport bug-report sysdump must-gather support-bundle debug-info download ' +
    'fmt format build convert decode login logout context ctx config-view tables overview images context-list kubeconfig ' +
    'conf backends certs ingresses general',
);

/** Words with which they change what is in a cluster. */
export const WRITING_WORDS = words(
  'apply create delete patch edit replace scale set unset add remove rm install uninstall upgrade update deploy undeploy ' +
    'destroy start stop restart pause resume suspend reconcile sync promote abort retry rollback undo terminate backup restore ' +
    'hibernate fencing fence maintenance renew approve deny enable disable init reset join run exec cordon drain migrate move ' +
    'bootstrap annotate label rotate kick trigger submit resubmit purge prune cleanup import inject connect disconnect ' +
    'expand shrink failover switchover reload rebuild expose unexpose attach detach link unlink cancel clean up down on off put',
);

/** Plugins that only look, or only change files of this machine, whatever follows. */
const READING_PLUGINS = words(
  'ctx ns krew neat tree view-secret who-can get-all stern tail images lineage outdated score access-matrix df-pv df_pv ' +
    'resource-capacity ktop view-utilization view-allocations view-cert view-webhook view-serviceaccount-kubeconfig ' +
    'rbac-lookup rbac-view rbac-tool deprecations konfig pod-lens pod-inspect podevents blame graph ice ' +
    'node-resource sick-pods status count whoami explore fields fleet np-viewer popeye pv-tree ' +
    'skew spy topology unused-volumes grep dds preflight mc cost doctor bd-xray capacity ' +
    'kubesec view-quotas advise-psp example cyclonus lookup socks5-proxy relay assert advise-policy api-resource-versions ' +
    'ca-cert clog cluster-compare colorize-applied community-images config-cleanup cwide dtlogin duck events finalizers ' +
    'gke-credentials gs kota kubescape kurt kubesec-scan multiforward net-forward oidc-login open-svc pod-dive pod-logs ' +
    'print-env prompt resource-snapshot resource-versions rolesum secretdata service-tree slice sort-manifests split-yaml ' +
    'switch-config unlimited verify-provider vpa-recommendation history',
);
const READING_NAME =
  /^(view|get|list|show|who|find|df|top|explain|diff|inspect)[-_]|[-_](list|status|viewer|view|tree|capacity|matrix|top|info|report|lint|logs|login)$/;

/** What follows a writing word and makes it print: `cnpg install generate`, `upgrade plan`. */
const PRINTS_INSTEAD = words(
  'generate gen plan print render template status get list describe logs history diff help check',
);

/** A plugin's words → whether it only looks. The first word that is known to look or to change decides. */
export function pluginReads(name: string, after: readonly string[]): boolean {
  if (READING_PLUGINS.has(name) || READING_NAME.test(name)) return true;
  return firstDecides(after) === 'reads';
}

/** The same for any tool: what the first of its words that is known says. */
export function firstDecides(after: readonly string[], depth = 3): 'reads' | 'writes' | undefined {
  for (const [i, word] of after.slice(0, depth).entries()) {
    if (READING_WORDS.has(word)) return 'reads';
    if (WRITING_WORDS.has(word)) return PRINTS_INSTEAD.has(after[i + 1] ?? '') ? 'reads' : 'writes';
  }
  return undefined;
}
