import type { KubeObject } from '../../objects/kube-object.ts';
import { at } from '../ref.ts';
import { records } from './pods.ts';

/** Pure: the hosts that an object answers for; `*` where it names none and so takes all. */
export function hostsOf(object: KubeObject): string[] {
  if (object.kind === 'Ingress') {
    const rules = records(at(object, 'spec', 'rules'));
    const named = rules.map((rule) => (typeof rule.host === 'string' && rule.host !== '' ? rule.host : '*'));
    return at(object, 'spec', 'defaultBackend') === undefined ? named : [...named, '*'];
  }
  // A Route without a host is given one of its own.
  if (object.kind === 'Route')
    return [at(object, 'spec', 'host')].filter((h) => typeof h === 'string' && h !== '').map(String);
  if (object.kind === 'HTTPRoute') {
    const hosts = at(object, 'spec', 'hostnames');
    return Array.isArray(hosts) && hosts.length > 0 ? hosts.map(String) : ['*'];
  }
  return [];
}
