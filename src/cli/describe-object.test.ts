import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { KubeObject } from '../machinery/index.ts'
import { describeObject, type EventObject } from './describe-object.ts'

const now = Date.parse('2026-01-01T01:00:00Z')
const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('')

const database: KubeObject = {
  apiVersion: 'acme.example/v1',
  kind: 'Database',
  metadata: {
    name: 'carts',
    namespace: 'default',
    uid: 'u1',
    labels: { tier: 'web', app: 'shop' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'one\ntwo' },
    managedFields: [{}],
  },
  spec: { engineType: 'redis', hosts: ['a', 'b'], ports: [{ number: 1, name: 'x' }], nested: [[1, 2]], nothing: null },
  status: {},
}

const event: EventObject = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e' },
  type: 'Normal',
  reason: 'Created',
  message: 'It is there',
  count: 3,
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:50:00Z',
  source: { component: 'tester' },
}

describe('an object in words', () => {
  it('of a kind that nobody knows', () => {
    assert.equal(
      describeObject(database, [event], now),
      lines(
        'Name:         carts',
        'Namespace:    default',
        'Labels:       app=shop',
        '              tier=web',
        'Annotations:  note:',
        '                one',
        '                two',
        'API Version:  acme.example/v1',
        'Kind:         Database',
        'Metadata:',
        '  UID:  u1',
        'Spec:',
        '  Engine Type:  redis',
        '  Hosts:',
        '    a',
        '    b',
        '  Nested:',
        '    [1 2]',
        '  Nothing:  <nil>',
        '  Ports:',
        '    Name:    x',
        '    Number:  1',
        'Status:',
        'Events:',
        '  Type    Reason   Age                From    Message',
        '  ----    ------   ----               ----    -------',
        '  Normal  Created  10m (x3 over 60m)  tester  It is there',
      ),
    )
  })

  it('of a Secret tells how long the values are, and no value', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      type: 'Opaque',
      data: { password: 'Z2VoZWlt' },
    }
    const text = describeObject(secret, undefined, now)
    assert.match(text, /^password: {2}6 bytes$/m)
    assert.doesNotMatch(text, /Z2VoZWlt|geheim/)
  })

  it('says so when there are no events, labels or annotations', () => {
    const text = describeObject({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } }, [], now)
    for (const line of ['Labels:       <none>', 'Annotations:  <none>', 'Events:  <none>'])
      assert.ok(text.includes(line), text)
  })

  it('keeps field names as they are unless they are plain camel case', () => {
    const spec = { apiURL: 1, uid: 2, podCIDR: 3, ipV4: 4, snake_case: 5, 'dots.in/name': 6, HTTPServer: 7 }
    const text = describeObject({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, spec }, [], now)
    for (const label of ['API URL:', 'UID:', 'Pod CIDR:', 'ipV4:', 'snake_case:', 'dots.in/name:', 'HTTPServer:']) {
      assert.ok(text.includes(`\n  ${label}`), `${label} in\n${text}`)
    }
  })
})
