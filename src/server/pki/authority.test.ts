import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { KeelsonError } from '../../machinery/index.ts'
import { type AuthorityOptions, createAuthority, ensureAuthority } from './authority.ts'

const DAY = 24 * 60 * 60 * 1000
const START = Date.UTC(2030, 0, 1)

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'keelson-pki-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

function at(now: number, names?: string[]): AuthorityOptions {
  return { now: () => now, ...(names === undefined ? {} : { names }) }
}

describe('the first start', () => {
  test('makes an authority and a serving certificate for the names of loopback', async () => {
    const authority = await createAuthority(at(START))
    const ca = new X509Certificate(authority.caCertificate)
    const serving = new X509Certificate(authority.certificate)
    assert.ok(ca.ca && ca.verify(ca.publicKey))
    assert.ok(serving.checkIssued(ca) && serving.verify(ca.publicKey) && !serving.ca)
    for (const name of ['localhost', 'kubernetes.default.svc']) assert.equal(serving.checkHost(name), name)
    for (const ip of ['127.0.0.1', '::1']) assert.equal(serving.checkIP(ip), ip)
    assert.equal(serving.checkHost('example.com'), undefined)
  })

  test('writes files that only their owner can read', async (t) => {
    const directory = await folder(t)
    await ensureAuthority(directory, at(START))
    assert.equal((await stat(join(directory, 'pki'))).mode & 0o777, 0o700)
    const files = (await readdir(join(directory, 'pki'))).sort()
    assert.deepEqual(files, ['apiserver.crt', 'apiserver.key', 'ca.crt', 'ca.key'])
    for (const file of files) assert.equal((await stat(join(directory, 'pki', file))).mode & 0o777, 0o600, file)
  })
})

describe('the next start', () => {
  test('goes on with what is there', async (t) => {
    const directory = await folder(t)
    const first = await ensureAuthority(directory, at(START))
    const second = await ensureAuthority(directory, at(START + DAY))
    assert.deepEqual(JSON.stringify(second), JSON.stringify(first))
  })

  const renewals: { name: string; options: AuthorityOptions }[] = [
    { name: 'when it lacks a name', options: at(START, ['localhost', '10.1.2.3']) },
    { name: 'when it expires soon', options: at(START + 300 * DAY) },
    { name: 'when it has expired', options: at(START + 400 * DAY) },
  ]
  for (const { name, options } of renewals) {
    test(`issues the serving certificate again ${name}, with its key, by the same authority`, async (t) => {
      const directory = await folder(t)
      const first = await ensureAuthority(directory, at(START))
      const second = await ensureAuthority(directory, options)
      assert.equal(second.caCertificate, first.caCertificate)
      assert.equal(second.key, first.key)
      assert.notEqual(second.certificate, first.certificate)
      const serving = new X509Certificate(second.certificate)
      assert.ok(serving.checkHost('localhost') && serving.validToDate.getTime() > (options.now?.() ?? 0) + 300 * DAY)
      assert.equal(await readFile(join(directory, 'pki', 'apiserver.crt'), 'utf8'), second.certificate)
    })
  }

  test('completes what an interrupted first start has left', async (t) => {
    const directory = await folder(t)
    const first = await ensureAuthority(directory, at(START))
    for (const file of ['ca.crt', 'apiserver.key', 'apiserver.crt']) await rm(join(directory, 'pki', file))
    const second = await ensureAuthority(directory, at(START))
    const [former, ca] = [new X509Certificate(first.caCertificate), new X509Certificate(second.caCertificate)]
    assert.deepEqual(
      ca.publicKey.export({ type: 'spki', format: 'pem' }),
      former.publicKey.export({ type: 'spki', format: 'pem' }),
    )
    assert.ok(new X509Certificate(second.certificate).verify(ca.publicKey))
  })

  test('serves with a certificate of the new authority when the old one was removed', async (t) => {
    const directory = await folder(t)
    await ensureAuthority(directory, at(START))
    for (const file of ['ca.crt', 'ca.key']) await rm(join(directory, 'pki', file))
    const second = await ensureAuthority(directory, at(START))
    assert.ok(new X509Certificate(second.certificate).verify(new X509Certificate(second.caCertificate).publicKey))
  })
})

describe('broken files are named, with what to do', () => {
  const cases: { name: string; breakIt: (pki: string) => Promise<void>; now?: number; message: RegExp }[] = [
    {
      name: 'a key that is no key',
      breakIt: (pki) => writeFile(join(pki, 'ca.key'), 'hello'),
      message: /ca\.key does not hold a private key in PEM format$/,
    },
    {
      name: 'an empty certificate',
      breakIt: (pki) => writeFile(join(pki, 'apiserver.crt'), ''),
      message: /apiserver\.crt does not hold a certificate in PEM format$/,
    },
    {
      name: 'a missing key',
      breakIt: (pki) => rm(join(pki, 'ca.key')),
      message: /ca\.key is missing, but its certificate .*ca\.crt exists$/,
    },
    {
      name: "another certificate's key",
      breakIt: async (pki) => writeFile(join(pki, 'apiserver.key'), await readFile(join(pki, 'ca.key'))),
      message: /apiserver\.key is not the key of .*apiserver\.crt$/,
    },
    {
      name: 'a serving certificate in place of the authority',
      breakIt: async (pki) => {
        for (const type of ['crt', 'key'])
          await writeFile(join(pki, `ca.${type}`), await readFile(join(pki, `apiserver.${type}`)))
      },
      message: /ca\.crt is not the certificate of an authority$/,
    },
    {
      name: 'an expired authority',
      breakIt: async () => {},
      now: START + 3651 * DAY,
      message: /ca\.crt has expired on /,
    },
    { name: 'a clock set back', breakIt: async () => {}, now: START - 2 * DAY, message: /ca\.crt is valid only from / },
  ]
  for (const { name, breakIt, now = START, message } of cases) {
    test(name, async (t) => {
      const directory = await folder(t)
      await ensureAuthority(directory, at(START))
      await breakIt(join(directory, 'pki'))
      await assert.rejects(ensureAuthority(directory, at(now)), (error) => {
        assert.ok(error instanceof KeelsonError)
        assert.match(error.message, message)
        assert.ok(error.remedy.length > 0)
        return true
      })
    })
  }
})
