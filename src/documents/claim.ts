import { type Divergence, slug } from './divergence.ts';
import { type Place, quoted } from './document.ts';
import { type ClusterFacts, unseen } from './facts.ts';
import type { Severity } from './rules/rule.ts';
import { says } from './rules/version.ts';

type Told = { text: string; severity: Severity; evidence: string };

/** "OpenShift 4.14 on arm64": every part is checked against the cluster; a wrong claim is itself a HIGH divergence. */
export function checkClaim(claim: string, facts: ClusterFacts): Divergence[] {
  const told: [string, Told][] = [];
  const openshift = /\b(?:openshift(?: container platform)?|ocp|okd)\b(?:\s*(?:version\s*)?v?(\d+(?:\.\d+)*))?/i.exec(
    claim,
  );
  const kubernetes = /\b(?:kubernetes|k8s)\b(?:\s*(?:version\s*)?v?(\d+(?:\.\d+)*))?/i.exec(claim);
  const architecture = /\b(amd64|x86[_-]64|arm64|aarch64|s390x|ppc64le)\b/i.exec(claim)?.[1]?.toLowerCase();
  const nodes = /\b(\d+)[ -]?nodes?\b/i.exec(claim)?.[1];
  const flavour = /\b(k3s|rke2|eks|gke|aks|minikube|kind|microk8s|rancher|tanzu)\b/i.exec(claim)?.[1];

  if (openshift !== null) told.push(['openshift', openShiftClaim(openshift[1], facts)]);
  if (kubernetes !== null) told.push(['kubernetes', kubernetesClaim(kubernetes[1], openshift !== null, claim, facts)]);
  if (architecture !== undefined) told.push(['architecture', architectureClaim(architecture, facts)]);
  if (nodes !== undefined) told.push(['nodes', nodesClaim(Number(nodes), facts)]);
  if (flavour !== undefined) told.push(['flavour', flavourClaim(flavour.toLowerCase(), facts)]);
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

function openShiftClaim(version: string | undefined, facts: ClusterFacts): Told {
  const actual = facts.openshift?.version;
  if (actual === undefined) {
    const why = unseen(facts, 'openshift');
    return why === undefined
      ? { text: 'this is not OpenShift', severity: 'HIGH', evidence: 'openshift: not there' }
      : { text: 'whether this is OpenShift could not be seen', severity: 'UNKNOWN', evidence: `openshift: ${why}` };
  }
  return compared('OpenShift', version, actual);
}

function kubernetesClaim(version: string | undefined, both: boolean, claim: string, facts: ClusterFacts): Told {
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

function compared(product: string, claimed: string | undefined, actual: string): Told {
  const right = claimed === undefined || says(claimed, actual);
  return {
    text: right ? `it is ${product} ${actual}` : `it is ${product} ${actual}, not ${claimed}`,
    severity: right ? 'NONE' : 'HIGH',
    evidence: `${product} ${actual}`,
  };
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

function nodesClaim(claimed: number, facts: ClusterFacts): Told {
  const why = unseen(facts, 'nodes');
  if (why !== undefined)
    return { text: 'how many nodes there are could not be seen', severity: 'UNKNOWN', evidence: `nodes: ${why}` };
  const evidence = `nodes: ${facts.nodes.length}`;
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
