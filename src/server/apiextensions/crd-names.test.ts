import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../../machinery/index.ts'
import { acceptNames, establish, usedNames } from './crd-names.ts'

const NOW = Date.parse('2026-01-02T03:04:05Z')
const TIME = '2026-01-02T03:04:05Z'
const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList', shortNames: ['wd'] }

function crd(status: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: { group: 'example.com', names: { ...names, categories: ['all'] } },
    status,
  }
}

interface Status {
  acceptedNames: Record<string, unknown>
  conditions: { type: string; status: string; reason: string; message: string; lastTransitionTime: string }[]
}

function settled(object: KubeObject, ...others: Record<string, unknown>[]): Status {
  acceptNames(object, usedNames(others), NOW)
  establish(object, NOW)
  return object.status as Status
}

test('names that nobody uses are accepted, and the definition is established at once', () => {
  const { acceptedNames, conditions } = settled(crd())
  assert.deepEqual(acceptedNames, { ...names, categories: ['all'] })
  assert.deepEqual(conditions, [
    {
      lastTransitionTime: TIME,
      type: 'NamesAccepted',
      status: 'True',
      reason: 'NoConflicts',
      message: 'no conflicts found',
    },
    {
      lastTransitionTime: TIME,
      type: 'Established',
      status: 'True',
      reason: 'InitialNamesAccepted',
      message: 'the initial names have been accepted',
    },
  ])
})

const CONFLICTS: readonly (readonly [Record<string, unknown>, string, string])[] = [
  [{ plural: 'widgets' }, 'PluralConflict', '"widgets" is already in use'],
  [{ shortNames: ['widget'] }, 'SingularConflict', '"widget" is already in use'],
  [{ singular: 'wd' }, 'ShortNamesConflict', '"wd" is already in use'],
  [{ kind: 'Widget' }, 'KindConflict', '"Widget" is already in use'],
  [{ kind: 'WidgetList' }, 'ListKindConflict', '"WidgetList" is already in use'],
]

for (const [other, reason, message] of CONFLICTS) {
  test(`beside ${JSON.stringify(other)} there is a ${reason}, and nothing is served`, () => {
    const { conditions } = settled(crd(), other)
    assert.deepEqual(
      conditions.map(({ type, status, reason: why, message: text }) => [type, status, why, text]),
      [
        ['NamesAccepted', 'False', reason, message],
        ['Established', 'False', 'NotAccepted', 'not all names are accepted'],
      ],
    )
  })
}

test('a definition that is served goes on being served when a new short name is taken', () => {
  const object = crd()
  settled(object)
  const spec = object.spec as { names: { shortNames: string[] } }
  spec.names.shortNames = ['wd', 'wg']
  const { acceptedNames, conditions } = settled(object, { shortNames: ['wg'] })
  assert.deepEqual(acceptedNames.shortNames, ['wd'])
  assert.deepEqual(
    conditions.map(({ type, status, reason }) => [type, status, reason]),
    [
      ['NamesAccepted', 'False', 'ShortNamesConflict'],
      ['Established', 'True', 'InitialNamesAccepted'],
    ],
  )
})

test('a definition whose conversion webhook nobody can trust is not served until it can be', () => {
  const object = crd()
  const conversion = { strategy: 'Webhook', webhook: { clientConfig: { url: 'https://a', caBundle: 'eA==' } } }
  object.spec = { ...(object.spec as object), conversion }
  const established = () => settled(object).conditions.find(({ type }) => type === 'Established')
  const { status, reason, message } = established() ?? {}
  assert.deepEqual(
    [status, reason, message],
    ['False', 'InvalidCABundle', 'The conversion webhook CABundle is invalid'],
  )
  conversion.webhook.clientConfig.caBundle = ''
  assert.equal(established()?.status, 'True')
})

test('a condition that stays as it is keeps its time', () => {
  const object = crd()
  settled(object)
  acceptNames(object, usedNames([]), NOW + 60_000)
  for (const { lastTransitionTime } of (object.status as Status).conditions) assert.equal(lastTransitionTime, TIME)
})
