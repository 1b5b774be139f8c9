import { widget } from '../fixtures/widgets.ts'
import { scenario } from './scenario.ts'
import { defineWidgets } from './widgets.ts'

const widgets = [
  widget('anchor', '{size: 3}', ', labels: {app: ship, tier: back}'),
  widget('bolt', '{size: 1, color: red, parts: [{name: nut}]}', ', labels: {app: ship}'),
  widget('cable', '{size: 2, color: blue, port: http}', ', labels: {app: shop}'),
].join('---\n')

scenario('kubectl get prints objects in every format', [
  ...defineWidgets,
  { run: 'get widgets', error: 'No resources found in default namespace.', code: 0 },
  {
    run: 'apply -f -',
    input: widgets,
    output: `
      widget.e2e.keelson.dev/anchor created
      widget.e2e.keelson.dev/bolt created
      widget.e2e.keelson.dev/cable created`,
  },
  {
    run: 'get widgets',
    output: `
      NAME  SIZE  READY  AGE
      anchor  3  <age>
      bolt  1  <age>
      cable  2  <age>`,
  },
  {
    run: 'get wd -o wide',
    output: `
      NAME  SIZE  READY  COLOR  AGE
      anchor  3  green  <age>
      bolt  1  red  <age>
      cable  2  blue  <age>`,
  },
  {
    run: 'get hardware -o name',
    output: `
      widget.e2e.keelson.dev/anchor
      widget.e2e.keelson.dev/bolt
      widget.e2e.keelson.dev/cable`,
  },
  {
    run: 'get widgets.e2e.keelson.dev bolt -o yaml',
    output: `
      apiVersion: e2e.keelson.dev/v1
      kind: Widget
      metadata:
        annotations:
          kubectl.kubernetes.io/last-applied-configuration: |
            {"apiVersion":"e2e.keelson.dev/v1","kind":"Widget","metadata":{"annotations":{},"labels":{"app":"ship"},"name":"bolt","namespace":"default"},"spec":{"color":"red","parts":[{"name":"nut"}],"size":1}}
        creationTimestamp: "<time>"
        generation: 1
        labels:
          app: ship
        name: bolt
        namespace: default
        resourceVersion: "<version>"
        uid: <uid>
      spec:
        color: red
        parts:
        - count: 1
          name: nut
        size: 1`,
  },
  { run: "get widget cable -o jsonpath='{.spec.port} {.spec.size}'", output: 'http 2' },
  {
    run: 'get widgets --sort-by=.spec.size -o custom-columns=NAME:.metadata.name,COLOR:.spec.color',
    output: `
      NAME  COLOR
      bolt  red
      cable  blue
      anchor  green`,
  },
  {
    run: 'get widgets --show-labels',
    output: `
      NAME  SIZE  READY  AGE  LABELS
      anchor  3  <age>  app=ship,tier=back
      bolt  1  <age>  app=ship
      cable  2  <age>  app=shop`,
  },
  { run: 'get widget dock', error: 'Error from server (NotFound): widgets.e2e.keelson.dev "dock" not found' },
  { run: 'get widget dock --ignore-not-found' },
  { run: 'get gadgets', error: 'error: the server doesn\'t have a resource type "gadgets"' },
])

scenario('kubectl get selects by labels, fields, chunks and namespaces', [
  ...defineWidgets,
  {
    run: 'create -f -',
    input: widgets,
    output: `
      widget.e2e.keelson.dev/anchor created
      widget.e2e.keelson.dev/bolt created
      widget.e2e.keelson.dev/cable created`,
  },
  { run: 'get widgets -o name -l app=shop', output: 'widget.e2e.keelson.dev/cable' },
  { run: "get widgets -o name -l 'app in (ship, boat),!tier'", output: 'widget.e2e.keelson.dev/bolt' },
  { run: 'get widgets -o name --field-selector metadata.name=anchor', output: 'widget.e2e.keelson.dev/anchor' },
  {
    run: 'get widgets -o name --field-selector spec.size=1',
    error:
      'Error from server (BadRequest): Unable to find "e2e.keelson.dev/v1, Resource=widgets" that match label selector "", field selector "spec.size=1": field label not supported: spec.size',
  },
  {
    run: 'get widgets --chunk-size=1 -o name',
    output: `
      widget.e2e.keelson.dev/anchor
      widget.e2e.keelson.dev/bolt
      widget.e2e.keelson.dev/cable`,
  },
  { run: 'create namespace team', output: 'namespace/team created' },
  { run: 'create configmap settings -n team --from-literal=a=b', output: 'configmap/settings created' },
  {
    run: 'get configmaps -n team --field-selector metadata.name=settings',
    output: 'NAME  DATA  AGE\nsettings  1  <age>',
  },
  {
    run: 'get configmaps,widgets -A -l app!=ship --field-selector metadata.namespace!=kube-system,metadata.name!=kube-root-ca.crt',
    output: `
      NAMESPACE  NAME  DATA  AGE
      team  configmap/settings  1  <age>

      NAMESPACE  NAME  SIZE  READY  AGE
      default  widget.e2e.keelson.dev/cable  2  <age>`,
  },
  {
    run: 'get namespace default team',
    output: `
      NAME  STATUS  AGE
      default  Active  <age>
      team  Active  <age>`,
  },
  {
    run: 'get --raw /apis/e2e.keelson.dev/v1/namespaces/team/widgets/none',
    error: 'Error from server (NotFound): widgets.e2e.keelson.dev "none" not found',
  },
])
