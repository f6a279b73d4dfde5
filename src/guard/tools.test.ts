import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Permit } from './permits.ts';
import { refusalOfTool } from './tools.ts';

const OPEN: Permit = {
  deployment: 'web-1',
  component: 'web',
  context: 'kind-shop',
  namespaces: ['web'],
  stage: 'research',
  gate: 'R',
  open: [],
  next: [],
  phase_objects: [],
};
const HOME = '/data/infragate';
const guarded = {
  home: HOME,
  hooks: ['/opt/plugin/hooks'],
  env: { KUBECONFIG: '/srv/kube/config', CLAUDE_PROJECT_DIR: '/srv/shop' },
};

const refusal = (tool: string, input: Record<string, unknown>, permits: readonly Permit[] = [OPEN]) =>
  refusalOfTool({ tool, input, cwd: '/srv/shop' }, { cwd: '/srv/shop', permits, home: HOME }, guarded);

describe('file tools', () => {
  test.each([
    ['Write', { file_path: `${HOME}/permits/web-1.json`, content: '{}' }],
    ['Edit', { file_path: `${HOME}/permits/../permit.key`, old_string: 'a', new_string: 'b' }],
    ['NotebookEdit', { notebook_path: `${HOME}/x.ipynb` }],
    ['Write', { file_path: '/srv/kube/config' }],
    ['Edit', { file_path: join(homedir(), '.kube', 'config') }],
    ['Edit', { file_path: '/opt/plugin/hooks/guard.cjs' }],
    ['Write', { file_path: '/srv/shop/.claude/settings.local.json' }],
    ['write_file', { file_path: '../../data/infragate/ledger.sqlite' }],
    [
      'apply_patch',
      { input: `*** Begin Patch\n*** Update File: ${HOME}/permits/open.json\n@@\n-a\n+b\n*** End Patch` },
    ],
  ])('%s %j stops while a deployment is open', (tool, input) => {
    expect(refusal(tool, input)).toContain('web-1');
    expect(refusal(tool, input, [])).toBeUndefined();
  });

  test.each([
    ['Write', { file_path: '/srv/shop/k8s/web.yaml' }],
    ['Edit', { file_path: 'notes.md' }],
    ['Write', { file_path: '/data/infragate-notes.md' }],
    ['Read', { file_path: `${HOME}/permits/web-1.json` }],
  ])('%s %j passes', (tool, input) => {
    expect(refusal(tool, input)).toBeUndefined();
  });
});

describe('tools of other Kubernetes MCP servers', () => {
  test.each([
    [
      'mcp__kubernetes__resources_create_or_update',
      { resource: 'kind: Pod\nmetadata:\n  name: a\n  namespace: web\n' },
    ],
    ['mcp__kubernetes__pods_exec', { namespace: 'web', name: 'web-0', command: ['rm', '-rf', '/data'] }],
    ['mcp__k8s__helm_install', { chart: 'x', namespace: 'web' }],
    ['mcp__kubernetes__pods_delete', { name: 'web-0' }],
    ['mcp__mcp-server-kubernetes__kubectl_delete', { resourceType: 'pod', name: 'web-0', namespace: 'web' }],
    ['mcp__aks__call_kubectl', { command: 'kubectl delete pod web-0 -n web' }],
    ['mcp__argocd__sync_application', { applicationName: 'web' }],
    ['mcp__my-cluster-tools__restart_deployment', { namespace: 'web', name: 'web' }],
    ['mcp_kubernetes_resources_delete', { kind: 'Pod', name: 'a', namespace: 'web' }],
  ])('%s %j stops', (tool, input) => {
    expect(refusal(tool, input)).toContain('web-1');
  });

  test.each([
    ['mcp__kubernetes__pods_list_in_namespace', { namespace: 'web' }],
    ['mcp__kubernetes__resources_get', { namespace: 'web', kind: 'Pod', name: 'a' }],
    [
      'mcp__kubernetes__resources_create_or_update',
      { resource: 'kind: Pod\nmetadata:\n  name: a\n  namespace: other\n' },
    ],
    ['mcp__kubernetes__helm_install', { chart: 'x', namespace: 'staging' }],
    ['mcp__aks__call_kubectl', { command: 'kubectl get pods -n web' }],
    ['mcp__github__create_pull_request', { title: 'x' }],
    ['mcp__infragate__apply-phase', { phase_number: 1 }],
    ['mcp__plugin_infragate_infragate__rollback-phase', { phase_number: 1 }],
  ])('%s %j passes', (tool, input) => {
    expect(refusal(tool, input)).toBeUndefined();
  });
});

describe('PowerShell', () => {
  test.each([
    'kubectl delete pod web-0 -n web',
    "& 'C:\\tools\\kubectl.exe' delete pod web-0 -n web",
    "Start-Process kubectl -ArgumentList 'delete','pod','web-0','-n','web'",
    '$k = "kubectl"; & $k delete pod web-0 -n web',
    'Invoke-Expression "kubectl delete pod web-0 -n web"',
    'if ($true) { kubectl apply -f web.yaml -n web }',
    'Get-ChildItem; helm upgrade web ./chart -n web',
    'Remove-Item -Recurse -Force /data/infragate/permits',
    'Set-Content -Path /data/infragate/permits/web-1.json -Value "{}"',
    'Invoke-RestMethod -Method Delete -Uri https://api:6443/api/v1/namespaces/web/pods/web-0',
    'infragate approve web-1',
    `pwsh -EncodedCommand ${Buffer.from('kubectl delete pod web-0 -n web', 'utf16le').toString('base64')}`,
  ])('%s stops', (command) => {
    expect(refusal('PowerShell', { command })).toBeTypeOf('string');
  });

  test.each([
    'kubectl get pods -n web | Select-String Running',
    'Get-Content /data/infragate/policy.yaml',
    'Remove-Item -Recurse ./dist',
    "Write-Output 'kubectl delete pod web-0'",
    'Invoke-RestMethod https://example.com/api/v1/items',
    '$env:NS = "web"; kubectl -n $env:NS get pods',
  ])('%s passes', (command) => {
    expect(refusal('PowerShell', { command })).toBeUndefined();
  });
});
