/** A server that ends at every commit of a run, before it or right after it: the next server and run end what was begun. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PlatformHarness } from '../../src/cli/platform-harness.ts'
import { begin, end, WORKS, type Work } from '../../src/cli/platform-works.ts'
import { feature as lifecycle } from '../../src/lifecycle/index.ts'
import { platformFeature } from '../../src/platform/index.ts'
import { openStore, type Store, StoreError } from '../../src/storage/index.ts'
import { startServer, type TestServer } from '../../src/testing/index.ts'

/** More than a run needs, so that the last of them is one that nothing happened to. */
const MOST = 60
const log = { info() {}, error() {} }

function serve(harness: PlatformHarness, store: Store): Promise<TestServer> {
  const features = [lifecycle, platformFeature({ simulatedFolder: harness.folder })]
  return startServer({ features, listen: true, log, store: { ...store, async [Symbol.asyncDispose]() {} } })
}

interface Mortal {
  readonly store: Store
  /** Lets so many commits be made; the next one is the last thing that happens, or does not. */
  readonly allow: (commits: number) => void
}

function mortal(store: Store, how: 'before' | 'after', died: () => void): Mortal {
  let left = Number.POSITIVE_INFINITY
  const gone = () => new StoreError('closed', 'the server has ended')
  return {
    allow: (commits) => {
      left = commits
    },
    store: {
      ...store,
      async commit(commit) {
        if (left < 0) throw gone()
        left -= 1
        if (left >= 0) return store.commit(commit)
        died()
        if (how === 'after') await store.commit(commit)
        throw gone()
      },
    },
  }
}

const CALLS = ['list', 'observe', 'create', 'update', 'start', 'adopt', 'release', 'delete']
/** Whoever is dead reaches no world. */
const CUT_OFF = { faults: CALLS.map((call) => ({ call, point: 'before', effect: 'unreachable' })) }

/** Whether the run was cut off. */
async function cutOff(work: Work, how: 'before' | 'after', commits: number): Promise<boolean> {
  using harness = await begin(work)
  await using store = await openStore({ engine: 'memory' })
  const kill = new AbortController()
  const { store: dying, allow } = mortal(store, how, () => {
    harness.control(CUT_OFF)
    kill.abort()
  })
  {
    await using first = await serve(harness, dying)
    const at = harness.through(first)
    allow(commits)
    await at.run(work.line, { signal: kill.signal })
  }
  harness.control({})
  await using second = await serve(harness, store)
  const at = harness.through(second)
  assert.equal((await at.runAsIs('unlock --force')).code, 0)
  await end(work, at)
  return kill.signal.aborted
}

describe('a server that ends at a commit', () => {
  for (const work of WORKS) {
    for (const how of ['before', 'after'] as const) {
      test(`${work.name}: ${how} each commit`, async () => {
        let commits = 0
        while (await cutOff(work, how, commits)) {
          commits += 1
          assert.ok(commits < MOST)
        }
        assert.ok(commits > 3, `${commits} commits`)
      })
    }
  }
})
