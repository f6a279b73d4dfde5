import { word } from '../document.ts';
import { dig, isJson, textOf } from '../extract/yaml.ts';
import { cantSee, type Found, isOpenShift, type Rule } from './rule.ts';

export const ingressRules: readonly Rule[] = [
  {
    id: 'ingress-class-missing',
    feature: 'ingress class',
    looks_for: 'ingressClassName, the kubernetes.io/ingress.class annotation, className in values',
    asks: ['ingressClasses'],
    severity: 'HIGH',
    because: 'no controller serves an Ingress of a class that isn’t there: nothing is reachable',
    adjustment: 'name a class of this cluster, or on OpenShift use a Route',
    words: /ingress/i,
    proof: { by: 'entry', facts: ['ingressClasses'] },
    find: (x, facts) => {
      const named = [
        ...x.manifests
          .filter((m) => m.kind === 'Ingress')
          .flatMap((m) => [
            { name: textOf(dig(m.object, 'spec', 'ingressClassName')), place: m.at('spec', 'ingressClassName') },
            {
              name: textOf(dig(m.object, 'metadata', 'annotations', 'kubernetes.io/ingress.class')),
              place: m.at('metadata', 'annotations', 'kubernetes.io/ingress.class'),
            },
          ]),
        ...x.settings
          .filter(
            (s) =>
              (/^ingress-?class(-?name)?$/i.test(s.key) ||
                (s.key === 'className' && /ingress/i.test(s.path.join('.')))) &&
              typeof s.value === 'string',
          )
          .map((s) => ({ name: textOf(s.value), place: s.place })),
      ];
      const brought = new Set(x.manifests.filter((m) => m.kind === 'IngressClass').map((m) => m.name));
      return named.flatMap(({ name, place }): Found[] => {
        if (name === undefined || name === '' || brought.has(name)) return [];
        const evidence = `ingressClasses: ${facts.ingressClasses.join(', ') || 'none'}`;
        if (facts.ingressClasses.includes(name))
          return [{ place, subject: name, severity: 'NONE', local: `IngressClass ${word(name)} is there`, evidence }];
        const hidden = cantSee(facts, 'ingressClasses', `whether IngressClass ${word(name)} exists`);
        return [
          {
            place,
            subject: name,
            about: { name },
            ...(hidden ?? { local: `there is no IngressClass ${word(name)}`, evidence }),
            adjustment:
              isOpenShift(facts) === true
                ? `a Route, or ingressClassName: ${facts.ingressClasses[0] ?? 'openshift-default'}`
                : `${word(name)} → ${facts.ingressClasses[0] ?? 'a class the cluster’s operator adds'}`,
          },
        ];
      });
    },
  },
  {
    id: 'ingress-without-controller',
    feature: 'ingress controller',
    looks_for: 'Ingress objects without a class, in a cluster without any IngressClass',
    asks: ['ingressClasses'],
    severity: 'HIGH',
    because: 'without a controller an Ingress is stored and nothing happens',
    adjustment: 'a Route on OpenShift, a Gateway where there is one, or have an ingress controller installed',
    words: /ingress/i,
    proof: { by: 'entry', facts: ['ingressClasses'] },
    find: (x, facts) =>
      x.manifests
        .filter(
          (m) =>
            m.kind === 'Ingress' &&
            dig(m.object, 'spec', 'ingressClassName') === undefined &&
            dig(m.object, 'metadata', 'annotations', 'kubernetes.io/ingress.class') === undefined,
        )
        .flatMap((m): Found[] => {
          const place = m.at('kind');
          const evidence = `ingressClasses: ${facts.ingressClasses.join(', ') || 'none'}`;
          if (x.manifests.some((one) => one.kind === 'IngressClass')) return [];
          if (facts.ingressClasses.length > 0)
            return [
              {
                place,
                severity: 'LOW',
                local: 'an Ingress without a class is served only if one of them is the default',
                evidence,
                adjustment: `ingressClassName: ${facts.ingressClasses[0]}`,
              },
            ];
          return [
            {
              place,
              ...(cantSee(facts, 'ingressClasses', 'whether there is an IngressClass') ?? {
                local: 'there is no IngressClass',
                evidence,
              }),
            },
          ];
        }),
  },
  {
    id: 'ingress-annotations',
    feature: 'ingress annotations of one controller',
    looks_for: 'nginx.ingress.kubernetes.io, alb.ingress.kubernetes.io, traefik annotations',
    asks: ['ingressClasses', 'openshift'],
    severity: 'MEDIUM',
    because: 'another controller ignores them: body sizes, time-outs, rewrites and affinity are then its defaults',
    adjustment:
      'the annotations of this cluster’s controller (on OpenShift haproxy.router.openshift.io/timeout and the like)',
    words: /annotation|ingress/i,
    proof: { by: 'entry' },
    find: (x, facts) =>
      x.manifests
        .filter((m) => m.kind === 'Ingress')
        .flatMap((m) => {
          const annotations = dig(m.object, 'metadata', 'annotations');
          return Object.keys(isJson(annotations) ? annotations : {}).flatMap((key): Found[] => {
            const controller = /^(nginx|alb|traefik|haproxy)\.?/.exec(key)?.[1];
            if (
              controller === undefined ||
              !key.includes('/') ||
              facts.ingressClasses.some((c) => c.includes(controller))
            )
              return [];
            return [
              {
                place: m.at('metadata', 'annotations', key),
                ...(cantSee(facts, 'ingressClasses', 'which ingress controller is here') ?? {
                  local: `no class here is ${controller}’s`,
                  evidence: `ingressClasses: ${facts.ingressClasses.join(', ') || 'none'}`,
                }),
                severity: 'MEDIUM',
              },
            ];
          });
        }),
  },
];
