import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTarget } from '../target.ts'
import { type Kubectl, kubectlWith } from './kubectl.ts'
import { normalize } from './normalize.ts'
import { play, scenario } from './scenario.ts'

scenario('kubectl delete removes by name, by label, and all', [
  { run: 'create configmap a', output: 'configmap/a created' },
  { run: 'create configmap b', output: 'configmap/b created' },
  { run: 'create configmap c', output: 'configmap/c created' },
  { run: 'label configmap b c app=shop', output: 'configmap/b labeled\nconfigmap/c labeled' },
  {
    run: 'delete configmap a --dry-run=server',
    output: 'configmap "a" deleted from default namespace (server dry run)',
  },
  { run: 'delete configmap a', output: 'configmap "a" deleted from default namespace' },
  { run: 'delete configmap a', error: 'Error from server (NotFound): configmaps "a" not found' },
  {
    run: 'delete configmap -l app=shop',
    output: 'configmap "b" deleted from default namespace\nconfigmap "c" deleted from default namespace',
  },
  { run: 'delete configmap --ignore-not-found -l app', output: 'No resources found' },
])

scenario('kubectl delete waits for finalizers', [
  {
    run: 'create -f -',
    input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept, finalizers: [e2e.keelson.dev/keep]}\n',
    output: 'configmap/kept created',
  },
  {
    run: 'delete configmap kept --timeout=1500ms',
    output: 'configmap "kept" deleted from default namespace',
    error: 'error: timed out waiting for the condition on configmaps/kept',
  },
  { run: "get configmap kept -o jsonpath='{.metadata.deletionGracePeriodSeconds}'", output: '0' },
  {
    run: 'patch configmap kept --type=merge -p \'{"metadata":{"finalizers":null}}\'',
    output: 'configmap/kept patched',
  },
  { run: 'wait --for=delete --timeout=120s configmap/kept', lines: [] },
])

scenario('kubectl delete namespace takes what is in it along', [
  { run: 'create namespace team', output: 'namespace/team created' },
  { run: 'create configmap settings -n team', output: 'configmap/settings created' },
  { run: 'delete namespace team --timeout=120s', output: 'namespace "team" deleted' },
  { run: 'get configmap settings -n team', error: 'Error from server (NotFound): namespaces "team" not found' },
  { run: 'create namespace team', output: 'namespace/team created' },
  { run: 'get configmap settings -n team', error: 'Error from server (NotFound): configmaps "settings" not found' },
])

const cascades = [
  { cascade: 'background', left: [] },
  { cascade: 'foreground', left: [] },
  { cascade: 'orphan', left: ['dependent'] },
]

for (const { cascade, left } of cascades) {
  test(`kubectl delete --cascade=${cascade} leaves ${left.length === 0 ? 'no' : 'every'} dependent`, async (context) => {
    await using target = await startTarget()
    const kubectl = await kubectlWith(await target.workspace('story'))
    await play(context, kubectl, [{ run: 'create configmap owner', output: 'configmap/owner created' }])
    const owner = await kubectl.run("get configmap owner -o jsonpath='{.metadata.uid}'")
    await play(context, kubectl, [
      { run: 'create -f -', input: dependentOf(owner.output), output: 'configmap/dependent created' },
      {
        run: `delete configmap owner --cascade=${cascade} --timeout=120s`,
        output: 'configmap "owner" deleted from default namespace',
      },
      ...(left.length === 0 ? [{ run: 'wait --for=delete --timeout=120s configmap/dependent', lines: [] }] : []),
    ])
    assert.deepEqual(await ownedConfigMaps(kubectl), left)
  })
}

test('kubectl delete --cascade=foreground holds the owner until its blocking dependents are gone', async (context) => {
  await using target = await startTarget()
  const kubectl = await kubectlWith(await target.workspace('story'))
  await kubectl.run('create configmap owner')
  const owner = await kubectl.run("get configmap owner -o jsonpath='{.metadata.uid}'")
  await play(context, kubectl, [
    {
      run: 'create -f -',
      input: dependentOf(owner.output, 'finalizers: [e2e.keelson.dev/keep]'),
      output: 'configmap/dependent created',
    },
    {
      run: 'delete configmap owner --cascade=foreground --wait=false',
      output: 'configmap "owner" deleted from default namespace',
    },
    {
      run: "wait --for=jsonpath='{.metadata.deletionTimestamp}' --timeout=120s configmap/dependent",
      output: 'configmap/dependent condition met',
    },
    { run: "get configmap owner -o jsonpath='{.metadata.finalizers}'", output: '["foregroundDeletion"]' },
    {
      run: 'patch configmap dependent --type=merge -p \'{"metadata":{"finalizers":null}}\'',
      output: 'configmap/dependent patched',
    },
    { run: 'wait --for=delete --timeout=120s configmap/owner configmap/dependent', lines: [] },
  ])
})

function dependentOf(uid: string, metadata = 'annotations: {}'): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: dependent
  labels: {owned: ''}
  ${metadata}
  ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner, uid: ${uid}, blockOwnerDeletion: true}]
`
}

async function ownedConfigMaps(kubectl: Kubectl): Promise<string[]> {
  const { output } = await kubectl.run("get configmaps -l owned -o jsonpath='{.items[*].metadata.name}'")
  return normalize(output).split(' ').filter(Boolean)
}
