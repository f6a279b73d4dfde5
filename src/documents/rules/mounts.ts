import { word } from '../document.ts';
import type { Extracted } from '../extract/index.ts';
import { dig, listOf, textOf } from '../extract/yaml.ts';
import type { ClusterFacts } from '../facts.ts';
import { defaultClass, services } from './rule.ts';

/** The socket of a container runtime, however it is spelt on either side of a mount. */
export const SOCKET =
  /(^|[/._-])(docker|containerd|crio|cri-dockerd|podman|dockershim)([._-]?(engine|remote))?\.sock$|docker_engine$/;

/** Parts of the host that belong to no application: devices, kernel, runtime, logs and the clock. */
export const HOST_PATHS =
  /^\/+(dev|proc|sys|boot|lib\/modules|usr\/lib\/modules|var\/run|run|var\/log|var\/lib\/(docker|containerd|containers|kubelet)|etc\/(localtime|timezone|passwd|group|shadow|machine-id|hosts|hostname|resolv\.conf|os-release))(\/|$)|^\/$/;
export const CLOCK = /^\/+(etc\/(localtime|timezone)|usr\/share\/zoneinfo)(\/|$)/;

/** What a mount holds decides what replaces it. */
export type Holds = 'socket' | 'clock' | 'host' | 'secret' | 'configuration' | 'data';

const SECRET_FILE =
  /\.(pem|key|crt|cer|p12|pfx|jks|keystore|gpg|asc|kubeconfig)$|(^|\/)(id_(rsa|ed25519|ecdsa)|\.?htpasswd|passwd|\.pgpass|\.netrc|\.npmrc|credentials(\.\w+)?|config\/gcloud|service[-_]?account[\w-]*\.json|kubeconfig|token|\.env(\.\w+)?|(?=[\w-]*(?:secret|password|passphrase|private[-_]?key))[\w-]+(\.\w+)?)$|(^|\/)\.(ssh|aws|kube|gnupg)(\/|$)|(^|\/)\.docker\/config\.json$/i;
const SECRET_FOLDER = /(^|\/)(secrets?|private|tls|ssl|certs?|certificates|pki|keys)(\/|$)/i;
const PROGRAM_CONFIGURATION =
  /(^|\/)(Caddyfile|Corefile|Procfile|my\.cnf|env|[\w-]*rc)$|(^|\/)[\w-]+\.d(\/|$)|(^|\/)(sites-(available|enabled)|provisioning|dashboards|templates|init-?scripts?|initdb|rules)(\/|$)/i;
const CONFIGURATION_FILE =
  /\.(conf|cfg|cnf|ini|toml|ya?ml|json|properties|xml|env|sh|bash|sql|lua|js|py|rules|tmpl|tpl|template|htaccess|list|txt|vcl|hcl|cue|jsonnet|html|css)$/i;
/** Written by the program itself although it looks like configuration or a secret. */
const WRITTEN = /(^|\/)(acme\.json|letsencrypt)(\/|$)/i;

export type Mount = {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly file: boolean;
};

export function holds({ source, target, readOnly, file }: Mount): Holds {
  if (SOCKET.test(source) || SOCKET.test(target)) return 'socket';
  if (CLOCK.test(source) || CLOCK.test(target)) return 'clock';
  if (HOST_PATHS.test(source)) return 'host';
  if (WRITTEN.test(source) || WRITTEN.test(target)) return readOnly ? 'secret' : 'data';
  const names = [source, target];
  if (names.some((name) => SECRET_FILE.test(name))) return 'secret';
  if (names.some((name) => SECRET_FOLDER.test(name) && !/\.(conf|cfg|ya?ml|cnf|ini)$/i.test(name))) return 'secret';
  if (names.some((name) => PROGRAM_CONFIGURATION.test(name) || CONFIGURATION_FILE.test(name))) return 'configuration';
  if (file) return 'configuration';
  if (readOnly && /(^|\/)(etc|conf|config|configs)(\/|$)/i.test(`${source} ${target}`.replace(' ', '/')))
    return 'configuration';
  return 'data';
}

/** What becomes of a mount here, in a sentence. */
export function instead(mount: Mount, facts: ClusterFacts): string {
  const target = word(mount.target);
  switch (holds(mount)) {
    case 'socket':
      return `${target}: no runtime’s socket; the Kubernetes API with a service account`;
    case 'clock':
      return `${target}: leave it out and set TZ in the environment`;
    case 'host':
      return `${target}: leave the host’s ${word(mount.source)} out; an agent of the platform reads the nodes`;
    case 'secret':
      return `${target}: a Secret with the content of ${word(mount.source)}`;
    case 'configuration':
      return `${target}: a ConfigMap with the content of ${word(mount.source)}${mount.file ? `, mounted with subPath ${word(mount.target.split('/').at(-1))}` : ''}`;
    case 'data':
      return `${target}: ${claim(facts)}, size from what ${word(mount.source)} holds`;
  }
}

/** A claim that is bound here: a class by name where none is the default. */
export function claim(facts: ClusterFacts): string {
  const standard = defaultClass(facts);
  if (standard !== undefined) return `a PersistentVolumeClaim (ReadWriteOnce, StorageClass ${word(standard.name)})`;
  const [first] = facts.storageClasses;
  return first === undefined
    ? 'a PersistentVolumeClaim, once there is a StorageClass (there is none here: it would stay Pending)'
    : `a PersistentVolumeClaim with storageClassName: ${word(first.name)} (no class is the default here: without a name it would stay Pending)`;
}

/** Every mount of a compose service or `docker run`, and of a Pod's container, in one form. */
export type Mounted = {
  readonly image: string | undefined;
  readonly target: string;
  readonly readOnly: boolean;
  readonly source: 'bind' | 'volume' | 'claim' | 'empty' | 'other';
  readonly name: string;
  readonly subPath: boolean;
  environment(name: string): string | undefined;
  readonly place: import('../document.ts').Place;
};

export function mounted(x: Extracted): Mounted[] {
  const composed = services(x).flatMap((s) =>
    s.mounts.map(
      (m): Mounted => ({
        image: s.imageName,
        target: m.target,
        readOnly: m.readOnly,
        source: m.kind === 'bind' ? 'bind' : m.kind === 'tmpfs' ? 'empty' : 'volume',
        name: m.source,
        subPath: false,
        environment: (name) => s.environment.find((e) => e.name === name)?.value,
        place: m.place,
      }),
    ),
  );
  const inPods = x.pods.flatMap((pod) => {
    const templates = listOf(dig(pod.owner.object, 'spec', 'volumeClaimTemplates')).map((t) =>
      textOf(dig(t, 'metadata', 'name')),
    );
    const volumes = new Map(listOf(pod.spec.volumes).map((v) => [textOf(dig(v, 'name')) ?? '', v]));
    return pod.containers.flatMap((c) =>
      listOf(c.raw.volumeMounts).map((mount, i): Mounted => {
        const name = textOf(dig(mount, 'name')) ?? '';
        const volume = volumes.get(name);
        return {
          image: textOf(c.raw.image),
          target: textOf(dig(mount, 'mountPath')) ?? '',
          readOnly: dig(mount, 'readOnly') === true,
          source: templates.includes(name) ? 'claim' : kindOf(volume),
          name,
          subPath: dig(mount, 'subPath') !== undefined || dig(mount, 'subPathExpr') !== undefined,
          environment: (variable) =>
            textOf(
              dig(
                listOf(c.raw.env).find((e) => dig(e, 'name') === variable),
                'value',
              ),
            ),
          place: c.at('volumeMounts', i, 'mountPath'),
        };
      }),
    );
  });
  return [...composed, ...inPods];
}

const kindOf = (volume: unknown): Mounted['source'] =>
  dig(volume, 'persistentVolumeClaim') !== undefined || dig(volume, 'ephemeral') !== undefined
    ? 'claim'
    : dig(volume, 'emptyDir') !== undefined
      ? 'empty'
      : dig(volume, 'hostPath') !== undefined
        ? 'bind'
        : 'other';
