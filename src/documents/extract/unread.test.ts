import { describe, expect, it } from 'vitest';
import { kindOf } from '../kind.ts';
import { extract } from './index.ts';

const partOf = (name: string, text: string) => ({ name, kind: kindOf(name, text), text });
const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n';

/** File, text, the line and the words of what is not compared, and whether anything else of it was understood. */
const NOT_COMPARED: readonly (readonly [string, string, number, RegExp, boolean])[] = [
  ['compose.yml', 'services:\n', 1, /no service/, false],
  ['compose.yml', 'services: {}\n', 1, /no service/, false],
  ['compose.yml', 'services: []\n', 1, /no service/, false],
  ['compose.yml', 'name: x\nservices:\n  a: {}\n', 2, /no service/, false],
  ['compose.yml', 'name: x\nservices:\n  a:\n', 2, /no service/, false],
  ['compose.yml', 'version: "3"\n', 1, /without services/, false],
  ['compose.yml', 'volumes:\n  data:\n', 1, /without services/, false],
  ['compose.yml', 'Services:\n  a: {image: a:1}\n', 1, /small letters/, true],
  ['compose.yml', 'services:\n  a: {image: a:1}\n  a: {image: b:1}\n', 3, /a stands twice/, true],
  ['compose.yml', 'services:\n  a:\n    image: a:1\n    environment: {A: 1, A: 2}\n', 4, /A stands twice/, true],
  ['compose.yml', 'services:\n  1: {image: a:1}\n  "1": {image: b:1}\n', 3, /1 stands twice/, true],
  ['compose.yml', 'services:\n  ? [a]\n  : {image: a:1}\n  b: {image: b:1}\n', 2, /a key that is a list/, true],
  ['compose.yml', 'services:\n  a: {image: a:1}\n  b:\n', 3, /b has no fields/, true],
  ['compose.yml', 'services:\n  a: {image: a:1}\n  b: redis:7\n', 3, /b has no fields/, true],
  ['compose.yml', 'services:\n  a: {image: a:1}\n  b:\n    ports: ["80:80"]\n', 3, /b has neither an image/, true],
  ['compose.yml', 'services:\n  a:\n    image: a:1\n    ports: "53:53/udp"\n', 4, /ports is a text/, true],
  ['compose.yml', 'services:\n  a:\n    image: a:1\n    volumes: {a: /b}\n', 4, /volumes is a mapping/, true],
  ['compose.yml', 'services:\n  a:\n    image: a:1\n    environment: A=b\n', 4, /environment is a text/, true],
  ['compose.yml', 'services:\n  a:\n    image: a:1\n    ports:\n      - 80:80\n      - "$P"\n', 6, /which port/, true],
  ['compose.yml', 'services:\n  a:\n    image: a:1\n    ports:\n      - {published: 53}\n', 5, /which port/, true],
  ['compose.yml', 'services:\n  a:\n    image: a:1\n    volumes: [[a, b]]\n', 4, /no mount/, true],
  ['compose.yml', 'services:\n  a:\n    image: a:1\n    extends: {service: b}\n', 4, /extends the service b/, true],
  [
    'compose.yml',
    'x-a: &a\n  image: a:1\nservices:\n  a:\n    <<: *a\n  b:\n    <<: text\n',
    7,
    /what << merges/,
    true,
  ],
  ['compose.yml', 'services:\n  a: {image: a:1}\n  b:\n    <<: *none\n', 4, /\*none has no anchor/, false],
  ['compose.yml', 'services:\n\ta: {image: a:1}\n', 2, /not YAML/, false],
  ['compose.yml', 'services:\n  a:\n    image: a:1\n    command: "b', 4, /not YAML/, true],
  ['a.yaml', 'kind: Deployment\n', 1, /only one of apiVersion and kind/, false],
  ['a.yaml', 'apiVersion: apps/v1\nmetadata: {name: a}\n', 1, /only one of apiVersion and kind/, false],
  ['a.yaml', 'apiVersion: 1\nkind: Pod\n', 1, /is no text/, false],
  ['a.yaml', 'apiVersion: apps/v1\nkind: Deployment\n', 1, /no Pod in it/, false],
  ['a.yaml', POD, 4, /names no container/, false],
  ['a.yaml', `${POD}    name: x\n    image: a:1\n`, 5, /containers is no list/, false],
  ['a.yaml', `${POD}  - {name: x, image: a:1}\n  - busybox:1\n`, 7, /no container/, true],
  ['a.yaml', `${POD}  - {name: x, image: a:1, image: b:1}\n`, 6, /image stands twice/, true],
  ['a.yaml', 'apiVersion: v1\nkind: List\nitems: []\n', 3, /without any object/, false],
  [
    'a.yaml',
    'apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n- apiVersion: v1\n  kind: Pod\n  spec: {containers: [{image: a:1}]}\n',
    4,
    /this entry of the list/,
    true,
  ],
  ['a.yaml', `${POD}  - {name: x, image: a:1}\n---\nkind: Pod\n spec: {}\n`, 8, /not YAML/, true],
  ['a.yaml', `${POD}  - {name: x, image: a:1}\n---\njust text\n`, 7, /a text or a number/, true],
  [
    'a.json',
    '{"apiVersion":"v1","kind":"Pod","spec":{"hostPID":true,"hostPID":false,"containers":[{"image":"a:1"}]}}',
    1,
    /hostPID stands twice/,
    true,
  ],
  ['a.yaml', `${POD}  - {name: x, image: a:1, env: {A: b}}\n`, 6, /env is no list/, true],
  [
    'a.yaml',
    `${POD}  - {name: x, image: a:1, securityContext: [privileged]}\n`,
    6,
    /securityContext is no mapping/,
    true,
  ],
  ['a.yaml', `${POD}  - {name: x}\n`, 6, /names no image/, false],
  ['a.yaml', 'apiVersion: v1\nkind: pod\nspec: {hostNetwork: true}\n', 2, /capital letter/, false],
  ['a.yaml', 'apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- kind: Pod\n', 4, /this entry/, false],
  ['compose.yml', 'services:\n  a:\n    extends: {service: a}\n', 3, /extends itself/, true],
  ['a.md', '# A\n\n```hcl\nresource "kubernetes_pod" "a" {}\n```\n', 4, /Terraform/, false],
  ['guide.pdf', 'text', 1, /PDF/, false],
  ['values.yaml', 'image:\n  tag: a\nimage:\n  repository: b\n', 3, /image stands twice/, true],
  ['a.yaml', '- a\n- b\n', 1, /nothing in it/, false],
  ['a.yaml', '# a comment\n---\n', 1, /nothing in it/, false],
  ['config.yaml', 'name: x\nstuff: 1\n', 1, /nothing in it is what charts/, false],
  ['site.yml', '- hosts: all\n  tasks:\n  - shell: docker run a:1\n', 1, /Ansible/, false],
  ['tasks.yml', '- name: web\n  community.docker.docker_container: {name: web}\n', 2, /Ansible/, false],
  ['helmfile.yaml', 'releases:\n- name: a\n  chart: b/a\n', 1, /helmfile/, false],
  ['skaffold.yaml', 'apiVersion: skaffold/v4beta6\nkind: Config\n', 2, /skaffold render/, false],
  ['app.yaml', 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n', 2, /Argo CD/, false],
  [
    'hr.yaml',
    'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\n',
    2,
    /helm template/,
    false,
  ],
  ['kustomization.yaml', 'resources: [a.yaml]\n', 1, /takes in a.yaml, which isn’t here/, false],
  ['kustomization.yaml', 'namePrefix: x-\nresources: []\n', 1, /namePrefix changes/, false],
  ['stack.yml', 'AWSTemplateFormatVersion: "2010-09-09"\n', 1, /CloudFormation/, false],
  ['task.json', '{"containerDefinitions": [{"image": "a:1"}]}', 1, /ECS/, true],
  ['ci.yml', 'on: push\njobs:\n  a:\n    runs-on: b\n    steps: [{run: kubectl apply -f c}]\n', 2, /pipeline/, false],
  ['main.tf', 'resource "a" "b" {}\n', 1, /Terraform/, false],
  ['Tiltfile', 'k8s_yaml("a.yaml")\n', 1, /Tiltfile/, false],
  ['web.nomad', 'job "a" {}\n', 1, /Nomad/, false],
  ['web.container', '[Container]\nImage=a:1\n', 1, /quadlet/, false],
  ['a.ipynb', '{"cells": []}', 1, /notebook/, false],
  [
    'cm.yaml',
    'apiVersion: v1\nkind: ConfigMap\ndata:\n  a.yml: |\n    services:\n      a: {}\n      b:\n        image: c:1\n',
    4,
    /itself a manifest/,
    false,
  ],
  ['a.html', '<html><script>x()</script></html>', 1, /made by scripts/, false],
  ['a.md', '# A\n\n```yaml\nservices:\n```\n', 4, /no service/, false],
  ['a.md', '# A\n\n```yaml\na:\n  b: 1\n  b: 2\n```\n', 6, /b stands twice/, true],
  ['a.rst', 'A\n=\n\n.. code-block:: yaml\n\n   a: 1\n   a: 2\n', 7, /a stands twice/, true],
  ['a.adoc', '= A\n\n[source,yaml]\n----\na: 1\na: 2\n----\n', 6, /a stands twice/, true],
  [
    'a.sh',
    'cat > compose.yml <<EOF\nservices:\n  a: {image: a:1}\n  a: {image: b:1}\nEOF\n',
    4,
    /a stands twice/,
    true,
  ],
];

describe('what is not compared is named, with its line', () => {
  it.each(NOT_COMPARED)('%s: %j, line %i', async (name, text, line, because, understood) => {
    const found = await extract([partOf(name, text)]);
    expect(found.unread).toContainEqual({
      place: expect.objectContaining({ part: name, line }),
      because: expect.stringMatching(because),
    });
    expect(found.understood).toBe(understood);
  });
});

describe('what is compared is not called unread', () => {
  it.each([
    ['compose.yml', 'services:\n  a: {image: a:1}\n'],
    ['compose.yml', 'x-a: &a {image: a:1}\nservices:\n  a:\n    <<: *a\n    image: b:1\n'],
    ['compose.yml', 'services:\n  a: {build: .}\n  b:\n    extends: a\n    ports: ["80"]\n'],
    ['compose.yml', 'services:\n  a: {image: a:1}\n---\n'],
    ['a.yaml', `${POD}  - {name: x, image: a:1}\n---\n# the end\n`],
    ['a.json', '[{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"a:1"}]}}]'],
    [
      'a.md',
      '# A\n\n```yaml\n- command: [sh, -c, "x"]\n  name: b\n```\n\n```yaml\nservices:\n  a:\n    image: b:1\n    ...\n  c:\n    ...\n```\n',
    ],
    ['values.yaml', 'kind: DaemonSet\nfoo: 1\n'],
    ['values.yaml', 'services: {http: {port: 80}}\nreplicas: 2\n'],
    [
      'a.md',
      '# A\n\n```yaml\n- name: B\n  value: c\n```\n\n```yaml\nvolumes:\n  data:\n```\nRequires Kubernetes 1.30+\n',
    ],
  ])('%s: %j', async (name, text) => {
    const found = await extract([partOf(name, text)]);
    expect(found.unread).toEqual([]);
    expect(found.understood).toBe(true);
  });
});

const of = (files: Readonly<Record<string, string>>) =>
  extract(Object.entries(files).map(([name, text]) => partOf(name, text)));

describe('several files', () => {
  it('an override that is empty, or has a service twice, is named', async () => {
    const base = 'services:\n  a: {image: a:1}\n';
    const empty = await of({ 'compose.yml': base, 'compose.override.yml': 'services:\n' });
    expect(empty.unread.map((u) => `${u.place.part}:${u.place.line}`)).toEqual(['compose.override.yml:1']);
    const twice = 'services:\n  a: {user: "1"}\n  a: {privileged: true}\n';
    const found = await of({ 'compose.yml': base, 'compose.override.yml': twice });
    expect(found.unread.map((u) => `${u.place.part}:${u.place.line}`)).toEqual(['compose.override.yml:3']);
  });

  it('an override of which every field is rare is merged', async () => {
    const found = await of({
      'compose.yml': 'services:\n  a: {image: a:1}\n',
      'compose.override.yml': 'services:\n  a: {privileged: true}\n',
    });
    expect(found.unread).toEqual([]);
    expect(found.composes[0]?.services[0]?.raw).toEqual({ image: 'a:1', privileged: true });
  });

  it('a file for a second -f is read over the one that has the images of its services', async () => {
    const found = await of({
      'compose.yml': 'services:\n  a: {image: a:1}\n  b: {image: b:1}\n',
      'compose.prod.yml': 'services:\n  a: {privileged: true}\n',
      'compose.test.yml': 'services:\n  c: {image: c:1}\n',
      'compose.test.override.yml': 'services:\n  c: {ports: ["80:80"]}\n',
    });
    expect(found.unread).toEqual([]);
    expect(found.composes.map((file) => file.services.map((s) => s.raw))).toEqual([
      [{ image: 'a:1' }, { image: 'b:1' }],
      [{ image: 'a:1', privileged: true }],
      [{ image: 'c:1', ports: ['80:80'] }],
    ]);
  });

  it('a service that is extended and isn’t in its file, and a line of .env that is none', async () => {
    const found = await of({
      'compose.yml': 'services:\n  a:\n    image: a:1\n    extends: {file: b.yml, service: c}\n',
      'b.yml': 'services:\n  b: {image: b:1}\n',
      '.env': 'A=1\n# comment\nB="two\nlines"\nexport C=3\nnot a line !!\nD\n',
    });
    expect(found.unread.map((u) => `${u.place.part}:${u.place.line}`)).toEqual(['.env:6', 'compose.yml:4']);
  });

  it('each file has the .env of its own folder', async () => {
    const found = await of({
      'a/compose.yml': 'services:\n  a: {image: "a:$TAG"}\n',
      'a/.env': 'TAG=1\n',
      'b/compose.yml': 'services:\n  b: {image: "b:$TAG"}\n',
      'b/.env': 'TAG=2\n',
    });
    expect(found.images.map((image) => image.reference)).toEqual(['a:1', 'b:2']);
  });

  it('relative paths of files that are extended and included are as from the file that is started', async () => {
    const found = await of({
      'compose.yml': 'include: [sub/inc.yml]\nservices:\n  a:\n    extends: {file: sub/base.yml, service: b}\n',
      'sub/base.yml':
        'services:\n  b:\n    image: a:1\n    build: {context: ./src}\n    env_file: [a.env]\n    volumes: ["./c:/c", "../x:/x", "d:/d", "/e:/e", "~/f:/f", {type: bind, source: g, target: /g}]\n    extends: {file: deep/c.yml, service: c}\n',
      'sub/deep/c.yml': 'services:\n  c:\n    volumes: ["./h:/h"]\n',
      'sub/inc.yml': 'services:\n  inc:\n    image: a:1\n    volumes: ["./i:/i"]\n',
    });
    const raw = (name: string) => found.composes.flatMap((c) => c.services).find((s) => s.name === name)?.raw;
    expect(raw('a')).toMatchObject({
      build: { context: './sub/src' },
      env_file: ['./sub/a.env'],
      volumes: [
        './sub/deep/h:/h',
        './sub/c:/c',
        './x:/x',
        'd:/d',
        '/e:/e',
        '~/f:/f',
        { type: 'bind', source: './sub/g', target: '/g' },
      ],
    });
    expect(raw('inc')).toMatchObject({ volumes: ['./sub/i:/i'] });
    expect(found.unread).toEqual([]);
  });

  it('the files of one include are merged, their paths as from its project_directory', async () => {
    const found = await of({
      'compose.yml': 'include:\n- path: [a/one.yml, a/two.yml]\n  project_directory: b\n',
      'a/one.yml': 'services:\n  x:\n    image: a:1\n    volumes: ["./q:/q"]\n',
      'a/two.yml': 'services:\n  x: {privileged: true}\n',
    });
    expect(found.composes.flatMap((c) => c.services).map((s) => s.raw)).toEqual([
      { image: 'a:1', volumes: ['./b/q:/q'], privileged: true },
    ]);
    expect(found.unread).toEqual([]);
  });

  it('a playbook of many plays is named once', async () => {
    const found = await of({ 'site.yml': '- hosts: a\n  roles: [b]\n- hosts: c\n  roles: [d]\n' });
    expect(found.unread.map((u) => u.place.line)).toEqual([1]);
    expect(found.understood).toBe(false);
  });

  it('a kustomization of which every file is here, and that changes nothing, is read', async () => {
    const found = await of({
      'kustomization.yaml': 'namespace: shop\nresources: [base/a.yaml, more/]\n',
      'base/a.yaml': `${POD}  - {name: x, image: a:1}\n`,
      'more/b.yaml': `${POD}  - {name: y, image: b:1}\n`,
    });
    expect(found.unread).toEqual([]);
    expect(found.pods).toHaveLength(2);
  });
});

describe('a document that deploys what stands elsewhere', () => {
  const fence = (...lines: string[]) => ['# Install', '', '```sh', ...lines, '```', ''].join('\n');
  const COMPOSE = '```yaml\nservices: {web: {image: "nginx:1"}}\n```\n';
  const MANIFEST = `\`\`\`yaml\n${POD}  - {name: x, image: a:1}\n\`\`\`\n`;

  it.each([
    'kubectl apply -f https://example.com/install.yaml',
    'kubectl create --filename=deploy/ -n shop',
    'kubectl apply -k github.com/a/b/config?ref=v1',
    'kubectl apply -fdeploy.yaml',
    'oc new-app https://github.com/a/b',
    'helm install x bitnami/redis',
    'helm upgrade --install x oci://example.com/charts/x',
    'docker compose up -d',
    'docker-compose -f prod.yml up',
    'podman-compose up',
    'docker stack deploy -c stack.yml x',
    'kustomize build deploy | kubectl apply -f -',
    'operator-sdk run bundle quay.io/x/y:1',
    'ansible-playbook site.yml',
    'terraform apply',
  ])('%s: what it deploys was not read', async (line) => {
    const found = await of({ 'README.md': fence(line) });
    expect(found.unread).toMatchObject([{ place: { line: 4 }, because: expect.stringContaining('stands elsewhere') }]);
  });

  it('an install script, too; each command is named once', async () => {
    const text =
      '#!/bin/sh\nset -e\ncurl -fsSL https://get.docker.com | sh\ndocker compose up -d\ndocker compose up -d\n';
    const found = await of({ 'install.sh': text });
    expect(found.unread.map(({ place }) => place.line)).toEqual([4]);
  });

  it.each([
    ['the compose file is in the document', fence('docker compose up -d') + COMPOSE],
    ['the manifest is in the document', fence('kubectl apply -f pod.yaml') + MANIFEST],
    [
      'the line itself gives the manifest',
      fence("kubectl apply -f - <<'EOF'", `${POD}  - {name: x, image: a:1}`, 'EOF'),
    ],
    ['it only looks', fence('kubectl get -f deploy.yaml', 'helm list', 'docker compose ps', 'terraform plan')],
    ['it starts containers by itself', fence('docker run -d nginx:1')],
  ])('nothing is missing: %s', async (_, text) => {
    expect((await of({ 'README.md': text })).unread).toEqual([]);
  });
});
