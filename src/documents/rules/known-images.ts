/** Images whose start-up script wants to be root, and what to use where it can't be (each image's own documentation). */
export const ROOT_IMAGES: Readonly<Record<string, string>> = {
  nginx: 'nginxinc/nginx-unprivileged (port 8080), or the platform’s nginx image',
  httpd: 'an Apache image that listens on 8080 as a numbered user',
  postgres:
    'PGDATA in a folder below the mount and a user the namespace allows, or sclorg/postgresql, or an operator (CloudNativePG)',
  wordpress: 'an image that listens on 8080 as a numbered user',
  nextcloud: 'an image that listens on 8080 as a numbered user',
  traefik: 'ports above 1024 and a numbered user',
  caddy: 'ports above 1024 and a numbered user',
  haproxy: 'ports above 1024',
  'ubuntu/squid': 'a squid image that runs as a numbered user',
  certbot: 'the platform’s certificates (a Route’s, or cert-manager’s)',
};

/** The name without registry, library/, tag and digest: `docker.io/library/nginx:1` → `nginx`. */
export function parseName(image: string): string {
  const bare = image.replace(/@sha256:.*$/, '').replace(/:[^:/]*$/, '');
  return bare
    .replace(/^(?:index\.)?docker\.io\//, '')
    .replace(/^library\//, '')
    .replace(/^certbot\/certbot$/, 'certbot');
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
