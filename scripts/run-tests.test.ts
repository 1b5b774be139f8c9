import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, type Run } from './run-tests.ts'

interface Course {
  readonly name: string
  /** Files that fail among the others, and alone. */
  readonly first: readonly string[]
  readonly alone: readonly string[]
  readonly passes: boolean
  readonly unsteady: readonly string[]
  /** Files that run again. */
  readonly again: readonly string[]
}

const courses: readonly Course[] = [
  { name: 'all hold', first: [], alone: [], passes: true, unsteady: [], again: [] },
  { name: 'one holds alone', first: ['a'], alone: [], passes: true, unsteady: ['a'], again: ['a'] },
  { name: 'one fails twice', first: ['a'], alone: ['a'], passes: false, unsteady: [], again: ['a'] },
  { name: 'of two one fails twice', first: ['a', 'b'], alone: ['b'], passes: false, unsteady: [], again: ['a', 'b'] },
  {
    name: 'more fail than can be chance',
    first: ['a', 'b', 'c', 'd'],
    alone: [],
    passes: false,
    unsteady: [],
    again: [],
  },
]

for (const { name, first, alone, passes, unsteady, again } of courses) {
  test(`of a run where ${name}, the verdict is ${passes ? 'that it passes' : 'that it fails'}`, async () => {
    const asked: string[] = []
    const verdict = await judge(['all'], undefined, async ({ patterns: [pattern = ''] }) => {
      if (pattern === 'all') return failing(first)
      asked.push(pattern)
      return failing(alone.filter((file) => file === pattern))
    })
    assert.deepEqual([verdict.passes, [...verdict.unsteady.keys()]], [passes, unsteady])
    assert.deepEqual(asked, again)
  })
}

test('a run that did not end, or found no tests, does not pass', async () => {
  const cut = async (): Promise<Run> => ({ failures: new Map(), isWhole: false })
  assert.equal((await judge(['all'], undefined, cut)).passes, false)
})

function failing(files: readonly string[]): Run {
  return { failures: new Map(files.map((file) => [file, ['a test']])), isWhole: true }
}
