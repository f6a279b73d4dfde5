import type { Site } from './site.ts';

const entries = (list: readonly string[]): string => list.map((one) => `    - ${one}`).join('\n');

function secrets(made: Site['cast']['secrets']): string {
  const lines = Object.entries(made).map(
    ([name, keys]) => `  - { name: ${name}, keys: [${keys.join(', ')}], from: external }\n`,
  );
  return lines.length === 0 ? '' : `secrets:\n${lines.join('')}`;
}

/** The plan of the worked example: four phases, in the workflow's own form. */
export const planFile = (site: Site): string => `component: Dify
target: ${site.namespace}
estimated_minutes: 45
${secrets(site.cast.secrets)}phase_1:
  name: Namespace and secrets
  commit: after
  resources: [manifests/1-foundation.yaml]
  validation_commands:
    - kubectl get configmap dify-config -o jsonpath={.data.MODE}
  success_criteria:
    - "ConfigMap/dify-config: create"
    - "ServiceAccount/dify: create"
  rollback:
    - kubectl delete -f manifests/1-foundation.yaml --ignore-not-found
phase_2:
  name: Database
  commit: after
  resources: [manifests/2-database.yaml]
  validation_commands:
    - kubectl get clusters.postgresql.cnpg.io dify-db
  success_criteria:
    - "Cluster/dify-db: condition=Ready"
  rollback:
    - kubectl delete -f manifests/2-database.yaml --ignore-not-found
  irreversible:
    - "Cluster/dify-db: its data goes with it"
  timeout: 120s
phase_3:
  name: Supporting services
  commit: after
  resources: [manifests/3-services.yaml]
  validation_commands:
    - kubectl rollout status deployment/redis --timeout=60s
    - kubectl rollout status deployment/weaviate --timeout=60s
  success_criteria:
    - "Deployment/redis: Deployment available"
    - "Deployment/weaviate: Deployment available"
  rollback:
    - kubectl delete -f manifests/3-services.yaml --ignore-not-found
phase_4:
  name: Application deployments
  commit: after
  resources: [manifests/4-application.yaml]
  validation_commands:
    - kubectl get deployment dify-api dify-worker dify-web
  success_criteria:
    - "Deployment/dify-api: Deployment available"
    - "Deployment/dify-worker: Deployment available"
    - "Deployment/dify-web: Deployment available"
  rollback:
    - kubectl delete -f manifests/4-application.yaml --ignore-not-found
  timeout: 45s
validation:
  static:
    - test -s manifests/4-application.yaml
  health:
${entries(site.cast.health)}
  functional:
${entries(site.cast.functional)}
risks:
  - risk: the database's data is lost when phase 2 is rolled back
    mitigation: a backup is taken before the rollback once there is data
rollback_strategy: phases are rolled back in reverse order; what existed before is restored
`;
