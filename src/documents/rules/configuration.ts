import { quoted } from '../document.ts';
import { dig, listOf, textOf } from '../extract/yaml.ts';
import { type Found, type Rule, services } from './rule.ts';

const SECRET = /(^|_)(PASSWORD|PASSWD|SECRET(_KEY)?|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS)$/i;

/** `scheme://user:password@host` with a password that is written there. */
const URL_PASSWORD = /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?!\$)[^\s/@]+@/i;

/** Not empty, and not what a variable without a default (`${X}`, `${X:-}`, `${X:?say it}`) leaves to whoever deploys. */
const isLiteral = (value: string): boolean =>
  value.replace(/\$\{[A-Za-z_]\w*(:?[-?](?!\w)[^{}]*|:?\?[^{}]*)?\}|\$[A-Za-z_]\w*/g, '').trim() !== '';

export const configurationRules: readonly Rule[] = [
  {
    id: 'env-file',
    feature: 'environment files',
    looks_for: 'compose env_file, docker run --env-file',
    asks: [],
    severity: 'HIGH',
    because: 'the file isn’t on the node: the container starts without its settings, or doesn’t start',
    adjustment: 'a ConfigMap from the file (envFrom), and a Secret for what is secret in it',
    words: /env(ironment)?.?file|environment variable|\.env\b/i,
    proof: { by: 'configuration' },
    find: (x) => [
      ...services(x).flatMap((s) =>
        s.raw.env_file === undefined
          ? []
          : [
              {
                place: s.at('env_file'),
                local: 'Pods read no file of the author’s folder',
                evidence: 'Kubernetes has no env_file',
              },
            ],
      ),
      ...x.commands
        .filter((c) => /--env-file\b/.test(c.text) && /^(docker|podman)/.test(c.text))
        .map((c) => ({
          place: c.place,
          local: 'Pods read no file of the author’s folder',
          evidence: 'Kubernetes has no env_file',
        })),
    ],
  },
  {
    id: 'secrets-in-environment',
    feature: 'secrets written in plain text',
    looks_for: 'passwords, keys and tokens as literal values in compose or Pods',
    asks: [],
    severity: 'MEDIUM',
    because: 'whoever may read the workload reads them, and everyone who deploys has the document’s',
    adjustment: 'a Secret with generated values, and env valueFrom.secretKeyRef',
    words: /secret|password|credential/i,
    proof: { by: 'workload' },
    find: (x) => [
      ...services(x).flatMap((s) =>
        s.environment
          .filter(
            (e) =>
              (SECRET.test(e.name) || URL_PASSWORD.test(e.value)) && isLiteral(e.value) && !e.value.startsWith('/'),
          )
          .map((e) => hidden(e.place, e.name)),
      ),
      ...x.pods.flatMap((p) =>
        p.containers.flatMap((c) =>
          listOf(c.raw.env).flatMap((e, i) =>
            (SECRET.test(textOf(dig(e, 'name')) ?? '') || URL_PASSWORD.test(textOf(dig(e, 'value')) ?? '')) &&
            isLiteral(textOf(dig(e, 'value')) ?? '')
              ? [hidden(c.at('env', i, 'name'), textOf(dig(e, 'name')) ?? '')]
              : [],
          ),
        ),
      ),
    ],
  },
  {
    id: 'compose-secrets',
    feature: 'secrets and configs from files',
    looks_for: 'compose secrets and configs',
    asks: [],
    severity: 'HIGH',
    because: 'the files aren’t on the node: a container that reads /run/secrets/… doesn’t start',
    adjustment: 'a Secret mounted at /run/secrets, a ConfigMap where the config was',
    words: /secret|config/i,
    proof: { by: 'configuration' },
    find: (x) =>
      services(x).flatMap((s) =>
        ['secrets', 'configs'].flatMap((field) =>
          listOf(s.raw[field]).map(
            (_, i): Found => ({
              place: s.at(field, i),
              local: 'there is no such file in a Pod unless a Secret or ConfigMap is mounted',
              evidence: `Kubernetes has no compose ${field}`,
            }),
          ),
        ),
      ),
  },
  {
    id: 'ulimits',
    feature: 'limits of the process',
    looks_for: 'compose ulimits',
    asks: [],
    severity: 'MEDIUM',
    because: 'a Pod takes its runtime’s limits: Elasticsearch fails its bootstrap checks for memlock and nofile',
    adjustment: 'the application’s switch (bootstrap.memory_lock: false), or have the runtime’s default raised',
    words: /ulimit|memlock|nofile/i,
    proof: { by: 'workload' },
    find: (x) =>
      services(x).flatMap((s) =>
        s.raw.ulimits === undefined
          ? []
          : [
              {
                place: s.at('ulimits'),
                local: 'a Pod’s limits are those of the node’s runtime',
                evidence: 'Kubernetes has no ulimits field',
              },
            ],
      ),
  },
  {
    id: 'compose-logging',
    feature: 'logging drivers',
    looks_for: 'compose logging',
    asks: [],
    severity: 'LOW',
    because: 'the platform collects standard output; drivers and rotation are the node’s',
    adjustment: 'write logs to standard output, leave the driver out',
    words: /\blog(s|ging)?\b/i,
    proof: { by: 'workload' },
    find: (x) =>
      services(x).flatMap((s) =>
        s.raw.logging === undefined
          ? []
          : [
              {
                place: s.at('logging'),
                local: 'logs are what the container writes to standard output',
                evidence: 'Kubernetes has no logging drivers',
              },
            ],
      ),
  },
];

const hidden = (place: Found['place'], name: string): Found => ({
  place: { ...place, quote: quoted(`${name}: …`) },
  local: 'a Secret keeps it apart from the workload',
  evidence: 'a literal value',
});
