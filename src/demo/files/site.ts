import type { Cast } from '../cast/cast.ts';

/** Where the story is told, and what plays in it. */
export type Site = { readonly registry: string; readonly namespace: string; readonly cast: Cast };

/** Where upstream's images come from, and where the cluster's policy wants them to come from. */
export const upstream = (site: Site, name: string) => `${site.registry}/upstream/${name}`;
export const mirrored = (site: Site, name: string) => `${site.registry}/mirror/${name}`;

export const images = ({ cast }: Site): readonly string[] => [cast.application, cast.redis, cast.weaviate];
