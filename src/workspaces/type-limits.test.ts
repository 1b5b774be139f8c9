import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TypeLimit } from './api/workspace-type.ts'
import { brokenLimits } from './type-limits.ts'
import type { ResolvedType } from './types.ts'

const type = (name: string, limits: { children?: TypeLimit; parents?: TypeLimit } = {}): ResolvedType => ({
  name,
  path: 'root',
  cluster: 'root',
  spec: {
    ...(limits.children !== undefined && { limitAllowedChildren: limits.children }),
    ...(limits.parents !== undefined && { limitAllowedParents: limits.parents }),
  },
})
const only = (...names: string[]): TypeLimit => ({ types: names.map((name) => ({ name, path: 'root' })) })
const none: TypeLimit = { none: true }

const CASES: readonly [string, ResolvedType[], ResolvedType[], string[]][] = [
  ['no limits', [type('a')], [type('b')], []],
  ['a parent that allows it', [type('a')], [type('b', { children: only('a') })], []],
  ['a child that allows it', [type('a', { parents: only('b') })], [type('b')], []],
  ['one of several', [type('a', { parents: only('x', 'b') })], [type('b')], []],
  ['what the child extends', [type('a'), type('base')], [type('b', { children: only('base') })], []],
  ['what the parent extends', [type('a', { parents: only('base') })], [type('b'), type('base')], []],
  [
    'a parent that allows none',
    [type('a')],
    [type('b', { children: none })],
    ['workspace type root:b allows no children'],
  ],
  [
    'a child that allows none',
    [type('a', { parents: none })],
    [type('b')],
    ['workspace type root:a allows no parents'],
  ],
  [
    'another one',
    [type('a'), type('base')],
    [type('b', { children: only('x', 'y') })],
    ['workspace type root:b only allows [root:x root:y] children, but the workspace implements [root:a root:base]'],
  ],
  [
    'everything at once',
    [type('a', { parents: none })],
    [type('b', { children: none }), type('base', { children: none })],
    [
      'workspace type root:b allows no children',
      'workspace type root:base allows no children',
      'workspace type root:a allows no parents',
    ],
  ],
  [
    'a parent without a type',
    [type('a', { parents: only('b') })],
    [],
    ['workspace type root:a only allows [root:b] parents, but the workspace implements []'],
  ],
]
for (const [what, child, parent, broken] of CASES) {
  test(`limits: ${what}`, () => assert.deepEqual(brokenLimits(child, parent), broken))
}
