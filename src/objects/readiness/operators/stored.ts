/**
 * Kinds of well-known projects whose controllers write nothing on them: being accepted is all that such an object shows.
 * Where the cluster can be asked, the kind's definition and the other objects of it say the same of any kind
 * (general.ts); these rows are for what was never there before.
 */
export const STORED_KINDS: readonly (readonly [group: string, kinds: string])[] = [
  ['postgresql.cnpg.io', 'ScheduledBackup ImageCatalog ClusterImageCatalog'],
  ['postgresql.k8s.enterprisedb.io', 'ScheduledBackup ImageCatalog ClusterImageCatalog'],
  ['argoproj.io', 'AppProject AnalysisTemplate ClusterAnalysisTemplate WorkflowTemplate ClusterWorkflowTemplate'],
  ['notification.toolkit.fluxcd.io', 'Alert Provider'],
  ['apiextensions.crossplane.io', 'Composition CompositionRevision EnvironmentConfig'],
  ['pkg.crossplane.io', 'ControllerConfig DeploymentRuntimeConfig ImageConfig'],
  ['gateway.networking.k8s.io', 'ReferenceGrant'],
  ['gateway.envoyproxy.io', 'EnvoyProxy'],
  ['config.openshift.io', 'ClusterImagePolicy ImagePolicy Image Proxy OAuth Ingress'],
  ['security.openshift.io', 'SecurityContextConstraints'],
  ['build.openshift.io', 'BuildConfig'],
  ['user.openshift.io', 'Group User Identity UserIdentityMapping'],
  ['oauth.openshift.io', 'OAuthClient OAuthClientAuthorization'],
  ['template.openshift.io', 'Template'],
  ['authorization.openshift.io', 'Role RoleBinding ClusterRole ClusterRoleBinding RoleBindingRestriction'],
  [
    'console.openshift.io',
    'ConsoleLink ConsoleNotification ConsolePlugin ConsoleQuickStart ConsoleYAMLSample ConsoleSample ConsoleExternalLogLink ConsoleCLIDownload',
  ],
  ['tekton.dev', 'Task Pipeline ClusterTask StepAction'],
  [
    'triggers.tekton.dev',
    'TriggerTemplate TriggerBinding ClusterTriggerBinding ClusterInterceptor Interceptor Trigger',
  ],
  ['monitoring.coreos.com', 'ServiceMonitor PodMonitor PrometheusRule Probe ScrapeConfig AlertmanagerConfig'],
  ['keda.sh', 'TriggerAuthentication ClusterTriggerAuthentication'],
  ['velero.io', 'VolumeSnapshotLocation'],
  [
    'networking.istio.io',
    'Gateway VirtualService DestinationRule ServiceEntry WorkloadEntry WorkloadGroup Sidecar EnvoyFilter ProxyConfig',
  ],
  ['security.istio.io', 'AuthorizationPolicy PeerAuthentication RequestAuthentication'],
  ['telemetry.istio.io', 'Telemetry'],
  ['extensions.istio.io', 'WasmPlugin'],
  [
    'traefik.io',
    'IngressRoute IngressRouteTCP IngressRouteUDP Middleware MiddlewareTCP TLSOption TLSStore TraefikService ServersTransport ServersTransportTCP',
  ],
  [
    'traefik.containo.us',
    'IngressRoute IngressRouteTCP IngressRouteUDP Middleware MiddlewareTCP TLSOption TLSStore TraefikService ServersTransport',
  ],
  ['k8s.cni.cncf.io', 'NetworkAttachmentDefinition'],
  ['whereabouts.cni.cncf.io', 'IPPool OverlappingRangeIPReservation'],
  ['metallb.io', 'L2Advertisement BGPAdvertisement BGPPeer BFDProfile Community IPAddressPool AddressPool'],
  [
    'crd.projectcalico.org',
    'NetworkPolicy GlobalNetworkPolicy IPPool NetworkSet GlobalNetworkSet BGPPeer BGPConfiguration FelixConfiguration HostEndpoint',
  ],
  [
    'projectcalico.org',
    'NetworkPolicy GlobalNetworkPolicy IPPool NetworkSet GlobalNetworkSet BGPPeer BGPConfiguration FelixConfiguration HostEndpoint',
  ],
  ['secrets-store.csi.x-k8s.io', 'SecretProviderClass'],
  ['snapshot.storage.k8s.io', 'VolumeSnapshotClass'],
  ['configuration.konghq.com', 'KongPlugin KongClusterPlugin'],
  ['linkerd.io', 'ServiceProfile'],
  ['policy.linkerd.io', 'Server ServerAuthorization AuthorizationPolicy MeshTLSAuthentication NetworkAuthentication'],
  ['split.smi-spec.io', 'TrafficSplit'],
  [
    'instancetype.kubevirt.io',
    'VirtualMachineInstancetype VirtualMachineClusterInstancetype VirtualMachinePreference VirtualMachineClusterPreference',
  ],
  ['kueue.x-k8s.io', 'ResourceFlavor WorkloadPriorityClass'],
  ['cloud.google.com', 'BackendConfig'],
  ['networking.gke.io', 'FrontendConfig'],
  ['elbv2.k8s.aws', 'IngressClassParams'],
  ['crd.k8s.amazonaws.com', 'ENIConfig'],
];
