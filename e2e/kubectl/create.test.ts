import { widget } from '../fixtures/widgets.ts'
import { scenario } from './scenario.ts'
import { defineWidgets } from './widgets.ts'

scenario('kubectl create makes each built-in kind once', [
  { run: 'create namespace team', output: 'namespace/team created' },
  { run: 'create namespace team', error: 'Error from server (AlreadyExists): namespaces "team" already exists' },
  { run: 'create configmap settings --from-literal=a=b -n team', output: 'configmap/settings created' },
  { run: 'create secret generic password --from-literal=word=sesame', output: 'secret/password created' },
  { run: "get secret password -o jsonpath='{.type} {.data}'", output: 'Opaque {"word":"c2VzYW1l"}' },
  { run: 'create serviceaccount robot', output: 'serviceaccount/robot created' },
  {
    run: 'create role reader --verb=get --resource=configmaps',
    output: 'role.rbac.authorization.k8s.io/reader created',
  },
  {
    run: 'create rolebinding reader --role=reader --serviceaccount=default:robot',
    output: 'rolebinding.rbac.authorization.k8s.io/reader created',
  },
  {
    run: 'create clusterrole lister --verb=list --resource=secrets',
    output: 'clusterrole.rbac.authorization.k8s.io/lister created',
  },
  {
    run: 'create clusterrolebinding lister --clusterrole=lister --group=team',
    output: 'clusterrolebinding.rbac.authorization.k8s.io/lister created',
  },
  { run: 'create quota limits --hard=count/configmaps=10', output: 'resourcequota/limits created' },
  {
    run: 'create configmap settings -n nowhere',
    error: 'error: failed to create configmap: namespaces "nowhere" not found',
  },
  {
    run: 'create configmap Capital',
    error: `error: failed to create configmap: ConfigMap "Capital" is invalid: metadata.name: Invalid value: "Capital": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
  },
  { run: 'create configmap dry --dry-run=server', output: 'configmap/dry created (server dry run)' },
  { run: 'get configmap dry', error: 'Error from server (NotFound): configmaps "dry" not found' },
])

scenario('kubectl create and replace take whole objects', [
  ...defineWidgets,
  {
    run: 'create -f -',
    input: widget('bolt', '{size: 1}', ', labels: {app: ship}'),
    output: 'widget.e2e.keelson.dev/bolt created',
  },
  {
    run: 'create -f -',
    input: widget('bolt', '{size: 1}'),
    error:
      'Error from server (AlreadyExists): error when creating "STDIN": widgets.e2e.keelson.dev "bolt" already exists',
  },
  { run: 'replace -f -', input: widget('bolt', '{size: 2}'), output: 'widget.e2e.keelson.dev/bolt replaced' },
  {
    run: "get widget bolt -o jsonpath='{.metadata.labels}|{.metadata.generation}|{.spec}'",
    output: '|2|{"color":"green","size":2}',
  },
  {
    run: 'replace -f -',
    input: widget('bolt', '{size: 3}', ', resourceVersion: "1"'),
    error: `Error from server (Conflict): error when replacing "STDIN": Operation cannot be fulfilled on widgets.e2e.keelson.dev "bolt": the object has been modified; please apply your changes to the latest version and try again`,
  },
  {
    run: 'replace -f -',
    input: widget('nut', '{size: 3}'),
    error: 'Error from server (NotFound): error when replacing "STDIN": widgets.e2e.keelson.dev "nut" not found',
  },
  {
    run: 'replace --force -f -',
    input: widget('bolt', '{size: 4}'),
    output: `
      widget.e2e.keelson.dev "bolt" deleted from default namespace
      widget.e2e.keelson.dev/bolt replaced`,
  },
  { run: "get widget bolt -o jsonpath='{.metadata.generation}'", output: '1' },
  {
    run: "create -f - -o jsonpath='{.metadata.generateName}'",
    input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: made-}\n',
    output: 'made-',
  },
  {
    run: 'get configmaps -o jsonpath=\'{.items[?(@.metadata.generateName=="made-")].metadata.generateName}\'',
    output: 'made-',
  },
])
