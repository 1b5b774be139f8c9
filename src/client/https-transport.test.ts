import '@abraham/reflection'
import assert from 'node:assert/strict'
import type { webcrypto } from 'node:crypto'
import { once } from 'node:events'
import http2 from 'node:http2'
import net, { type AddressInfo } from 'node:net'
import { after, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import * as x509 from '@peculiar/x509'
import { createClient } from './client.ts'
import { httpsTransport } from './https-transport.ts'
import { resourceRef } from './resource-ref.ts'

const gadgets = resourceRef('v1', 'gadgets', { namespaced: false })

async function selfSigned(): Promise<{ cert: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    signingAlgorithm: algorithm,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  })
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return { cert: certificate.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` }
}

type Listener = (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void

const tls = await selfSigned()

async function serve(listener: Listener, settings: http2.Settings = {}) {
  const sessions = new Set<http2.ServerHttp2Session>()
  let connections = 0
  const server = http2.createSecureServer({ ...tls, settings }, listener)
  server.on('session', (session) => {
    connections += 1
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    for (const session of sessions) session.destroy()
    server.close()
  })
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const transport = httpsTransport({ server: url, ca: tls.cert, token: 'secret' })
  after(() => transport[Symbol.dispose]())
  return { url, transport, sessions, connections: () => connections, client: createClient({ transport }) }
}

describe('HTTP/2 over TLS', () => {
  it('sends method, path, headers, token and body, and gives the answer', async () => {
    const { client } = await serve(async (request, response) => {
      let body = ''
      for await (const piece of request) body += piece
      const { authorization, accept } = request.headers
      response.end(JSON.stringify({ method: request.method, url: request.url, authorization, accept, body }))
    })
    assert.deepEqual(await client.raw('POST', '/x?y=z', { body: 'hello' }), {
      method: 'POST',
      url: '/x?y=z',
      authorization: 'Bearer secret',
      accept: 'application/json',
      body: '"hello"',
    })
  })

  it('uses one connection, and connects anew when it is lost', async () => {
    const { client, sessions, connections } = await serve((_, response) => response.end('{}'))
    await client.raw('GET', '/')
    await client.raw('GET', '/')
    assert.equal(connections(), 1)
    for (const session of sessions) session.destroy()
    await client.raw('GET', '/')
    assert.equal(connections(), 2)
  })

  it('opens a second connection when the first has no room for another stream', async () => {
    const waiting: http2.Http2ServerResponse[] = []
    const { client, connections } = await serve(
      (request, response) => {
        if (request.url === '/wait') waiting.push(response)
        else response.end('{}')
      },
      { maxConcurrentStreams: 1 },
    )
    await client.raw('GET', '/')
    const blocked = client.raw('GET', '/wait')
    await client.raw('GET', '/')
    assert.equal(connections(), 2)
    for (const each of waiting) each.end('{}')
    await blocked
  })

  it('ends a watch at once when the signal says so, and the server learns of it', async () => {
    const closed = Promise.withResolvers<void>()
    const { client } = await serve((_, response) => {
      response.write('{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n')
      response.on('close', () => closed.resolve())
    })
    const stop = new AbortController()
    const names: unknown[] = []
    for await (const { object } of client.watch(gadgets, { signal: stop.signal })) {
      names.push(object.metadata.name)
      stop.abort()
    }
    assert.deepEqual(names, ['a'])
    await closed.promise
  })

  it('gives up after the time limit', async () => {
    const { transport } = await serve(() => {})
    const client = createClient({ transport, timeout: 20 })
    await assert.rejects(client.raw('GET', '/'), { name: 'KeelsonError', message: /no answer within 20 ms/ })
  })

  it('fails a write whose connection is lost, because it may have had its effect', async () => {
    let requests = 0
    const { client, connections } = await serve((request) => {
      requests += 1
      request.stream.session?.destroy()
    })
    await assert.rejects(client.raw('POST', '/', { body: {} }), { name: 'KeelsonError' })
    await delay(10)
    assert.deepEqual([requests, connections()], [1, 1])
  })

  it('notices a server that no longer answers', async () => {
    const { url } = await serve((_, response) => response.end('{}'))
    const sockets: net.Socket[] = []
    const proxy = net.createServer((near) => {
      const far = net.connect(Number(new URL(url).port), '127.0.0.1')
      sockets.push(near, far)
      near.pipe(far).pipe(near)
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    after(() => {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    })
    const port = (proxy.address() as AddressInfo).port
    using transport = httpsTransport(
      { server: `https://127.0.0.1:${port}`, ca: tls.cert },
      { ping: { interval: 50, patience: 500 } },
    )
    const client = createClient({ transport })
    await client.raw('GET', '/')
    for (const socket of sockets) socket.unpipe().pause()
    await assert.rejects(client.raw('POST', '/', { body: {} }), /the server no longer answers/)
  })

  it('says in one line that nobody listens or that the certificate is not trusted', async () => {
    using nobody = httpsTransport({ server: 'https://127.0.0.1:1' })
    await assert.rejects(createClient({ transport: nobody }).raw('GET', '/'), {
      message: 'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
    })
    const { url } = await serve((_, response) => response.end('{}'))
    using distrustful = httpsTransport({ server: url })
    await assert.rejects(createClient({ transport: distrustful }).raw('GET', '/'), {
      message: /self-signed certificate/,
      remedy: 'check certificate-authority-data in the kubeconfig',
    })
  })
})
