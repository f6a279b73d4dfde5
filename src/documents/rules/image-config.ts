import { type Place, word } from '../document.ts';
import type { Extracted } from '../extract/index.ts';
import { dig, listOf, textOf } from '../extract/yaml.ts';
import type { ClusterFacts, ImageConfigFact } from '../facts.ts';
import { contexts } from './contexts.ts';
import { admission, type Found, type Rule, services } from './rule.ts';

type Config = Extract<ImageConfigFact, { ok: true }>['config'];

/** One container that an image is run in, and what it is given beside it. */
type Running = {
  readonly image: string;
  readonly place: Place;
  readonly user: string | undefined;
  readonly targets: readonly string[];
  readonly ports: readonly number[];
  readonly environment: readonly string[];
};

function running(x: Extracted): Running[] {
  return [
    ...services(x).flatMap((s) =>
      s.image === undefined
        ? []
        : [
            {
              image: s.image,
              place: s.at('image'),
              user: textOf(s.raw.user),
              targets: s.mounts.map((m) => m.target),
              ports: s.ports.map((p) => p.target),
              environment: s.environment.map((e) => e.name),
            },
          ],
    ),
    ...contexts(x).flatMap(({ c, get }) => {
      const image = textOf(c.raw.image);
      return image === undefined
        ? []
        : [
            {
              image,
              place: c.at('image'),
              user: textOf(get('runAsUser').value),
              targets: listOf(c.raw.volumeMounts).map((m) => textOf(dig(m, 'mountPath')) ?? ''),
              ports: listOf(c.raw.ports).map((p) => Number(dig(p, 'containerPort'))),
              environment: listOf(c.raw.env).map((e) => textOf(dig(e, 'name')) ?? ''),
            },
          ];
    }),
  ];
}

const configured = (x: Extracted, facts: ClusterFacts, find: (config: Config, one: Running) => readonly Found[]) =>
  running(x).flatMap((one) => {
    const answer = facts.imageConfig?.(one.image);
    return answer?.ok === true ? find(answer.config, one) : [];
  });

const evidence = (image: string) => `the configuration of ${word(image)} in its registry`;
const isRoot = (user: string) => /^(|root|0)(:|$)/.test(user);
const isNumber = (user: string) => /^\d+(:|$)/.test(user);

export const imageConfigRules: readonly Rule[] = [
  {
    id: 'image-user',
    feature: 'users of images',
    looks_for: 'the user of each image’s own configuration, as its registry has it, where the document sets none',
    asks: ['openshift', 'podSecurity', 'images'],
    severity: 'HIGH',
    because:
      'under runAsNonRoot the kubelet refuses an image that starts as root, and one whose user is a name: it can’t tell that it isn’t root',
    adjustment: 'runAsUser with the number of a user that the image supports, or an image that names one',
    words: /\buser\b|\broot\b|runAsNonRoot|image config/i,
    proof: { by: 'workload' },
    find: (x, facts) => [
      ...configured(x, facts, (config, { image, place, user }) => {
        if (user !== undefined || isNumber(config.user.replace(/^0(?=:|$)/, ''))) return [];
        const root = isRoot(config.user);
        const who = root ? 'root' : `the user ${word(config.user)}`;
        const local = `${word(image)} starts as ${who}`;
        if (facts.openshift !== undefined)
          return [
            {
              place,
              severity: root ? 'MEDIUM' : 'NONE',
              local: `${local}; here it gets a number of the namespace’s range`,
              evidence: evidence(image),
            },
          ];
        const judged = admission(facts, 'restricted', 'NONE');
        return [
          { place, severity: judged.severity ?? 'HIGH', local: `${local}; ${judged.local}`, evidence: evidence(image) },
        ];
      }),
      ...running(x).flatMap(({ image, place }): Found[] => {
        const answer = facts.imageConfig?.(image);
        return answer?.ok === false
          ? [
              {
                place,
                severity: 'UNKNOWN',
                local: `what ${word(image)} says about itself could not be had: ${word(answer.because)}`,
                evidence: answer.because.slice(0, 200),
              },
            ]
          : [];
      }),
    ],
  },
  {
    id: 'image-ports',
    feature: 'ports of images below 1024',
    looks_for: 'ports below 1024 that an image’s own configuration exposes',
    asks: ['openshift', 'podSecurity', 'images'],
    severity: 'HIGH',
    because: 'a process that isn’t root can’t bind a port below 1024, and exits',
    adjustment: 'let the image listen on 8080 or 8443 by its own option, or use its unprivileged build',
    words: /ports? of images?|EXPOSE\b/i,
    proof: { by: 'high-port' },
    find: (x, facts) =>
      configured(x, facts, (config, { image, place, ports }) => {
        const low = config.ports.filter((p) => p.port < 1024 && !ports.includes(p.port));
        // A document that says another port has the image listen there.
        if (low.length === 0 || ports.some((p) => p >= 1024) || !isRoot(config.user)) return [];
        const judged = admission(facts, 'restricted', 'NONE');
        const local = `${word(image)} listens on ${low.map((p) => p.port).join(', ')}; ${judged.local}`;
        return [{ place, ...judged, local, evidence: evidence(image) }];
      }),
  },
  {
    id: 'image-volumes',
    feature: 'volumes that images declare',
    looks_for: 'volumes of an image’s own configuration that the document mounts nothing at',
    asks: ['images'],
    severity: 'MEDIUM',
    because: 'Docker keeps them in a volume of their own; in a Pod what is written there is lost with it',
    adjustment: 'a claim at that path for data, an emptyDir for scratch space',
    words: /VOLUME\b|volumes? of images?/i,
    proof: { by: 'mount' },
    find: (x, facts) =>
      configured(x, facts, (config, { image, place, targets }) =>
        config.volumes
          .filter((path) => !targets.some((t) => path === t || path.startsWith(`${t.replace(/(?<!\/)\/+$/, '')}/`)))
          .map((path) => ({
            place,
            local: `${word(image)} keeps data at ${word(path)}, where nothing is mounted`,
            evidence: evidence(image),
            adjustment: `${word(path)}: a claim, or an emptyDir if it may be lost`,
            about: { path, holds: 'data' as const },
          })),
      ),
  },
  {
    id: 'image-entrypoint',
    feature: 'init systems in images',
    looks_for:
      'entrypoints of an image’s own configuration that start s6 or another init as root, and HOME below /root',
    asks: ['openshift', 'podSecurity', 'images'],
    severity: 'HIGH',
    because: 's6 and the like start as root and change the user; a home below /root is closed to a numbered user',
    adjustment: 'an image that runs as a numbered user; HOME=/tmp for a home that can’t be written',
    words: /s6|\binit system|supervisord/i,
    proof: { by: 'workload' },
    find: (x, facts) => {
      const judged = admission(facts, 'restricted', 'NONE');
      return configured(x, facts, (config, { image, place, user, environment }): Found[] => {
        const [first = ''] = config.entrypoint;
        const init = /^\/(init|s6-init)$|s6-svscan|\/my_init$/.test(first) && user === undefined;
        const home = config.environment.HOME ?? '';
        const closed = /^\/root(\/|$)/.test(home) && !environment.includes('HOME');
        if (init)
          return [
            {
              place,
              ...judged,
              local: `${word(image)} starts ${word(first)}; ${judged.local}`,
              evidence: evidence(image),
            },
          ];
        const severity = judged.severity === 'HIGH' ? 'MEDIUM' : judged.severity;
        return closed
          ? [
              {
                place,
                ...(severity === undefined ? {} : { severity }),
                local: `${word(image)} has its home at ${word(home)}`,
                evidence: evidence(image),
                adjustment: 'HOME=/tmp, or a volume there',
              },
            ]
          : [];
      });
    },
  },
];
