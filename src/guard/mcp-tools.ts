import type { ClusterWrite } from '../shell/index.ts';

/**
 * Tools of other Kubernetes MCP servers. Known servers' tools are named (as of their releases in 2026, with the hints
 * readOnlyHint and destructiveHint they announce); of servers that aren't known, those with a Kubernetes word in their or
 * their tool's name are judged by the tool's verb.
 */
const READS =
  /^(pods?_(list|get|log|logs|top)\w*|resources?_(list|get)\w*|namespaces_list|projects_list|events_list|nodes_(log|top|stats)\w*|helm_list|configuration_\w+|kubectl_(get|describe|logs|context|explain)\w*|list_\w+|explain_resource|get_\w+|describe_\w+|search_\w+|ping|diagnose\w*|trace\w*)$/i;
const KNOWN_WRITES =
  /^(resources?_(create_or_update|delete|scale|apply|patch|update|create)|pods_(delete|exec|run)|helm_(install|uninstall|upgrade|rollback)|kubectl_(create|apply|delete|patch|scale|rollout|generic|reconnect|exec|run|edit|label|annotate|expose|set|replace|drain|cordon|taint)\w*|install_helm_chart|upgrade_helm_chart|uninstall_helm_chart|exec_in_pod|node_management|cleanup_pods|cleanup|apply_kubernetes_manifest|delete_kubernetes_resource|reconcile_flux_\w+|(suspend|resume)_flux_\w+|install_flux_instance|(create|update|delete|sync)_application|run_resource_action|manage_k8s_resource|apply_yaml|manage_eks_stacks|call_kubectl|call_helm|call_cilium|vm_(create|start|stop|delete|lifecycle)\w*|tekton_\w{1,60}?_(start|restart)\w*|kiali_manage\w*)$/i;
/** Fields in which some of them take a whole command line. */
const COMMAND_FIELDS = ['command', 'kubectl_command', 'cmd'] as const;

const KUBERNETES =
  /kube|k8s|openshift|(^|[_-])(oc|eks|aks|gke|helm|argo\w*|flux|okd|rancher|istio|tekton|velero)([_-]|$)|cluster|^(pod|deployment|namespace|helm)s?_/i;
const WRITING =
  /(^|[_-])(apply|create|delete|patch|update|replace|scale|restart|rollout|rollback|install|uninstall|upgrade|exec|run|drain|cordon|uncordon|taint|edit|label|annotate|expose|set|put|remove|add|sync|reconcile|suspend|resume|evict|cleanup|deploy|manage|write|generic|start|stop|terminate|import|migrate)([_-]|$)/i;

/** `mcp__server__tool`, `mcp_server_tool`, `server__tool` → its parts; undefined: no MCP server's. */
function partsOf(name: string): { server: string; tool: string } | undefined {
  const doubled = /^\S*$/.test(name) ? splitAt(name.replace(/^mcp__(?=.+__.)/, ''), '__') : undefined;
  if (doubled !== undefined) return doubled;
  if (!/^mcp[_:][\w:/-]+$/.test(name)) return undefined;
  const [server = '', tool, ...more] = name.slice('mcp_'.length).split(/[:/]/);
  if (tool === undefined) return splitAt(server, '_');
  return server === '' || tool === '' || more.length > 0 ? undefined : { server, tool };
}

/** At the first separator that has something before and after it. */
function splitAt(name: string, separator: string): { server: string; tool: string } | undefined {
  const at = name.indexOf(separator, 1);
  const tool = name.slice(at + separator.length);
  return at < 0 || tool === '' ? undefined : { server: name.slice(0, at), tool };
}

export const baseOfTool = (name: string): string => partsOf(name)?.tool ?? name;

/** What a tool of another server writes to a cluster, or the command line that it is given; undefined: nothing. */
export function kubernetesToolWrite(
  name: string,
  input: Readonly<Record<string, unknown>>,
): ClusterWrite | { readonly command: string } | undefined {
  const parts = partsOf(name);
  if (parts === undefined || /(^|_)infragate$/i.test(parts.server)) return undefined;
  const { server, tool } = parts;
  const isKnown = KNOWN_WRITES.test(tool);
  const isKubernetes = isKnown || KUBERNETES.test(server) || KUBERNETES.test(tool);
  if (!isKubernetes) return undefined;
  const command = COMMAND_FIELDS.map((field) => input[field]).find((one) => typeof one === 'string');
  if (typeof command === 'string' && /kubectl|helm|generic|shell|bash|cli/i.test(tool))
    return {
      command: /^\s*(kubectl|oc|helm|az|cilium)\b/.test(command)
        ? command
        : `${/helm/i.test(tool) ? 'helm' : 'kubectl'} ${command}`,
    };
  if (!isKnown && (READS.test(tool) || !WRITING.test(tool))) return undefined;
  if (/^(get|list|read|describe|watch|log)/i.test(String(input.operation ?? input.action ?? ''))) return undefined;
  if (input.dryRun === true || input.dry_run === true || input.dryRun === 'server') return undefined;
  return {
    what: `${tool} of the MCP server ${server}`,
    namespaces: namespacesIn(input),
    everywhere: input.allNamespaces === true,
    contexts: typeof input.context === 'string' && input.context !== '' ? [input.context] : [],
    objects: undefined,
  };
}

function namespacesIn(input: Readonly<Record<string, unknown>>): readonly string[] {
  const given = input.namespace ?? input.targetNamespace ?? input.release_namespace;
  if (typeof given === 'string' && given !== '') return [given];
  const manifest = input.resource ?? input.manifest ?? input.yaml ?? input.yaml_content;
  if (typeof manifest !== 'string') return [];
  const documents = manifest.split(/^---/m).filter((one) => /\S/.test(one));
  const written = documents.flatMap((one) => /^[ \t]+["']?namespace["']?:[ \t]*["']?([\w.-]+)/m.exec(one)?.[1] ?? []);
  return written.length === documents.length ? [...new Set(written)] : [];
}
