import { test } from 'node:test'
import { widget } from '../fixtures/widgets.ts'
import { startTarget } from '../target.ts'
import { kubectlWith } from './kubectl.ts'
import { play, scenario } from './scenario.ts'
import { defineWidgets } from './widgets.ts'

test('kubectl describe shows a custom resource with its events', async (context) => {
  await using target = await startTarget()
  const kubectl = await kubectlWith(await target.workspace('story'))
  await play(context, kubectl, [
    ...defineWidgets,
    {
      run: 'create -f -',
      input: widget('bolt', '{size: 1, parts: [{name: nut, count: 2}]}', ', labels: {app: ship}'),
      output: 'widget.e2e.keelson.dev/bolt created',
    },
  ])
  const { output: uid } = await kubectl.run("get widget bolt -o jsonpath='{.metadata.uid}'")
  await play(context, kubectl, [
    {
      run: 'create -f -',
      input: `apiVersion: v1
kind: Event
metadata: {name: bolt.1}
involvedObject: {apiVersion: e2e.keelson.dev/v1, kind: Widget, name: bolt, namespace: default, uid: ${uid}}
reason: Tightened
message: a quarter turn
type: Normal
source: {component: wrench}
firstTimestamp: "2026-01-01T00:00:00Z"
lastTimestamp: "2026-01-01T00:00:00Z"
count: 1
`,
      output: 'event/bolt.1 created',
    },
    {
      run: 'describe widget bolt',
      output: `
        Name:  bolt
        Namespace:  default
        Labels:  app=ship
        Annotations:  <none>
        API Version:  e2e.keelson.dev/v1
        Kind:  Widget
        Metadata:
          Creation Timestamp:  <time>
          Generation:  1
          Resource Version:  <version>
          UID:  <uid>
        Spec:
          Color:  green
          Parts:
            Count:  2
            Name:  nut
          Size:  1
        Events:
          Type  Reason  Age  From  Message
          ----  ------  ----  ----  -------
          Normal  Tightened  <age>  wrench  a quarter turn`,
    },
  ])
})

scenario('kubectl describe shows built-in kinds', [
  { run: 'create configmap settings --from-literal=color=red', output: 'configmap/settings created' },
  {
    run: 'describe configmap settings',
    output: `
      Name:  settings
      Namespace:  default
      Labels:  <none>
      Annotations:  <none>

      Data
      ====
      color:
      ----
      red


      BinaryData
      ====

      Events:  <none>`,
  },
  {
    run: 'describe namespace default',
    output: `
      Name:  default
      Labels:  kubernetes.io/metadata.name=default
      Annotations:  <none>
      Status:  Active

      No resource quota.

      No LimitRange resource.`,
  },
  { run: 'create secret generic password --from-literal=word=sesame', output: 'secret/password created' },
  {
    run: 'describe secret password',
    output: `
      Name:  password
      Namespace:  default
      Labels:  <none>
      Annotations:  <none>

      Type:  Opaque

      Data
      ====
      word:  6 bytes`,
  },
])
