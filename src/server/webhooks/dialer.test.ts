import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import { startWebhook } from '../admission/test-webhook.ts'
import { createAddressPolicy } from './address-policy.ts'
import { createDialer } from './dialer.ts'

const ANYWHERE = createAddressPolicy(['127.0.0.0/8', '::1/128'])
const signal = new AbortController().signal
const body = Buffer.from('{"request":{"uid":"1"}}')

async function failure(url: string, policy = ANYWHERE, options = { signal, limit: 1000 }): Promise<string> {
  using dialer = createDialer(policy)
  const error = await dialer.post({ url, authorities: undefined }, body, options).then(
    () => assert.fail('it answered'),
    (reason: Error) => reason,
  )
  return error.message
}

test('a name that resolves to where nobody may go is refused at the moment of connecting', async () => {
  await using webhook = await startWebhook()
  const port = new URL(webhook.url()).port
  const refused = await failure(`https://localhost:${port}/x`, createAddressPolicy([]))
  assert.match(refused, /^Post "https:\/\/localhost:\d+\/x": dial tcp: address (127\.0\.0\.1|::1) is not allowed: /)
  assert.match(await failure('https://[::1]:1/', createAddressPolicy([])), /address ::1 is not allowed/)
  assert.equal(webhook.connections(), 0)
})

test('failures are told in the words of Go', async () => {
  assert.equal(
    await failure('https://127.0.0.1:1/x'),
    'Post "https://127.0.0.1:1/x": dial tcp 127.0.0.1:1: connect: connection refused',
  )
  await using webhook = await startWebhook()
  assert.match(
    await failure(webhook.url()),
    /: tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
  )

  const plain = createServer().listen(0, '127.0.0.1')
  await once(plain, 'listening')
  const { port } = plain.address() as AddressInfo
  assert.match(await failure(`https://127.0.0.1:${port}`), /: http: server gave HTTP response to HTTPS client$/)
  plain.close()

  const rude = createTcpServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(rude, 'listening')
  const at = rude.address() as AddressInfo
  assert.match(
    await failure(`https://127.0.0.1:${at.port}`),
    /: (EOF|read: connection reset by peer|Client network socket disconnected.*)$/,
  )
  rude.close()
})

test('a certificate for another name is told with the names that it is for', async () => {
  await using webhook = await startWebhook(undefined, '127.0.0.2')
  using dialer = createDialer(ANYWHERE)
  const authorities = Buffer.from(webhook.caBundle, 'base64').toString()
  await assert.rejects(dialer.post({ url: webhook.url(), authorities }, body, { signal, limit: 1000 }), {
    message: `Post "${webhook.url()}": tls: failed to verify certificate: x509: certificate is valid for 127.0.0.1, not 127.0.0.2`,
  })
})

test('who waits too long, and who goes away', async () => {
  await using webhook = await startWebhook(() => 'hang')
  const authorities = Buffer.from(webhook.caBundle, 'base64').toString()
  using dialer = createDialer(ANYWHERE)
  const endpoint = { url: webhook.url(), authorities }
  await assert.rejects(
    dialer.post(endpoint, body, { signal: AbortSignal.timeout(200), limit: 10 }),
    /: context deadline exceeded$/,
  )
  const gone = new AbortController()
  const asked = dialer.post(endpoint, body, { signal: gone.signal, limit: 10 })
  gone.abort()
  await assert.rejects(asked, /: context canceled$/)
})

test('an answer larger than it may be is not read to its end', async () => {
  await using webhook = await startWebhook(() => ({ status: 200, text: 'x'.repeat(5000) }))
  const authorities = Buffer.from(webhook.caBundle, 'base64').toString()
  using dialer = createDialer(ANYWHERE)
  await assert.rejects(
    dialer.post({ url: webhook.url(), authorities }, body, { signal, limit: 1000 }),
    /larger than 1000 bytes/,
  )
})
