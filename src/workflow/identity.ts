/** What names one object in one cluster; its UID, where known, tells whether it is still the same one. */
export type Named = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
};

/** Without the version: '' for the core group. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

/**
 * The only rule for "which object is this": group, kind, namespace and name. Not the version: the API server stores one
 * object and serves it in all versions of its group. `home` is the namespace of an object that names none; give it where
 * a manifest is compared with a placed object, because a cluster-scoped object is placed without a namespace.
 */
export const identityOf = ({ apiVersion, kind, namespace, name = '' }: Named, home = ''): string =>
  `${groupOf(apiVersion)}/${kind}/${namespace ?? home}/${name}`;

export const sameObject = (a: Named, b: Named, home = ''): boolean => identityOf(a, home) === identityOf(b, home);
