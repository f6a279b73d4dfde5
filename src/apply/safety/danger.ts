/** Why a spec may not be fired without the operator's word. The reasons are what policy.yaml's bullet_allow lists. */
export const DANGERS = [
  'KindNotAllowed',
  'ClusterScoped',
  'OtherNamespace',
  'SelectedByExisting',
  'SelectsExisting',
  'LiveHost',
  'LoadBalancer',
  'ExternalIPs',
  'ExistingSecret',
  'ExistingClaim',
  'ForeignServiceAccount',
  'GitOpsTracking',
  'HostAccess',
  'Privileged',
  'Preempts',
  'Owned',
] as const;

export type Danger = {
  readonly reason: (typeof DANGERS)[number];
  /** `Kind/name` of the document. */
  readonly object: string;
  readonly message: string;
};
