import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { KeelsonError } from '../../machinery/index.ts'
import { generateKey, keyPem, selfSign } from './certificates.ts'
import { readServingFiles } from './serving-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'keelson-serving-files-'))
after(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const [own, other] = [await generateKey(), await generateKey()]
const certificate = selfSign('server', own, { now: Date.now(), ttl: 60_000 })
const files = {
  certificate: write('server.crt', certificate),
  key: write('server.key', keyPem(own)),
  otherKey: write('other.key', keyPem(other)),
  text: write('text', 'hello'),
}

describe('--tls-cert-file and --tls-private-key-file', () => {
  it('are read as they are', async () => {
    const { certificate: tlsCertFile, key: tlsPrivateKeyFile } = files
    assert.deepEqual(await readServingFiles({ tlsCertFile, tlsPrivateKeyFile }), { certificate, key: keyPem(own) })
    assert.equal(await readServingFiles({}), undefined)
  })

  const mistakes: [name: string, tlsCertFile: string, tlsPrivateKeyFile: string, message: RegExp][] = [
    ['no certificate', files.text, files.key, /^--tls-cert-file .*text holds no certificate$/],
    ['no key', files.certificate, files.text, /^--tls-private-key-file .*text holds no private key$/],
    ['the key of another', files.certificate, files.otherKey, /other\.key is not the key of the first certificate in /],
    ['no file', join(folder, 'nowhere'), files.key, /^--tls-cert-file .*nowhere cannot be read: ENOENT$/],
  ]
  for (const [name, tlsCertFile, tlsPrivateKeyFile, message] of mistakes) {
    it(`are refused with ${name}`, async () => {
      await assert.rejects(readServingFiles({ tlsCertFile, tlsPrivateKeyFile }), (error) => {
        return error instanceof KeelsonError && message.test(error.message) && error.remedy !== ''
      })
    })
  }
})
