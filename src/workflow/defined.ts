type OptionalKey<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];
type OrUndefined<T> = { readonly [K in Exclude<keyof T, OptionalKey<T>>]: T[K] } & {
  readonly [K in OptionalKey<T>]?: T[K] | undefined;
};

/**
 * `T` without those of its optional fields that are undefined. Always with its type argument: the literal is then held
 * against exactly that type, so a field which the type does not name is a compile error.
 */
export const defined = <T extends object>(fields: NoInfer<OrUndefined<T>>): T =>
  // Only optional fields can be undefined, by the parameter's type.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
