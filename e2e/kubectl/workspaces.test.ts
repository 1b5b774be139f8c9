import { test } from 'node:test'
import { widget } from '../fixtures/widgets.ts'
import { startTarget } from '../target.ts'
import { letEverybodyIn } from './access.ts'
import { kubectlWith } from './kubectl.ts'
import { play } from './scenario.ts'
import { defineWidgets } from './widgets.ts'

test('two workspaces do not see each other', async (context) => {
  await using target = await startTarget()
  const red = await kubectlWith(await target.workspace('red'))
  const blue = await kubectlWith(await target.workspace('blue'))

  await context.test('an object of one is not in the other', async (nested) => {
    await play(nested, red, [
      { run: 'create namespace team', output: 'namespace/team created' },
      { run: 'create configmap settings -n team --from-literal=color=red', output: 'configmap/settings created' },
    ])
    await play(nested, blue, [
      { run: 'get namespace team', error: 'Error from server (NotFound): namespaces "team" not found' },
      { run: 'get configmaps -A -o name --field-selector metadata.name=settings' },
      { run: 'create namespace team', output: 'namespace/team created' },
      { run: 'create configmap settings -n team --from-literal=color=blue', output: 'configmap/settings created' },
    ])
    await play(nested, red, [{ run: "get configmap settings -n team -o jsonpath='{.data.color}'", output: 'red' }])
  })

  await context.test('an API of one is not in the other', async (nested) => {
    await play(nested, red, [
      ...defineWidgets,
      { run: 'create -f -', input: widget('bolt', '{size: 1}'), output: 'widget.e2e.keelson.dev/bolt created' },
    ])
    await play(nested, blue, [
      { run: 'api-resources --api-group=e2e.keelson.dev', output: 'NAME  SHORTNAMES  APIVERSION  NAMESPACED  KIND' },
      { run: 'get widgets', error: 'error: the server doesn\'t have a resource type "widgets"' },
      ...defineWidgets,
      { run: 'get widgets', error: 'No resources found in default namespace.', code: 0 },
    ])
  })

  await context.test('a right in one is none in the other', async (nested) => {
    await play(nested, red, [
      letEverybodyIn,
      {
        run: 'create clusterrolebinding alice --clusterrole=cluster-admin --user=alice',
        output: 'clusterrolebinding.rbac.authorization.k8s.io/alice created',
      },
      { run: 'auth can-i create configmaps --as=alice', output: 'yes' },
    ])
    await play(nested, blue, [
      letEverybodyIn,
      { run: 'auth can-i create configmaps --as=alice', output: 'no', code: 1 },
    ])
  })

  await context.test('deleting in one leaves the other alone', async (nested) => {
    await play(nested, red, [
      { run: 'delete namespace team --timeout=120s', output: 'namespace "team" deleted' },
      {
        run: 'delete crd widgets.e2e.keelson.dev',
        output: 'customresourcedefinition.apiextensions.k8s.io "widgets.e2e.keelson.dev" deleted',
      },
    ])
    await play(nested, blue, [
      { run: "get configmap settings -n team -o jsonpath='{.data.color}'", output: 'blue' },
      { run: 'get widgets', error: 'No resources found in default namespace.', code: 0 },
    ])
  })
})
