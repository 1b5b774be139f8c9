import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitRange } from './limit-range.ts'
import { resourceQuota } from './resource-quota.ts'
import { cellsOf, faultsOf, prepared, updated } from './try-write.ts'

const QUOTAS: readonly (readonly [Record<string, unknown>, string[]])[] = [
  [{ cpu: '1', 'requests.memory': '1Gi', pods: '3', 'count/widgets.example.com': '5' }, []],
  [{ pods: '1500m' }, ['spec.hard[pods]: Invalid value: "1500m": must be an integer']],
  [{ cpu: '-1' }, ['spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0']],
  [
    { widgets: '1' },
    [
      'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource type or fully qualified',
      'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource for quota',
    ],
  ],
]

for (const [hard, faults] of QUOTAS) {
  test(`a quota of ${JSON.stringify(hard)} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(faultsOf(resourceQuota, { spec: { hard } }), faults)
  })
}

test('scopes are known, do not contradict each other and do not change', () => {
  const scopes = ['BestEffort', 'NotBestEffort', 'Odd']
  assert.deepEqual(faultsOf(resourceQuota, { spec: { scopes } }), [
    'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Odd"]: unsupported scope',
    'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Odd"]: conflicting scopes',
  ])
  const { faults } = updated(resourceQuota, { spec: { scopes: ['BestEffort'] } }, { spec: {} })
  assert.deepEqual(faults, ['spec.scopes: Invalid value: []: field is immutable'])
})

test('what is used is written through the status alone', () => {
  const status = { hard: { pods: '3' }, used: { pods: '1' } }
  assert.deepEqual(prepared(resourceQuota, { status }).status, {})
  assert.deepEqual(updated(resourceQuota, {}, { status }).object.status, {})
  assert.deepEqual(updated(resourceQuota, {}, { status }, 'status').object.status, status)
})

test('kubectl shows what is used of what, limits apart, by name', () => {
  const hard = { pods: '3', cpu: '1000m', 'limits.cpu': '2' }
  const { Request, Limit } = cellsOf(resourceQuota, { status: { hard, used: { cpu: '500m' } } })
  assert.deepEqual([Request, Limit], ['cpu: 500m/1, pods: 0/3', 'limits.cpu: 0/2'])
})

test('quantities are stored in one form', () => {
  const spec = { hard: { cpu: '1000m', pods: 5, memory: '1024Ki' } }
  assert.deepEqual(prepared(resourceQuota, { spec }).spec, { hard: { cpu: '1', pods: '5', memory: '1Mi' } })
})

test('a scope counts what it can tell apart', () => {
  const spec = { hard: { cpu: '1', pods: '1', secrets: '1' }, scopes: ['NotBestEffort'] }
  assert.deepEqual(faultsOf(resourceQuota, { spec }), [
    'spec.scopes: Invalid value: ["NotBestEffort"]: unsupported scope applied to resource',
  ])
})

test('containers get the maximum as default limit, and that or the minimum as default request', () => {
  const limit = { type: 'Container', max: { cpu: '2' }, min: { cpu: '1', memory: '1Mi' }, default: { memory: '2Mi' } }
  assert.deepEqual(prepared(limitRange, { spec: { limits: [limit] } }).spec, {
    limits: [{ ...limit, default: { cpu: '2', memory: '2Mi' }, defaultRequest: { cpu: '2', memory: '2Mi' } }],
  })
})

const LIMITS: readonly (readonly [Record<string, unknown>, string[]])[] = [
  [{ type: 'Pod', min: { cpu: '1' }, max: { cpu: '1000m' } }, []],
  [
    { type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } },
    ['spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
  ],
  [
    { type: 'Pod', default: { cpu: '1' } },
    ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
  ],
  [{ type: 'Odd' }, ['spec.limits[0].type: Invalid value: "Odd": must be a standard limit type or fully qualified']],
  [
    { type: 'Container', defaultRequest: { cpu: '3' }, default: { cpu: '2' } },
    [
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "3": default request value 3 is greater than default limit value 2',
    ],
  ],
  [
    { type: 'PersistentVolumeClaim' },
    [
      'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
    ],
  ],
  [
    { type: 'Pod', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '3' } },
    ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000'],
  ],
  [
    { type: 'Pod', maxLimitRequestRatio: { cpu: '500m' } },
    ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1'],
  ],
]

for (const [limit, faults] of LIMITS) {
  test(`a limit of ${JSON.stringify(limit)} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(faultsOf(limitRange, { spec: { limits: [limit] } }), faults)
  })
}

test('there is one limit of a type', () => {
  assert.deepEqual(faultsOf(limitRange, { spec: { limits: [{ type: 'Pod' }, { type: 'Pod' }] } }), [
    'spec.limits[1].type: Duplicate value: "Pod"',
  ])
})
