/** Random commits, ranges and watches against the model. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Commit, Operation, Precondition, Store } from '../store.ts'
import { inWords, type Open, readAll, type Seen, watchAll } from './harness.ts'
import { createModel, type Model } from './model.ts'

const ORDER: Operation = { type: 'put', key: '/order', value: Buffer.from('') }
const KEYS = ['/a/1', '/a/2', '/a/2/deep', '/ab', '/b/1', '/b/count', '/c', '/count']
const PREFIXES = ['', '/a', '/a/', '/a/2', '/b/', '/c', '/none']
const key = fc.constantFrom(...KEYS)
const prefix = fc.constantFrom(...PREFIXES)

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('put'), key, value: fc.nat(99).map((n) => Buffer.from(`${n}`)) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete'), key }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('deletePrefix'), prefix: fc.constantFrom('/a', '/a/', '/b/', '/none') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('add'),
      key,
      delta: fc.integer({ min: -3, max: 9 }),
      max: fc.constant(99),
    }),
  },
)

/** A version precondition names the version there is (0), or one that is off. */
const precondition: fc.Arbitrary<Precondition> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('version'), key, version: fc.constantFrom(0, 0, 0, 1) }) },
  fc.record({ type: fc.constant('absent'), key }),
  fc.record({ type: fc.constant('present'), key }),
  fc.record({ type: fc.constant('noneUnder'), prefix: fc.constantFrom('/a/2', '/none') }),
)

const commit: fc.Arbitrary<Commit> = fc.record({
  operations: fc.array(operation, { maxLength: 5 }),
  preconditions: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(precondition, { maxLength: 2 })),
  lane: fc.constant('one'),
})

interface Step {
  readonly commits: readonly Commit[]
  readonly look: { prefix: string; limit: number; ago: number }
}

const step: fc.Arbitrary<Step> = fc.record({
  commits: fc.array(commit, { minLength: 1, maxLength: 6 }),
  look: fc.record({ prefix, limit: fc.integer({ min: 1, max: 5 }), ago: fc.nat(30) }),
})

export function testProperties(open: Open, runs: number): void {
  test('random commits: results, rows at every revision, and all watches are those of the model', async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      await using store = await open()
      const model = createModel()
      const watches: [look: Step['look'], after: number, seen: Seen][] = []
      for (const { commits, look } of steps) {
        await commitAll(store, model, commits)
        const at = Math.max(1, model.revision() - look.ago)
        assert.deepEqual(await readAll(store, look.prefix, look.limit, at), model.rows(look.prefix, at))
        const after = at * 256 + (look.ago % 7) - 1
        watches.push([look, after, await watchAll(store, look.prefix, after)])
      }
      for (const key of KEYS) {
        assert.deepEqual(
          await store.get(key),
          model.rows('').find((row) => row.key === key),
        )
      }
      for (const prefix of PREFIXES) assert.equal(await store.count(prefix), model.rows(prefix).length)
      assert.deepEqual(
        await store.occupied(PREFIXES),
        PREFIXES.filter((prefix) => model.rows(prefix).length > 0),
      )
      for (const [{ prefix }, after, seen] of watches) {
        await seen.caughtUp()
        const expected = model.changes(prefix, after).map((change) => inModelWords(change))
        assert.deepEqual(seen.changes.map(inWords), expected, `watch of ${prefix} after ${after}`)
        assertBatches(seen)
        seen[Symbol.dispose]()
      }
    })
    await fc.assert(property, { numRuns: runs })
  })

  test('whoever saw a part of the changes and resumes from a version it saw misses none of the rest', async () => {
    const property = fc.asyncProperty(
      fc.array(commit, { minLength: 1, maxLength: 12 }),
      prefix,
      async (commits, prefix) => {
        await using store = await open()
        const model = createModel()
        await commitAll(store, model, commits)
        const all = model.changes(prefix, 0)
        for (const [index, { told }] of all.entries()) {
          using resumed = await watchAll(store, prefix, told)
          await resumed.caughtUp()
          const rest = all.slice(index + 1).map(inModelWords)
          const seen = resumed.changes.map(inWords)
          assert.deepEqual(rest.length === 0 ? [] : seen.slice(-rest.length), rest)
        }
      },
    )
    await fc.assert(property, { numRuns: runs })
  })
}

/** All at once: commits of one lane are judged in the order in which they were made. */
async function commitAll(store: Store, model: Model, commits: readonly Commit[]): Promise<void> {
  const before = model.rows('')
  const real = commits.map((commit) => ({
    ...commit,
    // A key that all of them write: it makes their order that in which they are made, on every engine.
    operations: commit.operations.length === 0 ? [] : [...commit.operations, ORDER],
    preconditions: commit.preconditions.map((precondition) => {
      if (precondition.type !== 'version') return precondition
      const row = before.find(({ key }) => key === precondition.key)
      return { ...precondition, version: (row?.version ?? 256) + precondition.version }
    }),
  }))
  const results = await Promise.all(real.map((commit) => store.commit(commit)))
  for (const [index, result] of results.entries()) {
    const expected = model.commit(real[index] as Commit)
    const got = result.ok ? result : { ok: false, failed: result.failed, version: result.row?.version }
    // What only judges has no key in common with the others: which of their revisions it is told is open.
    if (real[index]?.operations.length === 0 && got.ok) assert.ok(expected.ok)
    else assert.deepEqual(got, expected)
  }
  assert.equal(store.revision(), model.revision())
}

/** Every batch holds changes of revisions after the last batch's, up to its own. */
function assertBatches({ batches }: Seen): void {
  let before = 0
  for (const { changes, revision } of batches) {
    assert.ok(revision >= before)
    for (const { version } of changes) {
      assert.ok(
        version <= revision * 256 + 255 && version >= before * 256 + 255,
        `${version} in ${before}..${revision}`,
      )
    }
    before = revision
  }
}

function inModelWords(change: ReturnType<Model['changes']>[number]): string {
  return `${change.told} ${change.key} ${change.previous ?? '-'} > ${change.value ?? '-'}`
}
