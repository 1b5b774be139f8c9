import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Cell, type Command, decide, type WorldState } from './decide.ts'

const WORLDS: readonly WorldState[] = [
  'absent',
  'building',
  'ready-equal',
  'ready-differing',
  'failed',
  'deleting',
  'stopped',
  'unreachable',
]
const OWNERS = {
  ours: { owner: 'ours', adoption: 'Never' },
  'untagged with Never': { owner: 'untagged', adoption: 'Never' },
  'untagged with IfUntagged': { owner: 'untagged', adoption: 'IfUntagged' },
  "another's": { owner: 'other', adoption: 'IfUntagged' },
} as const
const COMMANDS: Readonly<Record<string, Command>> = {
  'plan, apply': { type: 'converge' },
  'plan, apply --prune': { type: 'converge', prune: true },
  destroy: { type: 'destroy' },
  'destroy --all-owned': { type: 'destroy', prune: true },
}

/** Row, what plan says, the first step, what becomes of it; a world per line, in the order of WORLDS. */
const UNKNOWN = '1 unknown none unknown'
const INVISIBLE = '5 - none settled'
const CREATE = '6 create create change'
const CONVERGE = [
  CREATE,
  '7 resume create change',
  '8 no-op none settled',
  '9 update update change',
  '10 repair repair change',
  '11 wait-then-create wait-until-gone change',
  '12 start start change',
  UNKNOWN,
]
const DESTROY = [
  '6 no-op none settled',
  '7 delete delete change',
  '8 delete delete change',
  '9 delete delete change',
  '10 delete delete change',
  '11 delete wait-until-gone change',
  '12 delete delete change',
  UNKNOWN,
]
const there = (line: string, absent: string) => [absent, line, line, line, line, line, line, UNKNOWN]
const CONFLICT = '2 conflict none blocked'
const ADOPT = '4 adopt adopt change'

const WANTED: Readonly<Record<keyof typeof OWNERS, { converge: readonly string[]; destroy: readonly string[] }>> = {
  ours: { converge: CONVERGE, destroy: DESTROY },
  'untagged with Never': {
    converge: there('3 foreign none blocked', CREATE),
    destroy: there('3 leave none settled', '6 no-op none settled'),
  },
  'untagged with IfUntagged': {
    converge: there(ADOPT, CREATE).with(5, '4 adopt wait-until-gone change'),
    destroy: there('4 leave none settled', '6 no-op none settled'),
  },
  "another's": { converge: there(CONFLICT, CREATE), destroy: there(CONFLICT, '6 no-op none settled') },
}

function verdict(cell: Cell, command: Command): string {
  const { row, action = '-', step, outcome } = decide(cell, command)
  return `${row} ${action} ${step} ${outcome}`
}

for (const [owner, ownership] of Object.entries(OWNERS)) {
  for (const [name, command] of Object.entries(COMMANDS)) {
    describe(`${name}: ${owner}`, () => {
      const wanted = WANTED[owner as keyof typeof OWNERS][command.type]
      for (const [index, world] of WORLDS.entries()) {
        test(`in the manifest, ${world}`, () => {
          assert.equal(verdict({ inManifest: true, world, ...ownership }, command), wanted[index])
        })
      }
      const orphan = command.prune === true ? '13 delete delete change' : '13 orphan none settled'
      for (const world of WORLDS) {
        const visible = owner === 'ours' && world !== 'absent'
        const expected = world === 'unreachable' ? UNKNOWN : visible ? orphan : INVISIBLE
        test(`not in the manifest, ${world}`, () => {
          assert.equal(verdict({ inManifest: false, world, ...ownership }, command), expected)
        })
      }
    })
  }
}

describe('what takes more than an update', () => {
  const ours = { inManifest: true, owner: 'ours', adoption: 'Never' } as const
  const cases: readonly [string, Cell, Command, string][] = [
    [
      'a field that is set at creation only is for a person to decide',
      { ...ours, world: 'ready-differing', immutable: true },
      { type: 'converge' },
      '9 replace none blocked',
    ],
    [
      'with --allow-replace it is replaced',
      { ...ours, world: 'ready-differing', immutable: true },
      { type: 'converge', allowReplace: true },
      '9 replace delete change',
    ],
    [
      'a failed cluster that cannot be mended in place is for a person to decide',
      { ...ours, world: 'failed', repairable: false },
      { type: 'converge' },
      '10 repair none blocked',
    ],
    [
      'with --allow-replace it is built anew',
      { ...ours, world: 'failed', repairable: false },
      { type: 'converge', allowReplace: true },
      '10 replace delete change',
    ],
    [
      'one that can be mended is mended, whatever is allowed',
      { ...ours, world: 'failed', repairable: true },
      { type: 'converge', allowReplace: true },
      '10 repair repair change',
    ],
  ]
  for (const [name, cell, command, expected] of cases) test(name, () => assert.equal(verdict(cell, command), expected))
})
