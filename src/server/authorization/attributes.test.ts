import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Attributes, type Decision, forbiddenBy, pathAttributes, resourceAttributes } from './attributes.ts'

const bob = { user: { username: 'bob', groups: [] }, cluster: 'a' }
const silent: Decision = { allowed: false, denied: false, reason: '' }

describe('the 403 says who may not do what, and where', () => {
  const cases: { attributes: Attributes; decision?: Decision; message: string; details: object }[] = [
    {
      attributes: resourceAttributes({
        ...bob,
        verb: 'list',
        group: 'example.com',
        resource: 'widgets',
        namespace: 'default',
      }),
      message:
        'widgets.example.com is forbidden: User "bob" cannot list resource "widgets" in API group "example.com" in the namespace "default"',
      details: { group: 'example.com', kind: 'widgets' },
    },
    {
      attributes: resourceAttributes({ ...bob, verb: 'get', group: '', resource: 'namespaces', name: 'web' }),
      decision: { ...silent, reason: 'access denied' },
      message:
        'namespaces "web" is forbidden: User "bob" cannot get resource "namespaces" in API group "" at the cluster scope: access denied',
      details: { name: 'web', kind: 'namespaces' },
    },
    {
      attributes: resourceAttributes({
        ...bob,
        verb: 'update',
        group: 'apps',
        resource: 'deployments',
        subresource: 'scale',
        name: 'web',
        namespace: 'x',
      }),
      message:
        'deployments.apps "web" is forbidden: User "bob" cannot update resource "deployments/scale" in API group "apps" in the namespace "x"',
      details: { name: 'web', group: 'apps', kind: 'deployments' },
    },
  ]
  for (const { attributes, decision = silent, message, details } of cases) {
    test(message, () => {
      const { status } = forbiddenBy(attributes, decision)
      assert.equal(status.message, message)
      assert.deepEqual([status.code, status.reason, status.details], [403, 'Forbidden', details])
    })
  }

  test('for a path', () => {
    const attributes = pathAttributes({ ...bob, verb: 'get', path: '/metrics' })
    assert.equal(forbiddenBy(attributes, silent).message, 'forbidden: User "bob" cannot get path "/metrics"')
  })

  test('without letting a name start markup', () => {
    const attributes = pathAttributes({ ...bob, verb: 'get', path: '/<script>&' })
    assert.equal(
      forbiddenBy(attributes, silent).message,
      'forbidden: User "bob" cannot get path "/&lt;script&gt;&amp;"',
    )
  })
})
