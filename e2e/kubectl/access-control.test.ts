import { scenario } from './scenario.ts'

scenario('kubectl auth reconcile, create token, quotas and subjects', [
  {
    run: 'auth reconcile -f -',
    input: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
`,
    output: 'role.rbac.authorization.k8s.io/reader reconciled',
    error: `reconciliation required create
	missing rules added:
		{Verbs:[get] APIGroups:[] Resources:[configmaps] ResourceNames:[] NonResourceURLs:[]}`,
    code: 0,
  },
  { run: 'create quota small --hard=configmaps=5', output: 'resourcequota/small created' },
  { run: 'create serviceaccount robot', output: 'serviceaccount/robot created' },
  { run: 'create token robot --duration=1h', lines: [] },
  {
    run: 'set subject rolebinding none --user=x',
    error: 'Error from server (NotFound): rolebindings.rbac.authorization.k8s.io "none" not found',
  },
  {
    run: 'create rolebinding reader --role=reader --user=alice',
    output: 'rolebinding.rbac.authorization.k8s.io/reader created',
  },
  {
    run: 'set subject rolebinding reader --user=bob',
    output: 'rolebinding.rbac.authorization.k8s.io/reader subjects updated',
  },
  { run: "get rolebinding reader -o jsonpath='{.subjects[*].name}'", output: 'alice bob' },
  { run: 'config current-context', output: 'admin' },
  { run: 'explain configmap --recursive', lines: [] },
])

scenario('kubectl wait for a value, and apply --prune', [
  { run: 'create configmap base --from-literal=a=1', output: 'configmap/base created' },
  { run: "wait --for=jsonpath='{.data.a}'=1 configmap/base --timeout=120s", output: 'configmap/base condition met' },
  {
    run: 'apply --prune -l app=pruned --prune-allowlist=core/v1/ConfigMap -f -',
    input:
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, labels: {app: pruned}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: two, labels: {app: pruned}}\n',
    output: 'configmap/one created\nconfigmap/two created',
  },
  {
    run: 'apply --prune -l app=pruned --prune-allowlist=core/v1/ConfigMap -f -',
    input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, labels: {app: pruned}}\n',
    output: 'configmap/one unchanged\nconfigmap/two pruned',
  },
])
