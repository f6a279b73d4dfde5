import { type Words, words } from '../text.ts';

/** What kubectl's and oc's own verbs do. A verb that is in no table is a plugin's (plugins.ts). */

export const READS = words(
  'get describe logs top explain api-resources api-versions version cluster-info config diff wait port-forward proxy ' +
    'kustomize completion options help events plugin attach ' +
    // oc
    'login logout whoami project projects status process extract image registry get-token observe export types',
);

/** Of these only some do something: the words that follow which are reads. */
export const READS_BELOW: ReadonlyMap<string, Words> = new Map([
  ['rollout', words('status history help')],
  ['auth', words('can-i whoami help')],
  ['certificate', words('help')],
  ['apply', words('view-last-applied')],
  ['serviceaccounts', words('get-token')],
  ['sa', words('get-token')],
  ['secrets', words('help')],
  ['policy', words('can-i who-can scc-review scc-subject-review help')],
  ['alpha', words('events help')],
]);

export const WRITES = words(
  'apply create delete patch edit replace scale autoscale rollout set label annotate expose run debug drain cordon uncordon ' +
    'taint certificate auth cp exec rsh rsync ' +
    'new-app new-build new-project start-build cancel-build tag import-image policy secrets serviceaccounts sa adm idle rollback ' +
    'deploy env volume volumes build-logs link scale alpha',
);

/** Runs something in a container: what it does there, container.ts says. */
export const INSIDE = words('exec rsh attach');

/** Verbs whose second word belongs to them: `rollout status`, `set image`. */
export const TWO_WORDS = words(
  'rollout auth config plugin set adm policy certificate dependency repo create apply secrets serviceaccounts sa alpha',
);

/** What takes nodes, or everything, out of everyone's use. */
export const CLUSTER_WIDE_VERBS = words('cordon uncordon drain taint certificate');

export const OC_ADM_READS = words(
  'top inspect node-logs must-gather release catalog ocp-certificates wait-for-stable-cluster verify-image-signature config ' +
    'create-bootstrap-project-template create-error-template create-login-template create-provider-selection-template create-kubeconfig help',
);
export const OC_ADM_READS_BELOW: ReadonlyMap<string, Words> = new Map([
  ['policy', words('who-can scc-review scc-subject-review')],
  ['groups', words('help')],
]);

export const HELM_READS = words(
  'list ls status get history hist template show inspect search repo pull fetch push lint package dependency dep dependencies ' +
    'env version verify create plugin registry completion help diff dashboard schema-gen unittest docs schema',
);
export const HELM_WRITES = words('install upgrade uninstall delete del un rollback test');
