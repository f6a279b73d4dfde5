import { type Divergence, slug } from './divergence.ts';
import { type Place, quoted } from './document.ts';
import { type ClusterFacts, unseen } from './facts.ts';
import type { Severity } from './rules/rule.ts';
import { atLeast, says } from './rules/version.ts';

type Told = { text: string; severity: Severity; evidence: string };

/** A version as it is claimed: `4.14`, `>= 1.27`, `1.27+`. */
type Bound = { readonly how: string | undefined; readonly version: string | undefined; readonly orLater: boolean };

const VERSION = String.raw`(?: ?(?:version )?(>=|=>|≥|>|<=|≤|<|at least|newer than|older than)? ?v?(\d{1,4}(?:\.\d{1,4}){0,3})( ?\+| (?:or|and) (?:later|newer|higher|above|up))?)?`;
const OPENSHIFT = new RegExp(String.raw`\b(?:openshift(?: container platform)?|ocp|okd)\b${VERSION}`, 'i');
const KUBERNETES = new RegExp(String.raw`\b(?:kubernetes|k8s)\b${VERSION}`, 'i');
const FLAVOUR = new RegExp(String.raw`\b(k3s|rke2|eks|gke|aks|minikube|kind|microk8s|rancher|tanzu)\b${VERSION}`, 'i');

const bound = ([, how, version, later]: RegExpExecArray): Bound => ({ how, version, orLater: later !== undefined });

const COUNTS: Readonly<Record<string, number>> = { single: 1, one: 1, two: 2, three: 3, four: 4, five: 5 };
const countOf = (text: string): number => COUNTS[text.toLowerCase()] ?? Number(text);

/** "OpenShift 4.14 on arm64": every part is checked against the cluster; a wrong claim is itself a HIGH divergence. */
export function checkClaim(written: string, facts: ClusterFacts): Divergence[] {
  const claim = written.replace(/\s+/g, ' ').slice(0, 500);
  const told: [string, Told][] = [];
  const notOpenShift = /\b(?:not|no|isn[’']t|without|other than) (?:an? |on )?(?:openshift|ocp|okd)\b/i.test(claim);
  const openshift = notOpenShift ? null : OPENSHIFT.exec(claim);
  const kubernetes = KUBERNETES.exec(claim);
  const architecture = /\b(amd64|x86[_-]64|arm64|aarch64|s390x|ppc64le)\b/i.exec(claim)?.[1]?.toLowerCase();
  const nodes = /\b(\d+|single|one|two|three|four|five)[ -]?(worker |compute )?[ -]?nodes?\b/i.exec(claim);
  const flavour = FLAVOUR.exec(claim);
  const storage = /\b(no |without an? |without )?default storage ?class/i.exec(claim);

  if (notOpenShift) told.push(['openshift', notOpenShiftClaim(facts)]);
  if (openshift !== null) told.push(['openshift', openShiftClaim(bound(openshift), facts)]);
  if (kubernetes !== null)
    told.push(['kubernetes', kubernetesClaim(bound(kubernetes), openshift !== null, claim, facts)]);
  if (architecture !== undefined) told.push(['architecture', architectureClaim(architecture, facts)]);
  if (nodes !== null) told.push(['nodes', nodesClaim(countOf(nodes[1] ?? ''), nodes[2] !== undefined, facts)]);
  if (flavour !== null) told.push(['flavour', flavourClaim((flavour[1] ?? '').toLowerCase(), facts)]);
  if (flavour?.[3] !== undefined && kubernetes === null)
    told.push([
      'kubernetes',
      kubernetesClaim({ how: flavour[2], version: flavour[3], orLater: flavour[4] !== undefined }, true, claim, facts),
    ]);
  if (storage !== null) told.push(['storage-class', storageClaim(storage[1] === undefined, facts)]);
  if (told.length === 0)
    told.push([
      'claim',
      {
        text: 'it names nothing that can be checked: a product with its version, an architecture, a number of nodes',
        severity: 'UNKNOWN',
        evidence: 'nothing asked',
      },
    ]);

  return told.map(([part, { text, severity, evidence }]) => ({
    id: `local-environment/${slug(part)}`,
    feature: `local environment: ${part}`,
    upstream: { text: quoted(claim), places: [said(claim)], subjects: [] },
    local: { text, evidence },
    divergence: severity,
    rule: 'local-environment',
    adjustments: [],
    adjustment:
      severity === 'HIGH'
        ? 'compare with what the cluster is; what was concluded from the claim has to be looked at again'
        : severity === 'UNKNOWN'
          ? 'say what this cluster is as "OpenShift 4.14" or "Kubernetes 1.30", or see to it that it can be read'
          : 'none',
  }));
}

const said = (claim: string): Place => ({ part: 'local_environment', heading: '', line: 1, quote: quoted(claim) });

function notOpenShiftClaim(facts: ClusterFacts): Told {
  if (facts.openshift !== undefined)
    return {
      text: `this is OpenShift ${facts.openshift.version}`,
      severity: 'HIGH',
      evidence: `OpenShift ${facts.openshift.version}`,
    };
  const why = unseen(facts, 'openshift');
  return why === undefined
    ? { text: 'this is not OpenShift', severity: 'NONE', evidence: 'openshift: not there' }
    : { text: 'whether this is OpenShift could not be seen', severity: 'UNKNOWN', evidence: `openshift: ${why}` };
}

function storageClaim(there: boolean, facts: ClusterFacts): Told {
  const why = unseen(facts, 'storageClasses');
  if (why !== undefined)
    return { text: 'the StorageClasses could not be seen', severity: 'UNKNOWN', evidence: `storageClasses: ${why}` };
  const standard = facts.storageClasses.find((c) => c.default);
  const evidence = `storageClasses: ${facts.storageClasses.map((c) => c.name).join(', ') || 'none'}`;
  const text =
    standard === undefined ? 'no StorageClass is the default' : `${standard.name} is the default StorageClass`;
  return { text, severity: (standard !== undefined) === there ? 'NONE' : 'HIGH', evidence };
}

function openShiftClaim(version: Bound, facts: ClusterFacts): Told {
  const actual = facts.openshift?.version;
  if (actual === undefined) {
    const why = unseen(facts, 'openshift');
    return why === undefined
      ? { text: 'this is not OpenShift', severity: 'HIGH', evidence: 'openshift: not there' }
      : { text: 'whether this is OpenShift could not be seen', severity: 'UNKNOWN', evidence: `openshift: ${why}` };
  }
  return compared('OpenShift', version, actual);
}

function kubernetesClaim(version: Bound, both: boolean, claim: string, facts: ClusterFacts): Told {
  const actual = facts.kubernetes?.version;
  if (actual === undefined)
    return {
      text: 'the Kubernetes version could not be seen',
      severity: 'UNKNOWN',
      evidence: `kubernetes: ${unseen(facts, 'kubernetes') ?? 'not seen'}`,
    };
  if (!both && facts.openshift !== undefined && /\b(vanilla|plain|upstream)\b/i.test(claim))
    return {
      text: `this is OpenShift ${facts.openshift.version}, not plain Kubernetes`,
      severity: 'HIGH',
      evidence: `OpenShift ${facts.openshift.version}`,
    };
  const told = compared('Kubernetes', version, actual);
  if (told.severity === 'NONE' && !both && facts.openshift !== undefined)
    return {
      ...told,
      text: `${told.text}; it is OpenShift ${facts.openshift.version}, which the claim leaves out`,
      severity: 'MEDIUM',
    };
  return told;
}

function compared(product: string, { how = '', version, orLater }: Bound, actual: string): Told {
  const right = version === undefined || fits(how.toLowerCase(), version, orLater, actual);
  const said = `${how === '' ? '' : `${how} `}${version}${orLater ? ' or later' : ''}`;
  return {
    text: right ? `it is ${product} ${actual}` : `it is ${product} ${actual}, not ${said}`,
    severity: right ? 'NONE' : 'HIGH',
    evidence: `${product} ${actual}`,
  };
}

/** `1.27` names every 1.27.x; with a comparison it is the lowest or the highest that will do. */
function fits(how: string, version: string, orLater: boolean, actual: string): boolean {
  if (orLater || /^(>=|=>|≥|at least)$/.test(how)) return atLeast(actual, version);
  if (/^(>|newer than)$/.test(how)) return atLeast(actual, version) && !says(version, actual);
  if (/^(<=|≤)$/.test(how)) return !atLeast(actual, version) || says(version, actual);
  if (/^(<|older than)$/.test(how)) return !atLeast(actual, version);
  return says(version, actual);
}

function architectureClaim(claimed: string, facts: ClusterFacts): Told {
  const wanted = claimed.startsWith('x86') ? 'amd64' : claimed === 'aarch64' ? 'arm64' : claimed;
  const here = [...new Set(facts.nodes.map((n) => n.architecture))];
  const evidence = `nodes: ${here.join(', ') || (unseen(facts, 'nodes') ?? 'none seen')}`;
  if (here.length === 0) return { text: 'the nodes’ architecture could not be seen', severity: 'UNKNOWN', evidence };
  if (!here.includes(wanted)) return { text: `no node is ${wanted}`, severity: 'HIGH', evidence };
  return here.length === 1
    ? { text: `every node is ${wanted}`, severity: 'NONE', evidence }
    : { text: `only some nodes are ${wanted}`, severity: 'MEDIUM', evidence };
}

function nodesClaim(claimed: number, workers: boolean, facts: ClusterFacts): Told {
  const why = unseen(facts, 'nodes');
  if (why !== undefined)
    return { text: 'how many nodes there are could not be seen', severity: 'UNKNOWN', evidence: `nodes: ${why}` };
  const evidence = `nodes: ${facts.nodes.length}`;
  if (workers && facts.nodes.length >= claimed)
    return {
      text: `there are ${facts.nodes.length} nodes; which of them are workers is not among the facts`,
      severity: 'UNKNOWN',
      evidence,
    };
  if (facts.nodes.length === claimed) return { text: `there are ${claimed} nodes`, severity: 'NONE', evidence };
  return {
    text: `there are ${facts.nodes.length} nodes, not ${claimed}`,
    severity: facts.nodes.length < claimed ? 'HIGH' : 'LOW',
    evidence,
  };
}

function flavourClaim(flavour: string, facts: ClusterFacts): Told {
  const version = facts.kubernetes?.version;
  if (version?.toLowerCase().includes(flavour) === true)
    return { text: `its version says ${flavour}`, severity: 'NONE', evidence: `Kubernetes ${version}` };
  if (facts.openshift !== undefined)
    return {
      text: `this is OpenShift ${facts.openshift.version}`,
      severity: 'HIGH',
      evidence: `OpenShift ${facts.openshift.version}`,
    };
  const other = /[+-](k3s|rke2|eks|gke|vmware)/i.exec(version ?? '')?.[1];
  if (other !== undefined)
    return { text: `its version says ${other}`, severity: 'HIGH', evidence: `Kubernetes ${version}` };
  return {
    text: `nothing in the cluster’s facts shows ${flavour}`,
    severity: 'UNKNOWN',
    evidence: `Kubernetes ${version ?? 'not seen'}`,
  };
}
