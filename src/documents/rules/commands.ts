import { cantSee, type Rule } from './rule.ts';

export const commandRules: readonly Rule[] = [
  {
    id: 'client-tools',
    feature: 'tools on the machine that deploys',
    looks_for: 'required Helm and Docker versions, commands of helm, kustomize, istioctl …',
    asks: [],
    severity: 'LOW',
    because: 'it concerns the machine that deploys, not the cluster',
    adjustment: 'have the tool in that version where the plan’s commands run',
    words: /\bhelm\b|kustomize|\bCLI\b|\btools?\b/i,
    proof: {
      by: 'item',
      kinds: ['configuration'],
      facts: ['kubernetes'],
      why: 'a tool of the machine that deploys is in no manifest',
    },
    find: (x) =>
      x.versions
        .filter((v) => v.product === 'Helm' || v.product === 'Docker' || v.product === 'Docker Compose')
        .map((v) => ({
          place: v.place,
          subject: v.product,
          local: `${v.product} is a program of the machine that deploys`,
          evidence: 'not a fact of the cluster',
        })),
  },
  {
    id: 'openshift-commands',
    feature: 'OpenShift commands',
    looks_for: 'oc new-app, oc new-project, oc adm, oc process',
    asks: ['openshift'],
    severity: 'MEDIUM',
    because: 'elsewhere than on OpenShift there are no projects, templates and builds',
    adjustment: 'kubectl with plain objects (Namespace, Deployment)',
    words: /\boc\b|openshift/i,
    proof: { by: 'objects' },
    find: (x, facts) => {
      if (facts.openshift !== undefined) return [];
      const hidden = cantSee(facts, 'openshift', 'whether this is OpenShift');
      return x.commands
        .filter((c) => /^oc (new-app|new-project|new-build|adm|process|start-build|expose)\b/.test(c.text))
        .map((c) => ({
          place: c.place,
          ...(hidden ?? { local: 'this is not OpenShift', evidence: 'openshift: not there' }),
        }));
    },
  },
  {
    id: 'local-cluster-commands',
    feature: 'a cluster on the author’s machine',
    looks_for: 'minikube, kind, k3d, microk8s commands',
    asks: [],
    severity: 'MEDIUM',
    because: 'add-ons, tunnels and node access of a local cluster aren’t there',
    adjustment: 'what the add-on was for, from this cluster (ingress class, StorageClass, registry)',
    words: /minikube|\bkind\b|k3d|k3s|microk8s|local cluster/i,
    proof: { by: 'objects' },
    find: (x) =>
      x.commands
        .filter(
          (c) =>
            /^(minikube|kind|k3d|microk8s)$/.test(c.program) &&
            !/image load|load docker-image|image import|cache add/.test(c.text),
        )
        .map((c) => ({
          place: c.place,
          local: 'this cluster wasn’t made by that tool',
          evidence: `a command of ${c.program}`,
        })),
  },
  {
    id: 'cloud-commands',
    feature: 'commands of one cloud',
    looks_for: 'aws, eksctl, gcloud, az, doctl, ibmcloud',
    asks: [],
    severity: 'MEDIUM',
    because: 'what they make (clusters, disks, addresses, roles) isn’t made here',
    adjustment: 'the same from this cluster’s platform, or leave the step out',
    words: /cloud|\baws\b|azure|\bgcp\b|\beks\b|\bgke\b|\baks\b/i,
    proof: { by: 'objects' },
    find: (x) =>
      x.commands
        .filter((c) => /^(aws|eksctl|gcloud|az|doctl|ibmcloud)$/.test(c.program))
        .map((c) => ({
          place: c.place,
          local: 'what it makes is that cloud’s',
          evidence: `a command of ${c.program}`,
        })),
  },
  {
    id: 'node-commands',
    feature: 'commands on the nodes',
    looks_for: 'systemctl, modprobe, mkdir and chown for host folders, apt and yum on nodes',
    asks: [],
    severity: 'MEDIUM',
    because: 'who deploys into a namespace has no shell on the nodes, and many nodes are immutable',
    adjustment: 'let a volume, an init container or the cluster’s operator do it',
    words: /\bnodes?\b|systemctl|modprobe|\bssh\b/i,
    proof: { by: 'objects' },
    find: (x) =>
      x.commands
        .filter(
          (c) =>
            /^(systemctl|modprobe|snap|certbot)$/.test(c.program) ||
            /^(mkdir|chown|chmod)\b.*\s\/(mnt|data|opt|srv|var)\b/.test(c.text),
        )
        .map((c) => ({
          place: c.place,
          local: 'there is no shell on the nodes',
          evidence: `a command of ${c.program}`,
        })),
  },
];
