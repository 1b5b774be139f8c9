import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTarget } from '../target.ts'
import { kubectlWith } from './kubectl.ts'
import { normalize } from './normalize.ts'

test('kubectl get -w prints each change as it happens', { timeout: 60_000 }, async () => {
  await using target = await startTarget()
  const kubectl = await kubectlWith(await target.workspace('story'))
  await kubectl.run('create configmap first --from-literal=a=1')
  await kubectl.run('label configmap first app=shop')
  const changes = [
    'create configmap unseen',
    'create configmap second --from-literal=a=1 --from-literal=b=2',
    'label configmap second app=shop',
    'patch configmap second --type=merge -p \'{"data":{"b":null}}\'',
    'label configmap first app-',
    'delete configmap second',
  ]
  const expected = [
    'EVENT  NAME  DATA  AGE',
    'ADDED  first  1  <age>',
    'ADDED  second  2  <age>',
    'MODIFIED  second  1  <age>',
    'DELETED  first  1  <age>',
    'DELETED  second  1  <age>',
  ]
  const seen: string[] = []
  for await (const line of kubectl.follow('get configmaps -l app=shop -w --output-watch-events')) {
    seen.push(normalize(line))
    // The changes begin when the watch shows that it has begun.
    if (seen.length === 2) for (const change of changes) assert.equal((await kubectl.run(change)).error, '')
    if (seen.length === expected.length) break
  }
  assert.deepEqual(seen, expected)
})
