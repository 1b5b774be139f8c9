/** Commits: what is atomic, what is refused, who wins. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStoreError } from '../errors.ts'
import { MAX_COMMIT_BYTES, MAX_OPERATIONS, type Operation, type Precondition, revisionOf, versionOf } from '../store.ts'
import { bytes, commitOf, type Open, put, readAll, remove, removeAll, text, write } from './harness.ts'

export function testCommits(open: Open): void {
  test('an empty store is at revision 1, and each commit gets the next one', async () => {
    await using store = await open()
    assert.equal(store.revision(), 1)
    assert.equal(await store.get('/a'), undefined)
    assert.equal(await write(store, put('/a')), 2)
    assert.equal(await write(store, remove('/never')), 3)
    assert.equal(store.revision(), 3)
  })

  test("a row's version is the commit's revision and the operation's place in it", async () => {
    await using store = await open()
    const revision = await write(store, put('/a'), put('/b'), put('/a', 'again'))
    assert.deepEqual(await store.get('/a'), { key: '/a', value: bytes('again'), version: versionOf(revision, 2) })
    assert.equal((await store.get('/b'))?.version, versionOf(revision, 1))
  })

  test('operations take effect one after another', async () => {
    await using store = await open()
    await write(store, put('/a/1'), put('/a/2'), removeAll('/a/'), put('/a/3'), put('/b'), remove('/b'))
    assert.deepEqual(
      (await readAll(store, '/')).map(({ key }) => key),
      ['/a/3'],
    )
  })

  test('a precondition that does not hold keeps the whole commit out, and tells what is there', async () => {
    await using store = await open()
    const version = versionOf(await write(store, put('/a')), 0)
    const cases: [Precondition, string | undefined][] = [
      [{ type: 'version', key: '/a', version: version + 1 }, '/a'],
      [{ type: 'version', key: '/b', version }, undefined],
      [{ type: 'absent', key: '/a' }, '/a'],
      [{ type: 'present', key: '/b' }, undefined],
      [{ type: 'noneUnder', prefix: '/' }, '/a'],
    ]
    for (const [precondition, there] of cases) {
      const result = await store.commit(
        commitOf([put('/c'), remove('/a')], [{ type: 'present', key: '/a' }, precondition]),
      )
      const row = there === undefined ? undefined : { key: there, value: bytes('/a'), version }
      assert.deepEqual(result, { ok: false, failed: 1, row })
    }
    assert.deepEqual(
      (await readAll(store, '/')).map(({ key }) => key),
      ['/a'],
    )
    assert.equal(store.revision(), revisionOf(version))
  })

  test('a commit without operations judges its preconditions and takes no revision', async () => {
    await using store = await open()
    const revision = await write(store, put('/a'))
    assert.deepEqual(await store.commit(commitOf([], [{ type: 'present', key: '/a' }])), { ok: true, revision })
    const failed = await store.commit(commitOf([], [{ type: 'present', key: '/b' }]))
    assert.deepEqual(failed, { ok: false, failed: 0, row: undefined })
    assert.equal(store.revision(), revision)
  })

  test('a counter adds up within its bounds', async () => {
    await using store = await open()
    const add = (delta: number, max?: number): Operation => {
      return { type: 'add', key: '/n', delta, ...(max === undefined ? {} : { max }) }
    }
    await write(store, add(3))
    await write(store, add(4, 7))
    assert.equal(text((await store.get('/n'))?.value), '7')
    const row = await store.get('/n')
    for (const [operation, failed] of [[add(1, 7), 2] as const, [add(-8), 2] as const]) {
      const result = await store.commit(commitOf([put('/x'), operation], [{ type: 'absent', key: '/x' }]))
      assert.deepEqual(result, { ok: false, failed, row })
    }
    assert.equal(await store.get('/x'), undefined)
    await write(store, add(-7), add(2), removeAll('/n'), add(5))
    assert.equal(text((await store.get('/n'))?.value), '5')
    await write(store, put('/n', 'not a number'))
    assert.equal((await store.commit(commitOf([add(1)]))).ok, false)
  })

  test('a commit over the limits is refused, one at the limits is not', async () => {
    await using store = await open()
    const many = Array.from({ length: MAX_OPERATIONS }, (_, place) => put(`/${place}`))
    await write(store, ...many)
    const large = bytes('x'.repeat(MAX_COMMIT_BYTES - 2))
    await write(store, { type: 'put', key: '/l', value: large })
    assert.deepEqual((await store.get('/l'))?.value, large)
    for (const operations of [[...many, put('/x')], [{ type: 'put', key: '/xl', value: large } as const]]) {
      await assert.rejects(store.commit(commitOf(operations)), (error) => isStoreError(error, 'tooLarge'))
    }
  })

  test('text that is no key is a mistake of the caller', async () => {
    await using store = await open()
    for (const operation of [put('/a b'), put('/ü'), put(''), removeAll('')]) {
      await assert.rejects(store.commit(commitOf([operation])), TypeError)
    }
  })

  test('values are bytes: any, none, and each their own', async () => {
    await using store = await open()
    const values = [Buffer.alloc(0), Buffer.from([0, 255, 128, 10]), Buffer.from('{"a":"ü"}'), Buffer.alloc(100_000, 7)]
    await write(store, ...values.map((value, n) => ({ type: 'put', key: `/v${n}`, value }) as const))
    for (const [n, value] of values.entries()) assert.deepEqual((await store.get(`/v${n}`))?.value, value)
    assert.deepEqual(
      (await readAll(store, '/v')).map(({ value }) => value),
      values,
    )
  })

  test('of many commits that expect the same version, exactly one wins, round after round', async () => {
    await using store = await open()
    let version = versionOf(await write(store, put('/a', '0')), 0)
    for (let round = 1; round <= 5; round++) {
      const expected: Precondition = { type: 'version', key: '/a', version }
      const attempts = Array.from({ length: 50 }, (_, n) =>
        store.commit(commitOf([put('/a', `${round}.${n}`)], [expected], `lane-${n % 7}`)),
      )
      const results = await Promise.all(attempts)
      const won = results.flatMap((result, n) => (result.ok ? [[n, result.revision] as const] : []))
      assert.equal(won.length, 1)
      const [[winner, revision]] = won as [readonly [number, number]]
      assert.equal(text((await store.get('/a'))?.value), `${round}.${winner}`)
      version = versionOf(revision, 0)
      for (const result of results) if (!result.ok) assert.equal(result.row?.version, version)
    }
  })

  test('of many commits that create the same key, exactly one wins', async () => {
    await using store = await open()
    const absent: Precondition = { type: 'absent', key: '/a' }
    const results = await Promise.all(Array.from({ length: 100 }, () => store.commit(commitOf([put('/a')], [absent]))))
    assert.equal(results.filter(({ ok }) => ok).length, 1)
  })

  test('a counter that many add to never leaves its bounds', async () => {
    await using store = await open()
    const add: Operation = { type: 'add', key: '/n', delta: 1, max: 20 }
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, n) => store.commit(commitOf([add, put(`/n${n}`)], [], `${n % 5}`))),
    )
    assert.equal(results.filter(({ ok }) => ok).length, 20)
    assert.equal(text((await store.get('/n'))?.value), '20')
    assert.equal(await store.count('/n'), 21)
  })

  test('a lane with a thousand commits waiting delays those of another by few of them', async () => {
    await using store = await open()
    const floods: number[] = []
    // How many are written before the quiet lane's arrive depends on the machine: the best of some rounds counts.
    for (let round = 0; round < 5; round++) {
      let done = 0
      const flood = Array.from({ length: 1_000 }, (_, n) =>
        store.commit(commitOf([put(`/flood/${n}`)], [], 'flood')).then(() => done++),
      )
      await Promise.all(Array.from({ length: 10 }, (_, n) => store.commit(commitOf([put(`/quiet/${n}`)], [], 'quiet'))))
      floods.push(done)
      await Promise.all(flood)
    }
    assert.ok(Math.min(...floods) < 400, `${floods} of 1000 commits were done when the quiet lane's ten were`)
    assert.equal(await store.count('/flood/'), 1_000)
  })
}
