import type { Extracted } from '../extract/index.ts';
import { dig } from '../extract/yaml.ts';

/** Every container and the Pod around it, with the field of a securityContext that decides: its own first. */
export const contexts = (x: Extracted) =>
  x.pods.flatMap((pod) =>
    pod.containers.map((c) => ({
      pod,
      c,
      get: (key: string) =>
        dig(c.raw, 'securityContext', key) !== undefined
          ? { value: dig(c.raw, 'securityContext', key), place: c.at('securityContext', key) }
          : { value: dig(pod.spec, 'securityContext', key), place: pod.at('securityContext', key) },
    })),
  );

/** Values of a chart with this key and value. */
export const flags = (x: Extracted, key: RegExp, value: unknown) =>
  x.settings.filter((s) => key.test(s.key) && s.value === value);
