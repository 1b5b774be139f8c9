import { widget } from '../fixtures/widgets.ts'
import { scenario } from './scenario.ts'
import { defineWidgets } from './widgets.ts'

const settings = (data: string) => `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: ${data}
`

/** One line for each manager: its name, how it wrote, and what it owns. */
const MANAGERS =
  '-o go-template=\'{{range .metadata.managedFields}}{{.manager}} {{.operation}} {{.fieldsV1}}{{"\\n"}}{{end}}\''

scenario('kubectl apply --server-side makes an object, leaves it, and changes it', [
  {
    run: 'apply --server-side -f -',
    input: settings('{color: red, size: "1"}'),
    output: 'configmap/settings serverside-applied',
  },
  { run: 'diff --server-side -f -', input: settings('{color: red, size: "1"}') },
  {
    run: 'apply --server-side --dry-run=server -f -',
    input: settings('{color: blue}'),
    output: 'configmap/settings serverside-applied (server dry run)',
  },
  { run: "get cm settings -o jsonpath='{.data}'", output: '{"color":"red","size":"1"}' },
  {
    run: 'apply --server-side -f -',
    input: settings('{color: blue}'),
    output: 'configmap/settings serverside-applied',
  },
  { run: "get cm settings -o jsonpath='{.data}'", output: '{"color":"blue"}' },
  { run: `get cm settings --show-managed-fields ${MANAGERS}`, output: 'kubectl Apply map[f:data:map[f:color:map[]]]' },
  {
    run: "get cm settings --show-managed-fields -o jsonpath='{.metadata.managedFields}'",
    output:
      '[{"apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:color":{}}},"manager":"kubectl","operation":"Apply","time":"<time>"}]',
  },
])

scenario('kubectl apply --server-side does not take what others own, unless told to', [
  {
    run: 'apply --server-side --field-manager=one -f -',
    input: settings('{color: red, size: "1"}'),
    output: 'configmap/settings serverside-applied',
  },
  {
    run: 'apply --server-side --field-manager=two -f -',
    input: settings('{color: blue}'),
    error: `
      error: Apply failed with 1 conflict: conflict with "one": .data.color
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
    run: 'apply --server-side --field-manager=two -f -',
    input: settings('{color: red, shape: round}'),
    output: 'configmap/settings serverside-applied',
  },
  {
    run: 'apply --server-side --field-manager=one -f -',
    input: settings('{}'),
    output: 'configmap/settings serverside-applied',
  },
  { run: "get cm settings -o jsonpath='{.data}'", output: '{"color":"red","shape":"round"}' },
  {
    run: 'apply --server-side --force-conflicts --field-manager=three -f -',
    input: settings('{color: blue}'),
    output: 'configmap/settings serverside-applied',
  },
  {
    run: `get cm settings --show-managed-fields ${MANAGERS}`,
    lines: ['three Apply map[f:data:map[f:color:map[]]]', 'two Apply map[f:data:map[f:shape:map[]]]'],
  },
])

scenario('kubectl goes over from client-side to server-side apply', [
  { run: 'apply -f -', input: settings('{color: red, size: "1"}'), output: 'configmap/settings created' },
  {
    run: 'apply --server-side -f -',
    input: settings('{color: blue, size: "1"}'),
    output: 'configmap/settings serverside-applied',
  },
  { run: "get cm settings -o jsonpath='{.data}'", output: '{"color":"blue","size":"1"}' },
  {
    run: 'apply --server-side -f -',
    input: settings('{size: "1"}'),
    output: 'configmap/settings serverside-applied',
  },
  { run: "get cm settings -o jsonpath='{.data}'", output: '{"size":"1"}' },
])

scenario('kubectl apply --server-side takes custom resources', [
  ...defineWidgets,
  {
    run: 'apply --server-side -f -',
    input: widget('one', '{size: 1}'),
    output: 'widget.e2e.keelson.dev/one serverside-applied',
  },
  {
    run: `get widget one --show-managed-fields ${MANAGERS}`,
    output: 'kubectl Apply map[f:spec:map[f:size:map[]]]',
  },
  {
    run: 'patch widget one --type=merge -p \'{"spec":{"color":"red"}}\'',
    output: 'widget.e2e.keelson.dev/one patched',
  },
  {
    run: `get widget one --show-managed-fields ${MANAGERS}`,
    output: `
      kubectl Apply map[f:spec:map[f:size:map[]]]
      kubectl-patch Update map[f:spec:map[f:color:map[]]]`,
  },
  {
    run: 'apply --server-side -f -',
    input: widget('one', '{size: 1001}'),
    error:
      'The Widget "one" is invalid: spec.size: Invalid value: 1001: spec.size in body should be less than or equal to 1000',
  },
  {
    run: 'apply --server-side -f -',
    input: widget('one', '{size: 1, colour: red}'),
    error:
      'Error from server: failed to create typed patch object (default/one; e2e.keelson.dev/v1, Kind=Widget): .spec.colour: field not declared in schema',
  },
])
