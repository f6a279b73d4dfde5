import { word } from '../document.ts';
import type { Extracted } from '../extract/index.ts';
import { dig, isJson, listOf, textOf } from '../extract/yaml.ts';
import { started } from './root-needs.ts';
import { type Found, type Rule, services } from './rule.ts';

/** A Service's name is a label of DNS (RFC 1035). */
const LABEL = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

const label = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+|(?<!-)-+$/g, '') || 'a-name';

/** Every variable that a container is given, with its value. */
const variables = (x: Extracted) => [
  ...services(x).flatMap((s) => s.environment.map((e) => ({ ...e, owner: s.name }))),
  ...x.pods.flatMap((p) =>
    p.containers.flatMap((c) =>
      listOf(c.raw.env).map((e, i) => ({
        name: textOf(dig(e, 'name')) ?? '',
        value: textOf(dig(e, 'value')) ?? '',
        place: c.at('env', i),
        owner: p.owner.name,
      })),
    ),
  ),
];

const RESOLVER = /\b127\.0\.0\.11\b/;

export const nameRules: readonly Rule[] = [
  {
    id: 'name-not-a-label',
    feature: 'names that no Service can have',
    looks_for: 'services and network aliases with underscores, capitals or dots in their names',
    asks: [],
    severity: 'HIGH',
    because: 'the API server refuses a Service of that name; clients that use that name can’t resolve it',
    adjustment: 'a name of small letters, digits and hyphens, in the Service and wherever it is called',
    words: /service names?|\bDNS label|underscore/i,
    proof: { by: 'service' },
    find: (x) => {
      const composed = x.composes.flatMap((c) => c.services);
      const odd = new Set(composed.map((s) => s.name).filter((name) => !LABEL.test(name)));
      const calls = new Map<string, Set<string>>();
      const texts = [
        ...variables(x).map((v) => ({ text: v.value, who: v.owner })),
        ...started(x).map((s) => ({ text: s.text, who: s.owner })),
      ];
      for (const { text, who } of odd.size === 0 ? [] : texts)
        for (const one of text.split(/[^\w.-]+/))
          if (odd.has(one)) calls.set(one, (calls.get(one) ?? new Set()).add(word(who)));
      const found = (name: string, place: Found['place']): Found => {
        const who = [...(calls.get(name) ?? [])].slice(0, 5);
        return {
          place,
          subject: name,
          about: { name: label(name) },
          local: `no Service can be called ${word(name)}`,
          evidence: 'names of Services are labels of RFC 1035',
          adjustment: `${word(name)} → ${label(name)}${who.length === 0 ? '' : `, also where it is called: ${who.join(', ')}`}`,
        };
      };
      return [
        ...composed.filter((s) => !LABEL.test(s.name)).map((s) => found(s.name, s.at())),
        ...composed.flatMap((s) =>
          Object.entries(isJson(s.raw.networks) ? s.raw.networks : {}).flatMap(([network, n]) =>
            listOf(dig(n, 'aliases')).flatMap((alias, i) =>
              LABEL.test(String(alias)) || String(alias).includes('.')
                ? []
                : [found(String(alias), s.at('networks', network, 'aliases', i))],
            ),
          ),
        ),
        ...x.manifests
          .filter((m) => m.kind === 'Service' && m.apiVersion === 'v1' && m.name !== '' && !LABEL.test(m.name))
          .filter((m) => /^[\w.-]+$/.test(m.name))
          .map((m) => found(m.name, m.at('metadata', 'name'))),
      ];
    },
  },
  {
    id: 'service-links',
    feature: 'variables that Services bring',
    looks_for: 'variables NAME_PORT, NAME_HOST and NAME_SERVICE_… where NAME is a service of the document',
    asks: [],
    severity: 'MEDIUM',
    because:
      'every container gets NAME_PORT=tcp://address:port for each Service of the namespace: a program that reads it as a number exits',
    adjustment: 'enableServiceLinks: false in the Pods, or another name for the Service',
    words: /service links?|enableServiceLinks|_PORT\b/i,
    proof: { by: 'workload' },
    find: (x) => {
      const composed = x.composes.flatMap((c) => c.services);
      const kube = x.manifests.filter((m) => m.kind === 'Service').map((m) => m.name);
      const names = new Set([...composed.map((s) => s.name), ...kube].filter((name) => name !== ''));
      const links = new Map(
        [...names].flatMap((name) => {
          const upper = label(name).toUpperCase().replaceAll('-', '_');
          return [`${upper}_PORT`, `${upper}_SERVICE_HOST`, `${upper}_SERVICE_PORT`].map((v) => [v, name] as const);
        }),
      );
      const disabled = new Set(x.pods.filter((p) => p.spec.enableServiceLinks === false).map((p) => p.owner.name));
      const named = (value: string) => [...value.matchAll(/\$\{?([A-Z][A-Z0-9_]*_PORT)\b/g)].map((m) => m[1] ?? '');
      return variables(x).flatMap(({ name, value, place, owner }): Found[] => {
        if (disabled.has(owner)) return [];
        const variable = [name, ...named(value)].find((one) => links.has(one));
        if (variable === undefined) return [];
        const service = links.get(variable) ?? '';
        return [
          {
            place,
            subject: variable,
            local: `a Service ${word(label(service))} sets ${variable}=tcp://… in every container that doesn’t set it itself`,
            evidence: 'enableServiceLinks is true by default',
            adjustment: `enableServiceLinks: false in every Pod that reads ${variable}`,
          },
        ];
      });
    },
  },
  {
    id: 'docker-resolver',
    feature: 'Docker’s own resolver',
    looks_for: '127.0.0.11 in commands, variables, inline configuration and ConfigMaps',
    asks: [],
    severity: 'HIGH',
    because:
      'nothing answers at that address in a Pod: the proxy resolves no upstream and answers 502, or doesn’t start',
    adjustment:
      'the cluster’s DNS: kube-dns.kube-system.svc.cluster.local (dns-default.openshift-dns.svc on OpenShift), with full names of Services',
    words: /resolver|127\.0\.0\.11/i,
    proof: { by: 'objects' },
    find: (x) => {
      const at = (place: Found['place']): Found => ({
        place,
        local: 'there is no resolver at 127.0.0.11 in a Pod',
        evidence: 'cluster DNS has the address of its Service',
      });
      const lines = x.linesWhere((line) => RESOLVER.test(line));
      const known = variables(x).filter((v) => RESOLVER.test(v.value));
      return [
        ...known.map((v) => at(v.place)),
        ...lines.filter((l) => !known.some((v) => v.place.line === l.line)).map(at),
      ];
    },
  },
  {
    id: 'shared-network-namespace',
    feature: 'one network for two containers',
    looks_for: 'network_mode, pid or ipc of another service or container',
    asks: [],
    severity: 'MEDIUM',
    because: 'two Pods share no network and no processes: they don’t reach each other on localhost',
    adjustment: 'one Pod with both containers (shareProcessNamespace: true for processes)',
    words: /network_mode|sidecar|shared network|localhost/i,
    proof: { by: 'workload' },
    find: (x) =>
      services(x).flatMap((s) =>
        ['network_mode', 'pid', 'ipc'].flatMap((field): Found[] => {
          const other = /^(?:service|container):(.+)$/.exec(textOf(s.raw[field]) ?? '')?.[1];
          return other === undefined
            ? []
            : [
                {
                  place: s.at(field),
                  local: 'only containers of one Pod share their network',
                  evidence: `${field} of another service`,
                  adjustment: `${word(s.name)} and ${word(other)}: two containers of one Pod`,
                },
              ];
        }),
      ),
  },
];
