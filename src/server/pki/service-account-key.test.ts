import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { KeelsonError } from '../../machinery/index.ts'
import { createTokenIssuer } from '../authentication/token-issuer.ts'
import { ensureServiceAccountKey } from './service-account-key.ts'

describe('the key of service account tokens', () => {
  let directory: string
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keelson-sa-'))
  })
  after(() => rm(directory, { recursive: true, force: true }))

  test('is kept in the data directory, for its owner alone, so that tokens outlive the process', async () => {
    const token = await createTokenIssuer({ key: await ensureServiceAccountKey(directory) }).sign({ sub: 'x' })
    assert.equal((await stat(join(directory, 'pki', 'sa.key'))).mode & 0o777, 0o600)
    const again = createTokenIssuer({ key: await ensureServiceAccountKey(directory) })
    assert.equal(await again.verify(token), undefined)
    assert.equal((await again.peek(token))?.iss, 'https://kcp.default.svc')
  })

  test('of another server says nothing here', async () => {
    const other = await mkdtemp(join(tmpdir(), 'keelson-sa-'))
    try {
      const token = await createTokenIssuer({ key: await ensureServiceAccountKey(other) }).sign({ sub: 'x' })
      const own = createTokenIssuer({ key: await ensureServiceAccountKey(directory) })
      assert.equal(await own.verify(token), 'invalid signature, no keys found')
    } finally {
      await rm(other, { recursive: true, force: true })
    }
  })

  test('that cannot be read is not replaced, and not quoted', async () => {
    const path = join(directory, 'pki', 'sa.key')
    const kept = await readFile(path, 'utf8')
    await writeFile(path, 'a secret text')
    await assert.rejects(ensureServiceAccountKey(directory), (error: unknown) => {
      assert.ok(error instanceof KeelsonError)
      assert.match(error.message, /sa\.key does not hold a private key in PEM format$/)
      return true
    })
    assert.equal(await readFile(path, 'utf8'), 'a secret text')
    await writeFile(path, kept)
  })
})
