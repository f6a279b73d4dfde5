import { word } from '../document.ts';
import { isJson, textOf } from '../extract/yaml.ts';
import { type Rule, services } from './rule.ts';

export const startupRules: readonly Rule[] = [
  {
    id: 'compose-file',
    feature: 'deployment with Docker Compose',
    looks_for: 'compose files, docker compose and docker run commands',
    asks: [],
    severity: 'MEDIUM',
    because: 'the cluster takes Kubernetes objects: each service has to become a workload and a Service',
    adjustment: 'a Deployment (StatefulSet for databases) and a Service for each service of the file',
    words: /compose|\bdocker\b/i,
    proof: { by: 'workload' },
    find: (x) => [
      ...x.composes.map((c) => ({
        place: c.at('services'),
        local: 'the cluster’s API knows no compose file',
        evidence: 'translation is needed',
      })),
      ...x.commands
        .filter((c) =>
          /^(docker-compose|podman-compose)\b|^(docker|nerdctl) compose\b|^(docker|podman) (run|stack)\b/.test(c.text),
        )
        .map((c) => ({
          place: c.place,
          local: 'containers are started by workloads, not by commands',
          evidence: 'translation is needed',
        })),
    ],
  },
  {
    id: 'depends-on-condition',
    feature: 'start order with conditions',
    looks_for: 'depends_on with service_healthy or service_completed_successfully',
    asks: [],
    severity: 'MEDIUM',
    because:
      'Pods start at the same time: a service that doesn’t wait for its database restarts until it is there, a migration may run twice or too late',
    adjustment:
      'an init container that waits, a readinessProbe on what is waited for, a Job for what must be completed first',
    words: /depends.?on|start.?(up )?order|wait.?for|init.?container/i,
    proof: { by: 'probe' },
    find: (x) =>
      services(x).flatMap((s) =>
        s.dependsOn
          .filter((d) => d.condition !== 'service_started')
          .map((d) => ({
            place: d.place,
            local: 'nothing orders the start of Pods',
            evidence: 'Kubernetes has no depends_on',
            about: { name: d.service },
            adjustment:
              d.condition === 'service_completed_successfully'
                ? `${word(d.service)}: a Job, and an init container of ${word(s.name)} that waits for it`
                : `${word(d.service)}: a readinessProbe; ${word(s.name)}: an init container that waits for its Service`,
          })),
      ),
  },
  {
    id: 'depends-on',
    feature: 'start order',
    looks_for: 'depends_on without a condition',
    asks: [],
    severity: 'LOW',
    because: 'Pods start at the same time; most services retry',
    adjustment: 'let the service retry, or an init container that waits',
    words: /depends.?on|start.?(up )?order/i,
    proof: { by: 'workload' },
    find: (x) =>
      services(x).flatMap((s) =>
        s.dependsOn
          .filter((d) => d.condition === 'service_started')
          .map((d) => ({
            place: d.place,
            local: 'nothing orders the start of Pods',
            evidence: 'Kubernetes has no depends_on',
          })),
      ),
  },
  {
    id: 'healthcheck',
    feature: 'health checks',
    looks_for: 'compose healthcheck',
    asks: [],
    severity: 'MEDIUM',
    because:
      'HEALTHCHECK is ignored by Kubernetes: traffic reaches a Pod before it can answer, a hung one isn’t restarted',
    adjustment: 'the same test as readinessProbe (and livenessProbe, with more patience)',
    words: /health|probe|readiness|liveness/i,
    proof: { by: 'probe' },
    find: (x) =>
      services(x)
        .filter((s) => isJson(s.raw.healthcheck) && s.raw.healthcheck.disable !== true)
        .map((s) => ({
          place: s.at('healthcheck'),
          local: 'only probes in the Pod’s spec count',
          evidence: 'Kubernetes ignores HEALTHCHECK',
        })),
  },
  {
    id: 'restart-policy',
    feature: 'one-off containers',
    looks_for: 'restart: "no" or on-failure, and commands that migrate or initialise',
    asks: [],
    severity: 'MEDIUM',
    because: 'a Deployment starts its container again and again; what should run once needs a Job',
    adjustment: 'a Job with restartPolicy: OnFailure and backoffLimit, or an init container',
    words: /restart|one.?off|migrat|\bjobs?\b/i,
    proof: { by: 'job' },
    find: (x) => [
      ...services(x)
        .filter(
          (s) => s.raw.restart === 'no' || s.raw.restart === false || /^on-failure/.test(textOf(s.raw.restart) ?? ''),
        )
        .map((s) => ({
          place: s.at('restart'),
          local: 'a Deployment’s Pods always restart',
          evidence: 'restartPolicy of a Deployment is Always',
          adjustment: `${word(s.name)}: a Job`,
        })),
      ...x.composes.flatMap((c) =>
        c.services.flatMap((s) => {
          const field = ['command', 'entrypoint'].find((f) => ONCE.test([s.raw[f] ?? ''].flat().join(' ')));
          return field === undefined
            ? []
            : [
                {
                  place: s.at(field),
                  local: 'every replica runs it, and again at every restart',
                  evidence: 'containers of a Deployment are started again and again',
                  adjustment: `${word(s.name)}: what migrates or initialises in a Job or an init container`,
                },
              ];
        }),
      ),
    ],
  },
  {
    id: 'container-name',
    feature: 'names of containers',
    looks_for: 'container_name and hostname in compose',
    asks: [],
    severity: 'LOW',
    because: 'Pods get names of their own; others use the Service’s',
    adjustment: 'a Service of that name',
    words: /container.?name|host ?name/i,
    proof: { by: 'service' },
    find: (x) =>
      services(x).flatMap((s) =>
        ['container_name', 'hostname'].flatMap((field) =>
          s.raw[field] === undefined
            ? []
            : [
                {
                  place: s.at(field),
                  local: 'Pods’ names are made from their workload’s',
                  evidence: 'a Service gives the name',
                },
              ],
        ),
      ),
  },
  {
    id: 'compose-profiles',
    feature: 'profiles and overrides',
    looks_for: 'compose profiles and extends',
    asks: [],
    severity: 'LOW',
    because: 'what a profile switches has to be chosen once, when translating',
    adjustment: 'translate only the profiles that are used; a kustomize overlay for variants',
    words: /profile|override|extends/i,
    proof: { by: 'workload' },
    find: (x) =>
      services(x).flatMap((s) =>
        ['profiles', 'extends'].flatMap((field) =>
          s.raw[field] === undefined
            ? []
            : [{ place: s.at(field), local: 'objects are there or not', evidence: 'Kubernetes has no profiles' }],
        ),
      ),
  },
];

/** Commands that change a schema or make first data. */
const ONCE =
  /\b(migrate|migrations?|db:(setup|migrate|prepare|create|seed)|createdb|create_db|initdb|init-db|db (init|upgrade|create\w*)|alembic upgrade|flyway|liquibase|createsuperuser|loaddata|bootstrap|mc (alias set|config host|mb))\b/;
