/** Images whose start-up script wants to be root, and what to use where it can't be (each image's own documentation). */
type RootImage = {
  /** Of the name without registry, `library/`, tag and digest. */
  readonly name: RegExp;
  /** Tags of it that don't need root. */
  readonly except?: RegExp;
  readonly instead: string;
};

const ON_8080 = 'an image that listens on 8080 as a numbered user';
const PGDATA_BELOW =
  'PGDATA in a folder below the mount and a user the namespace allows, or sclorg/postgresql, or an operator (CloudNativePG)';

/** postgres itself, and what is built on it and starts as it does. */
export const POSTGRES =
  /(^|\/)(postgres|postgis|pgvector|timescaledb(-ha)?|pgvecto-rs|vchord-postgres|paradedb|supabase\/postgres|alpine-postgres|pg_?vector)$/;
const NOT_POSTGRES =
  /(^|\/)(bitnami(legacy)?|bitnamicharts|crunchydata|cloudnative-pg|sclorg|rhel\d+|zalando|percona)\//;

const ROOT_IMAGES: readonly RootImage[] = [
  { name: /^nginx$/, instead: 'nginxinc/nginx-unprivileged (port 8080), or the platform’s nginx image' },
  { name: /^httpd$/, instead: 'an Apache image that listens on 8080 as a numbered user' },
  { name: POSTGRES, instead: PGDATA_BELOW },
  {
    name: /^(wordpress|nextcloud|matomo|drupal|joomla|mediawiki|moodle|owncloud(\/server)?)$/,
    except: /^fpm|-fpm/,
    instead: ON_8080,
  },
  { name: /(^|\/)phpmyadmin(\/phpmyadmin)?$/, except: /^fpm|-fpm/, instead: ON_8080 },
  { name: /^(traefik|caddy)$/, instead: 'ports above 1024 and a numbered user' },
  { name: /^haproxy$/, instead: 'ports above 1024' },
  { name: /(^|\/)ubuntu\/squid$/, instead: 'a squid image that runs as a numbered user' },
  { name: /(^|\/)certbot(\/certbot)?$/, instead: 'the platform’s certificates (a Route’s, or cert-manager’s)' },
  {
    name: /(^|\/)(gitea(\/gitea)?|forgejo(\/forgejo)?)$/,
    except: /rootless/,
    instead: 'the same version’s -rootless tag, and its SSH port 2222',
  },
  { name: /(^|\/)gogs\/gogs$/, instead: 'gogs/gogs:next-… (rootless), or gitea’s -rootless image' },
  { name: /(^|\/)gitlab\/gitlab-(ce|ee)$/, instead: 'GitLab’s chart or operator, whose images run as a numbered user' },
  {
    name: /(^|\/)(nginx-proxy-manager|nginxproxy\/nginx-proxy|jwilder\/nginx-proxy|nginxproxy\/acme-companion)$/,
    instead: 'Routes or Ingresses of the platform',
  },
  {
    name: /(^|\/)(pihole\/pihole|adguard\/adguardhome)$/,
    instead: 'an SCC or namespace that admits root, or a resolver that listens above 1024',
  },
  { name: /(^|\/)docker-mailserver$/, instead: 'a namespace that admits root, or a mail service outside the cluster' },
  { name: /(^|\/)vaultwarden\/server$/, instead: 'ROCKET_PORT=8080 and a numbered user' },
  { name: /(^|\/)(home-assistant|homeassistant\/home-assistant)$/, instead: 'a namespace that admits root' },
  { name: /(^|\/)linuxserver\//, instead: 'an image that doesn’t change its user at start (s6-overlay does)' },
  {
    name: /(^|\/)(paperless-ngx|photoprism\/photoprism|jc21\/nginx-proxy-manager)$/,
    instead: 'a namespace that admits root, or an image that runs as a numbered user',
  },
];

/** What to use in the place of an image that starts as root; undefined where it doesn't, as far as is known. */
export function rootImage(image: string): string | undefined {
  const name = parseName(image);
  if (NOT_POSTGRES.test(name)) return undefined;
  const official = registryOf(image) === 'docker.io' || /(^|\/)library\//.test(image);
  const found = ROOT_IMAGES.find((one) => one.name.test(name) && (official || !one.name.source.startsWith('^')));
  return found === undefined || found.except?.test(tagOf(image) ?? '') === true ? undefined : found.instead;
}

export const isPostgres = (image: string): boolean =>
  POSTGRES.test(parseName(image)) && !NOT_POSTGRES.test(parseName(image));

/** Where the image keeps its data: from 18 on in a folder of the version, below the folder that is to be mounted. */
export function postgresData(image: string, pgdata: string | undefined): string {
  if (pgdata !== undefined && pgdata !== '') return pgdata.replace(/(?<!\/)\/+$/, '');
  const major = Number(/(?:^|pg|-)(\d{1,2})(?:[.-]|$)/.exec(tagOf(image) ?? '')?.[1] ?? Number.NaN);
  if (parseName(image) === 'postgres' && major >= 18) return `/var/lib/postgresql/${major}/docker`;
  return '/var/lib/postgresql/data';
}

/** Servers whose every volume is data, whatever it is called. */
export const DATA_IMAGES =
  /(^|\/)(postgres(ql)?|mysql|mariadb|percona|mongo(db)?|redis|valkey|minio|elasticsearch|opensearch|rabbitmq|clickhouse(-server)?|cassandra|scylla|influxdb|neo4j|couchdb|etcd|consul|vault|nats|kafka|zookeeper|qdrant|weaviate|milvus|prometheus|victoria-metrics|loki|grafana|seaweedfs|registry|gitea|cockroach|timescaledb|postgis|pgvector)$/;

/** The name without registry, library/, tag and digest: `docker.io/library/nginx:1` → `nginx`. */
export function parseName(image: string): string {
  const bare = image.replace(/@sha256:.*/s, '').replace(/:[^:/]*$/, '');
  const first = bare.split('/')[0] ?? '';
  const hosted = bare.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return (hosted ? bare.slice(first.length + 1) : bare).replace(/^library\//, '');
}

/** The registry of a reference as the runtime would expand it. */
export function registryOf(image: string): string {
  const first = image.split('/')[0] ?? '';
  const hosted = image.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return !hosted || /^(index|registry-1)\.docker\.io$/.test(first) ? 'docker.io' : first;
}

/** The tag, `latest` where neither tag nor digest is given. */
export function tagOf(image: string): string | undefined {
  if (image.includes('@')) return undefined;
  return /:([^:/]+)$/.exec(image)?.[1] ?? 'latest';
}
