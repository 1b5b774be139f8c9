/** Commands that need no pods, beside those that have a file of their own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTarget } from '../target.ts'
import { kubectlWith } from './kubectl.ts'
import { scenario } from './scenario.ts'

/** For alice, of the group developers. */
const ALICE =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQkNqQ0JzUUlCQURBbE1STXdFUVlEVlFRS0RBcGtaWFpsYkc5d1pYSnpNUTR3REFZRFZRUUREQVZoYkdsagpaVEJaTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QXdFSEEwSUFCRnpxa2wyYUFhcmZlRU9YZ0x1bEt3YWt2WENECkJ5aXhKalRQYnd3Q0ZReGxDajNqMGRWNEJtSFBLa1BXb0JCd0JGdUxiaXBoRTdjQjhIalY4QzdzdnZHZ0tqQW8KQmdrcWhraUc5dzBCQ1E0eEd6QVpNQmNHQTFVZEVRUVFNQTZHREhOd2FXWm1aVG92TDNndmVUQUtCZ2dxaGtqTwpQUVFEQWdOSUFEQkZBaUFYL1BGc09TRngyVFVKeU5lSkp6T2oxV2xObmhEaDhOMWsrYWNhK1VodVpnSWhBT3BtCm5pM3VtNE01Z0MxemRDWjl4RHVKUFlBQXRMVW4vZ3hheVNad1M5WUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg=='
const request = (name: string) =>
  `{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: {name: ${name}}, spec: {request: ${ALICE}, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}}`

scenario('kubectl certificate approves and denies', [
  { run: 'create -f -', input: request('jane'), output: 'certificatesigningrequest.certificates.k8s.io/jane created' },
  { run: 'certificate approve jane', output: 'certificatesigningrequest.certificates.k8s.io/jane approved' },
  { run: 'certificate approve jane', output: 'certificatesigningrequest.certificates.k8s.io/jane approved' },
  {
    run: "get csr jane -o jsonpath='{.status.conditions[*].type} {.status.conditions[*].reason}'",
    output: 'Approved KubectlApprove',
  },
  { run: 'certificate deny jane', error: 'error: certificate signing request "jane" is already Approved' },
  { run: 'create -f -', input: request('joe'), output: 'certificatesigningrequest.certificates.k8s.io/joe created' },
  { run: 'certificate deny joe', output: 'certificatesigningrequest.certificates.k8s.io/joe denied' },
  {
    run: "get csr joe -o jsonpath='{.status.conditions[*].type} {.status.conditions[*].reason} {.status.certificate}'",
    output: 'Denied KubectlDeny',
  },
  { run: 'certificate approve joe', error: 'error: certificate signing request "joe" is already Denied' },
  {
    run: 'certificate approve none',
    error: 'Error from server (NotFound): certificatesigningrequests.certificates.k8s.io "none" not found',
  },
])

scenario('kubectl edit and the last-applied commands with an editor', [
  {
    run: 'create -f -',
    input: `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: red, size: "1"}
`,
    output: 'configmap/settings created',
  },
  { run: 'edit configmap settings', editor: 'sed -i s/red/blue/', output: 'configmap/settings edited' },
  { run: "get configmap settings -o jsonpath='{.data}'", output: '{"color":"blue","size":"1"}' },
  { run: 'edit configmap settings', editor: 'true', error: 'Edit cancelled, no changes made.', code: 0 },
  { run: 'edit configmap settings -o json', editor: 'sed -i s/blue/green/', lines: ['"color": "green",'] },
  { run: "get configmap settings -o jsonpath='{.data.color}'", output: 'green' },
  { run: 'edit configmap none', editor: 'true', error: 'Error from server (NotFound): configmaps "none" not found' },
  {
    run: 'edit configmap settings --save-config',
    editor: 'sed -i s/green/white/',
    output: 'configmap/settings edited',
  },
  {
    run: 'apply edit-last-applied configmap settings',
    editor: 'sed -i s/white/black/',
    output: 'configmap/settings edited',
  },
  {
    run: 'apply set-last-applied -f -',
    input: `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: pink}
`,
    output: 'configmap/settings configured',
  },
  {
    run: 'apply view-last-applied configmap/settings',
    output: `apiVersion: v1
data:
  color: pink
kind: ConfigMap
metadata:
  name: settings
  namespace: default`,
  },
  {
    run: 'apply set-last-applied -f -',
    input: `apiVersion: v1
kind: ConfigMap
metadata: {name: none}
`,
    error: 'Error from server (NotFound): configmaps "none" not found',
  },
])

scenario('kubectl with --raw, time-outs and odd formats', [
  {
    run: 'get --raw /version/none',
    error: 'Error from server (NotFound): the server could not find the requested resource',
  },
  {
    run: 'create --raw /api/v1/namespaces/default/configmaps -f -',
    input: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"raw"},"data":{"a":"1"}}',
    lines: [],
  },
  {
    run: 'replace --raw /api/v1/namespaces/default/configmaps/raw -f -',
    input: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"raw"},"data":{"a":"2"}}',
    lines: [],
  },
  { run: "get configmap raw -o jsonpath='{.data.a}'", output: '2' },
  {
    run: 'delete --raw /api/v1/namespaces/default/configmaps/raw',
    output:
      '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"raw","kind":"configmaps","uid":"<uid>"}}',
  },
  { run: 'get --raw /readyz', output: 'ok' },
  { run: 'get --raw /livez/ping', output: 'ok' },
  { run: 'get --raw /healthz', output: 'ok' },
  {
    run: 'get configmap none --request-timeout=120s',
    error: 'Error from server (NotFound): configmaps "none" not found',
  },
  {
    run: 'get configmaps/none secrets/none',
    error: `Error from server (NotFound): configmaps "none" not found
Error from server (NotFound): secrets "none" not found`,
  },
  { run: 'get nonsense', error: 'error: the server doesn\'t have a resource type "nonsense"' },
])

scenario('kubectl explain finds kinds and fields', [
  {
    run: 'explain configmap --recursive',
    lines: [
      'binaryData\t<map[string]string>',
      'immutable\t<boolean>',
      'metadata\t<ObjectMeta>',
      'managedFields\t<[]ManagedFieldsEntry>',
      'fieldsV1\t<FieldsV1>',
      'blockOwnerDeletion\t<boolean>',
    ],
  },
  {
    run: 'explain lease.spec --recursive',
    lines: ['holderIdentity\t<string>', 'leaseDurationSeconds\t<integer>', 'renewTime\t<string>'],
  },
  { run: 'explain role.rules.verbs', lines: ['FIELD: verbs <[]string>'] },
  { run: 'explain configmap.metadata.ownerReferences.uid', lines: ['FIELD: uid <string>'] },
  {
    run: 'explain configmap.none',
    output: `KIND:  ConfigMap
VERSION:  v1`,
    error: 'error: field "none" does not exist',
  },
  { run: 'explain none', error: 'the server doesn\'t have a resource type "none"' },
])

scenario('kubectl creates, asks, patches, labels and waits without a pod', [
  {
    run: 'create role r --verb=get --resource=configmaps --resource-name=a --dry-run=client -o yaml',
    output: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: r
rules:
- apiGroups:
  - ""
  resourceNames:
  - a
  resources:
  - configmaps
  verbs:
  - get`,
  },
  { run: 'create role r --verb=get --resource=nonsense', error: 'the server doesn\'t have a resource type "nonsense"' },
  {
    run: 'create role r --verb=get,watch --resource=configmaps,secrets',
    output: 'role.rbac.authorization.k8s.io/r created',
  },
  {
    run: 'create clusterrole c --verb=get --non-resource-url=/metrics --dry-run=server -o yaml',
    output: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  creationTimestamp: "<time>"
  name: c
  uid: <uid>
rules:
- nonResourceURLs:
  - /metrics
  verbs:
  - get`,
  },
  {
    run: 'create clusterrole agg --aggregation-rule=a=b --dry-run=server -o name',
    output: 'clusterrole.rbac.authorization.k8s.io/agg',
  },
  {
    run: 'create clusterrolebinding cb --clusterrole=c --serviceaccount=default:default',
    output: 'clusterrolebinding.rbac.authorization.k8s.io/cb created',
  },
  { run: 'create quota q --hard=configmaps=2,count/leases.coordination.k8s.io=1', output: 'resourcequota/q created' },
  {
    run: 'create quota bad --hard=configmaps=x',
    error: "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  },
  {
    run: 'create secret docker-registry d --docker-username=u --docker-password=p --docker-server=s.example.com',
    output: 'secret/d created',
  },
  { run: "get secret d -o jsonpath='{.type}'", output: 'kubernetes.io/dockerconfigjson' },
  {
    run: 'create secret generic g --from-literal=a=1 --type=example.com/t --append-hash -o name',
    output: 'secret/g-ch4hf2t5df',
  },
  { run: 'create namespace team --dry-run=server -o name', output: 'namespace/team' },
  {
    run: 'create serviceaccount sa --dry-run=server -o yaml',
    output: `apiVersion: v1
kind: ServiceAccount
metadata:
  creationTimestamp: "<time>"
  name: sa
  namespace: default
  uid: <uid>`,
  },
  { run: 'create token none', error: 'error: failed to create token: serviceaccounts "none" not found' },
  {
    run: 'auth can-i create token --subresource=x',
    output: 'yes',
    error: "Warning: the server doesn't have a resource type 'token'",
    code: 0,
  },
  { run: 'auth can-i get configmaps --subresource=status -q' },
  { run: 'auth can-i get /metrics', output: 'yes' },
  {
    run: 'auth can-i list nonsense',
    output: 'yes',
    error: "Warning: the server doesn't have a resource type 'nonsense'",
    code: 0,
  },
  {
    run: 'patch role r --type=json -p [{"op":"remove","path":"/rules/0"}]',
    output: 'role.rbac.authorization.k8s.io/r patched',
  },
  {
    run: 'patch role r --type=json -p [{"op":"remove","path":"/rules/7"}]',
    error: 'The request is invalid: the server rejected our request due to an error in our request',
  },
  {
    run: 'patch namespace default --subresource=status -p {"status":{"phase":"Active"}}',
    output: 'namespace/default patched (no change)',
  },
  { run: 'label configmap none a=b', error: 'Error from server (NotFound): configmaps "none" not found' },
  {
    run: 'replace -f -',
    input: `apiVersion: v1
kind: ConfigMap
metadata: {name: gone}
`,
    error: 'Error from server (NotFound): error when replacing "STDIN": configmaps "gone" not found',
  },
  {
    run: 'api-resources --namespaced=false --api-group=rbac.authorization.k8s.io --no-headers',
    output: `clusterrolebindings  rbac.authorization.k8s.io/v1  false  ClusterRoleBinding
clusterroles  rbac.authorization.k8s.io/v1  false  ClusterRole`,
  },
  {
    run: 'api-resources --verbs=deletecollection --api-group=coordination.k8s.io -o name',
    output: 'leases.coordination.k8s.io',
  },
  {
    run: 'api-resources --sort-by=kind --api-group=events.k8s.io',
    output: `NAME  SHORTNAMES  APIVERSION  NAMESPACED  KIND
events  ev  events.k8s.io/v1  true  Event`,
  },
  { run: 'delete quota q bad --ignore-not-found', output: 'resourcequota "q" deleted from default namespace' },
  {
    run: 'wait --for=jsonpath={.status.phase}=Active namespace/default --timeout=120s',
    output: 'namespace/default condition met',
  },
  { run: 'wait --for=delete configmap/none' },
  { run: 'get quota', error: 'No resources found in default namespace.', code: 0 },
  {
    run: 'apply --server-side --field-manager=a -f -',
    input: `apiVersion: v1
kind: ConfigMap
metadata: {name: ssa}
data: {a: "1"}
`,
    output: 'configmap/ssa serverside-applied',
  },
  {
    run: 'apply --server-side --field-manager=b -f -',
    input: `apiVersion: v1
kind: ConfigMap
metadata: {name: ssa}
data: {a: "2"}
`,
    error: `error: Apply failed with 1 conflict: conflict with "a": .data.a
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`,
  },
  {
    run: 'apply --server-side --field-manager=b --force-conflicts -f -',
    input: `apiVersion: v1
kind: ConfigMap
metadata: {name: ssa}
data: {a: "2"}
`,
    output: 'configmap/ssa serverside-applied',
  },
  {
    run: 'diff --server-side --field-manager=b -f -',
    input: `apiVersion: v1
kind: ConfigMap
metadata: {name: ssa}
data: {a: "2"}
`,
  },
  {
    run: 'get configmap ssa -o yaml --show-managed-fields',
    output: `apiVersion: v1
data:
  a: "2"
kind: ConfigMap
metadata:
  creationTimestamp: "<time>"
  managedFields:
  - apiVersion: v1
    fieldsType: FieldsV1
    fieldsV1:
      f:data:
        f:a: {}
    manager: b
    operation: Apply
    time: "<time>"
  name: ssa
  namespace: default
  resourceVersion: "<version>"
  uid: <uid>`,
  },
  { run: 'debug configmap/ssa', error: 'error: you must specify --image when not using --copy-to.' },
  { run: 'top pods', error: 'error: Metrics API not available' },
])

test('kubectl proxy hands on what it is asked', async () => {
  await using target = await startTarget()
  const kubectl = await kubectlWith(await target.workspace('story'))
  // A workspace is a path of its server.
  for await (const line of kubectl.follow('proxy --port=0 --append-server-path')) {
    const address = /127\.0\.0\.1:\d+/.exec(line)?.[0]
    if (address === undefined) continue
    const path = `http://${address}/api/v1/namespaces/default/configmaps`
    const headers = { 'content-type': 'application/json' }
    const created = await fetch(path, { method: 'POST', headers, body: '{"metadata":{"name":"proxied"}}' })
    assert.equal(created.status, 201)
    assert.equal((await fetch(`${path}/proxied`)).status, 200)
    assert.equal((await fetch(`${path}/none`)).status, 404)
    return
  }
  assert.fail('the proxy has said nothing')
})
