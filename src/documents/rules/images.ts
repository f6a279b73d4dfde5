import { word } from '../document.ts';
import { listOf, textOf } from '../extract/yaml.ts';
import { parseName, registryOf, tagOf } from './known-images.ts';
import { cantSee, type Found, type Rule, services } from './rule.ts';

const image = { by: 'image' } as const;
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  'arm64/v8': 'arm64',
};

export const imageRules: readonly Rule[] = [
  {
    id: 'image-unavailable',
    feature: 'images',
    looks_for: 'every image, in compose, manifests, values, commands and prose',
    asks: ['images'],
    severity: 'HIGH',
    because: 'an image that can’t be pulled leaves the Pod in ImagePullBackOff',
    adjustment: 'mirror the images to a registry that the cluster may pull from, and name them there',
    words: /\bimages?\b|registr|\bpull/i,
    proof: { by: 'image', facts: ['images'] },
    find: (x, facts) =>
      x.images.map(({ reference, place }): Found => {
        const subject = registryOf(reference);
        const about = { name: reference };
        const adjustment = `${word(reference)} → a mirror: registry/namespace/${word(parseName(reference).split('/').at(-1))}`;
        const verdict = facts.images(reference);
        if (verdict === undefined) {
          return {
            place,
            subject,
            about,
            ...(cantSee(facts, 'images', `whether ${word(reference)} can be pulled`) ?? {
              severity: 'UNKNOWN',
              local: `whether ${word(reference)} can be pulled has not been asked`,
              evidence: 'images: not asked',
            }),
            adjustment,
          };
        }
        if (verdict.status === 'pass')
          return {
            place,
            subject,
            about,
            severity: 'NONE',
            local: `${word(reference)} can be pulled`,
            evidence: `images: ${verdict.reason}`,
          };
        return {
          place,
          subject,
          about,
          ...(verdict.status === 'unknown' ? { severity: 'UNKNOWN' as const } : {}),
          local: `${word(reference)}: ${verdict.reason}`,
          evidence: `images: ${verdict.reason}`,
          adjustment,
        };
      }),
  },
  {
    id: 'image-variable',
    feature: 'images named by a variable',
    looks_for: 'image names and tags in compose with a variable that has no value (no default, not in .env)',
    asks: [],
    severity: 'HIGH',
    because: 'which image that is isn’t in the document: nothing about it was compared',
    adjustment: 'name the image and its tag, or pass the folder with its .env',
    words: /image (tag|variable)|variables?/i,
    proof: { by: 'image' },
    find: (x) =>
      services(x)
        .filter((s) => s.image === undefined && textOf(s.raw.image) !== undefined)
        .map((s): Found => {
          const missing = openVariables(textOf(s.raw.image) ?? '');
          return {
            place: s.at('image'),
            severity: 'UNKNOWN',
            local:
              s.imageName === undefined
                ? `which image it is isn’t known: ${missing} has no value`
                : `it is ${word(s.imageName)}, but which tag isn’t known: ${missing} has no value`,
            evidence: 'the document has no default for it',
            adjustment: `${word(s.name)}: say what ${missing} is`,
          };
        }),
  },
  {
    id: 'docker-hub',
    feature: 'images from Docker Hub',
    looks_for: 'images of docker.io, or without a registry',
    asks: ['images'],
    severity: 'MEDIUM',
    because:
      'anonymous pulls are limited per address, which all nodes may share; and without a registry the name means what the runtime’s search list says',
    adjustment: 'a mirror or pull-through cache; the full name (docker.io/library/…) at least',
    words: /docker ?hub|docker\.io|rate.?limit|registr/i,
    proof: { by: 'image', facts: ['images'] },
    find: (x) =>
      x.images
        .filter((i) => registryOf(i.reference) === 'docker.io')
        .map(({ reference, place }) => ({
          place,
          local: 'Docker Hub limits pulls by address, whoever asks',
          evidence: `${word(reference)} is on docker.io`,
        })),
  },
  {
    id: 'latest-tag',
    feature: 'image tags that move',
    looks_for: 'images with the tag latest, main, stable, edge or none',
    asks: [],
    severity: 'MEDIUM',
    because: 'what was tried is not what is pulled next time, and two nodes may run two versions',
    adjustment: 'a version’s tag, or the digest that was checked',
    words: /\blatest\b|image tags?|digest|pinned/i,
    proof: image,
    find: (x) =>
      x.images
        .filter((i) => /^(latest|main|master|stable|edge|nightly|dev|develop)$/.test(tagOf(i.reference) ?? ''))
        .map(({ reference, place }) => ({
          place,
          local: 'whatever the tag names on the day of the pull is run',
          evidence: `the tag of ${word(reference)} moves`,
        })),
  },
  {
    id: 'image-built-here',
    feature: 'images built from source',
    looks_for: 'compose build, docker build',
    asks: [],
    severity: 'HIGH',
    because:
      'a cluster pulls images, it doesn’t build them from a folder: without a pushed image the Pod doesn’t start',
    adjustment: 'build it and push it to a registry of the cluster (on OpenShift a BuildConfig), then name that image',
    words: /\bbuild/i,
    proof: { by: 'image' },
    find: (x) => [
      ...services(x)
        .filter((s) => s.builds)
        .map(
          (s): Found => ({
            place: s.at('build'),
            ...(s.image === undefined ? {} : { severity: 'MEDIUM' }),
            local:
              s.image === undefined
                ? 'there is no image to pull'
                : 'only the named image is pulled, the folder is not built',
            evidence: 'Pods name images',
          }),
        ),
      ...x.commands
        .filter((c) => /^(docker|podman) (compose )?build\b|^docker-compose build\b/.test(c.text))
        .map(
          (c): Found => ({
            place: c.place,
            severity: 'MEDIUM',
            local: 'what is built on this machine isn’t on the nodes',
            evidence: 'Pods name images',
          }),
        ),
    ],
  },
  {
    id: 'image-on-this-machine',
    feature: 'images that are only on one machine',
    looks_for: 'imagePullPolicy: Never, kind load, minikube image load, localhost images',
    asks: [],
    severity: 'HIGH',
    because: 'the nodes don’t have it and are told not to pull it: ErrImageNeverPull',
    adjustment: 'push the image to a registry that the nodes pull from; imagePullPolicy: IfNotPresent',
    words: /pull.?policy|kind load|local image/i,
    proof: image,
    find: (x) =>
      [
        ...x.pods.flatMap((p) =>
          p.containers.filter((c) => c.raw.imagePullPolicy === 'Never').map((c) => c.at('imagePullPolicy')),
        ),
        ...x.settings
          .filter((s) => /^(imagePullPolicy|pullPolicy)$/.test(s.key) && s.value === 'Never')
          .map((s) => s.place),
        ...x.commands
          .filter((c) => /^(kind load|minikube (image load|cache add|docker-env)|k3d image import)/.test(c.text))
          .map((c) => c.place),
        ...x.images.filter((i) => /^localhost(:\d+)?\//.test(i.reference)).map((i) => i.place),
      ].map((place) => ({
        place,
        local: 'nodes pull from registries; nothing is copied to them',
        evidence: 'images of one machine',
      })),
  },
  {
    id: 'architecture',
    feature: 'processor architecture',
    looks_for: 'compose platform, nodeSelector and affinity on kubernetes.io/arch, prose (amd64 only)',
    asks: ['nodes'],
    severity: 'HIGH',
    because: 'on another architecture the Pod is never scheduled, or its process can’t be executed',
    adjustment: 'an image for this architecture, or nodes of the one the image is for',
    words: /architecture|amd64|arm64|x86|aarch64/i,
    proof: { by: 'workload', facts: ['nodes'] },
    find: (x, facts) => {
      const here = [...new Set(facts.nodes.map((n) => n.architecture))];
      const judge = (asked: string, place: Found['place']): Found => {
        const all = [...new Set(asked.split(',').map((one) => ARCHITECTURES[one.toLowerCase()] ?? one.toLowerCase()))];
        const wanted = all.find((one) => here.includes(one)) ?? all[0] ?? '';
        const evidence = `nodes: ${here.join(', ') || 'none seen'}`;
        const every = here.every((one) => all.includes(one));
        if (here.includes(wanted))
          return {
            place,
            subject: wanted,
            severity: every ? 'NONE' : 'MEDIUM',
            local:
              every && here.length > 1
                ? 'every node is one of those'
                : here.length === 1
                  ? `every node is ${word(wanted)}`
                  : `only some nodes are ${word(wanted)}`,
            evidence,
            adjustment: `nodeSelector: {kubernetes.io/arch: ${word(wanted)}}`,
          };
        const hidden =
          cantSee(facts, 'nodes', 'the nodes’ architecture') ??
          (here.length === 0 ? { severity: 'UNKNOWN' as const, local: 'no node was seen', evidence } : undefined);
        return { place, subject: wanted, ...(hidden ?? { local: `no node is ${word(wanted)}`, evidence }) };
      };
      return [
        ...services(x).flatMap((s) =>
          typeof s.raw.platform === 'string'
            ? [judge(s.raw.platform.split('/')[1] ?? s.raw.platform, s.at('platform'))]
            : [],
        ),
        ...x.pods.flatMap((p) => {
          const selector = p.spec.nodeSelector;
          const arch =
            typeof selector === 'object' && selector !== null && 'kubernetes.io/arch' in selector
              ? textOf(selector['kubernetes.io/arch'])
              : undefined;
          return arch === undefined ? [] : [judge(arch, p.at('nodeSelector', 'kubernetes.io/arch'))];
        }),
        ...x.statements.filter((s) => s.topic === 'architecture').map((s) => judge(s.value, s.place)),
      ];
    },
  },
  {
    id: 'pull-credentials',
    feature: 'registry credentials',
    looks_for: 'docker login, imagePullSecrets in manifests',
    asks: [],
    severity: 'MEDIUM',
    because: 'a login on this machine isn’t the nodes’: without an imagePullSecret private images aren’t pulled',
    adjustment: 'a Secret of type kubernetes.io/dockerconfigjson, in imagePullSecrets of the service account',
    words: /pull.?secret|docker login|registry (credential|auth)/i,
    proof: image,
    find: (x) => [
      ...x.commands
        .filter((c) => /^(docker|podman|helm registry|oc registry) login\b/.test(c.text))
        .map((c) => ({
          place: c.place,
          local: 'the nodes pull with imagePullSecrets',
          evidence: 'a login is of one machine',
        })),
      ...x.pods.flatMap((p) =>
        listOf(p.spec.imagePullSecrets).map(
          (_, i): Found => ({
            place: p.at('imagePullSecrets', i),
            severity: 'LOW',
            local: 'the Secret must be in this namespace',
            evidence: 'imagePullSecrets name Secrets of the Pod’s namespace',
          }),
        ),
      ),
    ],
  },
];

/** `${VERSION}`, `$TAG`: the variables that nothing gives a value. */
const openVariables = (text: string): string =>
  [...new Set([...text.matchAll(/\$\{?([A-Za-z_]\w*)(?!\w|:?-)/g)].map((m) => word(m[1])))].join(', ') ||
  'a part of it';
