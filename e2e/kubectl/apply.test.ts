import { widget } from '../fixtures/widgets.ts'
import { scenario } from './scenario.ts'
import { defineWidgets } from './widgets.ts'

const settings = (data: string) => `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: ${data}
`

scenario('kubectl apply makes an object, leaves it, and changes it', [
  { run: 'apply -f -', input: settings('{color: red, size: "1"}'), output: 'configmap/settings created' },
  { run: 'apply -f -', input: settings('{color: red, size: "1"}'), output: 'configmap/settings unchanged' },
  { run: 'diff -f -', input: settings('{color: red, size: "1"}') },
  {
    run: 'apply --dry-run=server -f -',
    input: settings('{color: blue}'),
    output: 'configmap/settings configured (server dry run)',
  },
  { run: "get cm settings -o jsonpath='{.data}'", output: '{"color":"red","size":"1"}' },
  { run: 'apply -f -', input: settings('{color: blue}'), output: 'configmap/settings configured' },
  { run: "get cm settings -o jsonpath='{.data}'", output: '{"color":"blue"}' },
  { run: 'delete -f -', input: settings('{}'), output: 'configmap "settings" deleted from default namespace' },
])

scenario('kubectl apply takes several documents, of custom resources too', [
  ...defineWidgets,
  {
    run: 'apply -f -',
    input: [settings('{a: b}'), widget('one', '{size: 1}'), widget('two', '{size: 2, color: red}')].join('---\n'),
    output: `
      configmap/settings created
      widget.e2e.keelson.dev/one created
      widget.e2e.keelson.dev/two created`,
  },
  { run: 'apply -f -', input: widget('one', '{size: 1}'), output: 'widget.e2e.keelson.dev/one unchanged' },
  { run: 'apply -f -', input: widget('two', '{size: 3}'), output: 'widget.e2e.keelson.dev/two configured' },
  {
    run: 'get widgets -o jsonpath=\'{range .items[*]}{.metadata.name} {.metadata.generation} {.spec}{"\\n"}{end}\'',
    output: `
      one 1 {"color":"green","size":1}
      two 2 {"color":"green","size":3}`,
  },
])

scenario('kubectl apply reports what is wrong with a custom resource', [
  ...defineWidgets,
  {
    run: 'apply -f -',
    input: widget('big', '{size: 1001}'),
    error:
      'The Widget "big" is invalid: spec.size: Invalid value: 1001: spec.size in body should be less than or equal to 1000',
  },
  {
    run: 'apply -f -',
    input: widget('odd', '{size: many}'),
    error:
      'The Widget "odd" is invalid: spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
  },
  {
    run: 'apply -f -',
    input: widget('pink', '{size: 1, color: pink}'),
    error:
      'The Widget "pink" is invalid: spec.color: Unsupported value: "pink": supported values: "red", "green", "blue"',
  },
  {
    run: 'apply -f -',
    input: widget('none', '{}'),
    error: 'The Widget "none" is invalid: spec.size: Required value',
  },
  {
    run: 'apply -f -',
    input: widget('typo', '{size: 1, colour: red}'),
    error:
      'Error from server (BadRequest): error when creating "STDIN": Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.colour"',
  },
  {
    run: 'apply --validate=warn -f -',
    input: widget('typo', '{size: 1, colour: red}'),
    output: 'widget.e2e.keelson.dev/typo created',
    error: 'Warning: unknown field "spec.colour"',
    code: 0,
  },
  { run: "get widget typo -o jsonpath='{.spec}'", output: '{"color":"green","size":1}' },
])
