import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, type TestContext, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { KeelsonError, type UserInfo } from '../../machinery/index.ts'
import { type Authority, createAuthority } from './authority.ts'
import { clientCertificateUser, readClientCAs, tlsOptions } from './tls.ts'

const HOUR = 60 * 60 * 1000
const [own, other, stranger] = await Promise.all([createAuthority(), createAuthority(), createAuthority()])

/** An endpoint that answers each request with the user that the connection's certificate stands for. */
async function listen(t: TestContext, authority: Authority, clientCAs: string[]): Promise<number> {
  const server = createSecureServer(tlsOptions(authority, { clientCAs }), (request, response) => {
    response.end(JSON.stringify(clientCertificateUser(request.socket as TLSSocket) ?? null))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

interface Answer {
  readonly user: UserInfo | null
  readonly session: Buffer | undefined
  readonly resumed: boolean
}

async function ask(port: number, options: ConnectionOptions): Promise<Answer> {
  const socket = connect({ host: '127.0.0.1', port, ALPNProtocols: ['http/1.1'], ...options })
  let session: Buffer | undefined
  socket.on('session', (latest) => {
    session = latest
  })
  let resumed = false
  socket.on('secureConnect', () => {
    resumed = socket.isSessionReused()
  })
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  const answer = await text(socket)
  const body = answer.slice(answer.indexOf('\r\n\r\n')).match(/\{.*\}|null/)?.[0] ?? 'null'
  return { user: JSON.parse(body), session, resumed }
}

describe('who a client certificate stands for', () => {
  const issue = async (authority: Authority, commonName: string, organizations: string[]) => {
    const { certificate, key } = await authority.issueClientCertificate({ commonName, organizations, ttl: HOUR })
    return { cert: certificate, key }
  }

  test('nobody, without one', async (t) => {
    const port = await listen(t, own, [])
    assert.equal((await ask(port, { ca: own.caCertificate })).user, null)
  })

  test('common name and organizations, when an authority of this endpoint has issued it', async (t) => {
    const port = await listen(t, own, [other.caCertificate])
    for (const authority of [own, other]) {
      const certificate = await issue(authority, 'alice#1, ü', ['a,b', 'system:masters'])
      const { user } = await ask(port, { ca: own.caCertificate, ...certificate })
      assert.equal(user?.username, 'alice#1, ü')
      assert.deepEqual(user.groups, ['a,b', 'system:masters'])
      assert.match(user.extra?.['authentication.kubernetes.io/credential-id']?.[0] ?? '', /^X509SHA256=[0-9a-f]{64}$/)
    }
  })

  test('nobody, when any other authority has issued it: the connection stands, the identity does not', async (t) => {
    const port = await listen(t, own, [other.caCertificate])
    const certificate = await issue(stranger, 'alice', ['system:masters'])
    assert.equal((await ask(port, { ca: own.caCertificate, ...certificate })).user, null)
  })

  test('nobody, when it is expired or was made for servers', async (t) => {
    const port = await listen(t, own, [])
    const expired = await own.issueClientCertificate({ commonName: 'alice', organizations: [], ttl: -1000 })
    const serving = { cert: own.certificate, key: own.key }
    for (const certificate of [{ cert: expired.certificate, key: expired.key }, serving]) {
      assert.equal((await ask(port, { ca: own.caCertificate, ...certificate })).user, null)
    }
  })

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`the same user when the session is resumed (${maxVersion}), but not on an endpoint with other authorities`, async (t) => {
      const [home, away] = [await listen(t, own, []), await listen(t, own, [other.caCertificate])]
      const client = { ca: own.caCertificate, maxVersion, ...(await issue(own, 'alice', ['dev'])) }
      const { session, user } = await ask(home, client)
      assert.ok(session !== undefined && user?.username === 'alice')
      const again = await ask(home, { ...client, session })
      assert.deepEqual([again.resumed, again.user], [true, user])
      const elsewhere = await ask(away, { ca: own.caCertificate, maxVersion, session })
      assert.deepEqual([elsewhere.resumed, elsewhere.user], [false, null])
    })
  }
})

test('speaks nothing older than TLS 1.2, and HTTP/2 first', async (t) => {
  const port = await listen(t, own, [])
  const old = connect({
    host: '127.0.0.1',
    port,
    ca: own.caCertificate,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
  })
  await assert.rejects(once(old, 'secureConnect'))
  const both = connect({
    host: '127.0.0.1',
    port,
    ca: own.caCertificate,
    ALPNProtocols: ['http/1.1', 'h2'],
  })
  await once(both, 'secureConnect')
  assert.equal(both.alpnProtocol, 'h2')
  both.destroy()
})

describe('--client-ca-file', () => {
  const read = async (t: TestContext, content: string | undefined) => {
    const directory = await mkdtemp(join(tmpdir(), 'keelson-ca-'))
    t.after(() => rm(directory, { recursive: true }))
    if (content !== undefined) await writeFile(join(directory, 'ca.crt'), content)
    return readClientCAs(join(directory, 'ca.crt'))
  }

  test('holds several authorities', async (t) => {
    const bundle = own.caCertificate + other.caCertificate
    assert.equal(await read(t, bundle), bundle)
  })

  const cases: { name: string; content: string | undefined; message: RegExp }[] = [
    { name: 'that does not exist', content: undefined, message: /^--client-ca-file .*ca\.crt cannot be read: ENOENT$/ },
    { name: 'without a certificate', content: 'hello', message: /ca\.crt holds no certificate$/ },
    {
      name: 'with a malformed certificate',
      content: `${own.caCertificate}-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`,
      message: /ca\.crt: certificate 2 is malformed$/,
    },
  ]
  for (const { name, content, message } of cases) {
    test(`refuses one ${name}`, async (t) => {
      await assert.rejects(read(t, content), (error) => error instanceof KeelsonError && message.test(error.message))
    })
  }
})
