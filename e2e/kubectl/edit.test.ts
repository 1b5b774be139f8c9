import { widget } from '../fixtures/widgets.ts'
import { scenario } from './scenario.ts'
import { defineWidgets } from './widgets.ts'

scenario('kubectl label and annotate change metadata', [
  { run: 'create configmap settings --from-literal=a=b', output: 'configmap/settings created' },
  { run: 'label configmap settings app=shop tier=back', output: 'configmap/settings labeled' },
  {
    run: 'label configmap settings app=ship',
    error: "error: 'app' already has a value (shop), and --overwrite is false",
  },
  { run: 'label --overwrite configmap settings app=ship tier-', output: 'configmap/settings modified' },
  { run: "get configmap settings -o jsonpath='{.metadata.labels}'", output: '{"app":"ship"}' },
  { run: 'label configmap -l app=ship colour=', output: 'configmap/settings labeled' },
  {
    run: `patch configmap settings --type=merge -p '{"metadata":{"labels":{"bad":"not/allowed"}}}'`,
    error: `
      The ConfigMap "settings" is invalid: metadata.labels: Invalid value: "not/allowed": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
  },
  { run: 'annotate configmap settings note=first', output: 'configmap/settings annotated' },
  { run: 'annotate --overwrite configmap settings note=second', output: 'configmap/settings annotated' },
  { run: "get configmap settings -o jsonpath='{.metadata.annotations.note}'", output: 'second' },
  { run: 'annotate configmap settings note-', output: 'configmap/settings annotated' },
  {
    run: "get configmap settings -o jsonpath='{.metadata.labels} {.metadata.annotations}'",
    output: '{"app":"ship","colour":""}',
  },
])

scenario('kubectl patch takes merge, JSON and strategic merge patches', [
  { run: 'create serviceaccount robot', output: 'serviceaccount/robot created' },
  { run: 'create configmap settings --from-literal=a=1 --from-literal=b=2', output: 'configmap/settings created' },
  {
    run: 'patch configmap settings --type=merge -p \'{"data":{"a":null,"c":"3"}}\'',
    output: 'configmap/settings patched',
  },
  {
    run: 'patch configmap settings --type=merge -p \'{"data":{"c":"3"}}\'',
    output: 'configmap/settings patched (no change)',
  },
  {
    run: 'patch configmap settings --type=json -p \'[{"op":"test","path":"/data/b","value":"2"},{"op":"move","from":"/data/b","path":"/data/d"}]\'',
    output: 'configmap/settings patched',
  },
  { run: "get configmap settings -o jsonpath='{.data}'", output: '{"c":"3","d":"2"}' },
  {
    run: 'patch configmap settings --type=json -p \'[{"op":"test","path":"/data/d","value":"9"}]\'',
    error: 'The request is invalid: the server rejected our request due to an error in our request',
  },
  { run: 'patch serviceaccount robot -p \'{"secrets":[{"name":"one"}]}\'', output: 'serviceaccount/robot patched' },
  {
    run: 'patch serviceaccount robot --type=strategic -p \'{"secrets":[{"name":"two"}]}\'',
    output: 'serviceaccount/robot patched',
  },
  { run: "get serviceaccount robot -o jsonpath='{.secrets[*].name}'", output: 'two one' },
  {
    run: 'patch serviceaccount robot -p \'{"secrets":[{"$patch":"delete","name":"one"}]}\'',
    output: 'serviceaccount/robot patched',
  },
  { run: "get serviceaccount robot -o jsonpath='{.secrets}'", output: '[{"name":"two"}]' },
])

scenario('kubectl patch changes custom resources and their status apart', [
  ...defineWidgets,
  { run: 'create -f -', input: widget('bolt', '{size: 1}'), output: 'widget.e2e.keelson.dev/bolt created' },
  {
    run: 'patch widget bolt --type=merge -p \'{"spec":{"size":2},"status":{"observedSize":9}}\'',
    output: 'widget.e2e.keelson.dev/bolt patched',
  },
  {
    run: 'patch widget bolt --subresource=status --type=merge -p \'{"spec":{"size":3},"status":{"observedSize":2}}\'',
    output: 'widget.e2e.keelson.dev/bolt patched',
  },
  {
    run: "get widget bolt -o jsonpath='{.metadata.generation} {.spec} {.status}'",
    output: '2 {"color":"green","size":2} {"observedSize":2}',
  },
  {
    run: 'patch widget bolt --type=merge -p \'{"spec":{"size":-1}}\'',
    error:
      'The Widget "bolt" is invalid: spec.size: Invalid value: -1: spec.size in body should be greater than or equal to 0',
  },
  {
    run: "patch widget none --type=merge -p '{}'",
    error: 'Error from server (NotFound): widgets.e2e.keelson.dev "none" not found',
  },
])
