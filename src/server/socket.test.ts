import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Session, connect } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { type ApiRequest, type ApiResponse, type Handler, isStatus, StatusError } from '../machinery/index.ts'
import { eventually } from '../testing/index.ts'
import { type Authority, createAuthority } from './pki/authority.ts'
import { respondStatus } from './response.ts'
import { type Listener, listen } from './socket.ts'

const LIMIT = 1024 * 1024

/** Counts the requests that are under way, and answers by path. */
function handlerFor(): { handler: Handler; open: Set<ApiRequest>; seen: ApiRequest[]; failures: unknown[] } {
  const open = new Set<ApiRequest>()
  const seen: ApiRequest[] = []
  const failures: unknown[] = []
  async function* watch(request: ApiRequest): AsyncGenerator<Buffer> {
    try {
      yield Buffer.from('{"type":"ADDED"}\n')
      await new Promise<void>((resolve) => {
        if (request.signal.aborted) resolve()
        request.signal.addEventListener('abort', () => resolve(), { once: true })
      })
    } finally {
      open.delete(request)
    }
  }
  async function* flood(request: ApiRequest): AsyncGenerator<Buffer> {
    try {
      for (;;) yield Buffer.alloc(64 * 1024, 'x')
    } finally {
      open.delete(request)
    }
  }
  const answer = async (request: ApiRequest): Promise<ApiResponse> => {
    const headers = { 'content-type': 'application/json' }
    if (request.url === '/watch') return { status: 200, headers, body: watch(request) }
    if (request.url === '/large') {
      return { status: 200, headers, body: [Buffer.from('{'), Buffer.alloc(3_000_000, 'x'), Buffer.from('}')] }
    }
    if (request.url === '/flood') return { status: 200, headers, body: flood(request) }
    if (request.url === '/warning') return { status: 200, headers: { warning: '299 - "日本\u007f"' }, body: [] }
    if (request.url === '/broken') return { status: 200, headers: { 'bad header': 'x' }, body: [] }
    const body = await request.body(LIMIT)
    return {
      status: 200,
      headers,
      body: [Buffer.from(request.method), Buffer.from(' '), Buffer.from(String(body.length))],
    }
  }
  const handler: Handler = async (request) => {
    seen.push(request)
    open.add(request)
    try {
      const answered = await answer(request)
      if (Array.isArray(answered.body)) open.delete(request)
      return answered
    } catch (error) {
      open.delete(request)
      failures.push(error)
      return respondStatus(error instanceof StatusError ? error : new StatusError({} as never), [])
    }
  }
  return { handler, open, seen, failures }
}

describe('the HTTPS listener', () => {
  let authority: Authority
  let listener: Listener
  let port = 0
  const { handler, open, seen, failures } = handlerFor()
  before(async () => {
    authority = await createAuthority()
    listener = await listen(handler, { host: '127.0.0.1', port: 0, authority, clientCAs: [] })
    port = Number(new URL(listener.url).port)
  })
  after(() => listener[Symbol.asyncDispose]())

  const overHttp1 = (method: string, path: string, body = '', headers: Record<string, string> = {}) =>
    new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
      const sent = httpsRequest(
        { host: '127.0.0.1', port, path, method, ca: authority.caCertificate, agent: false, headers },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (piece: string) => {
            text += piece
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })

  const overHttp2 = async (
    session: ClientHttp2Session,
    method: string,
    path: string,
    body = '',
  ): Promise<{ status: number; headers: Record<string, unknown>; body: string }> => {
    const stream = session.request({ ':method': method, ':path': path }, { endStream: false })
    let headers: Record<string, unknown> = {}
    stream.on('response', (received) => {
      headers = received
    })
    stream.setEncoding('utf8')
    let text = ''
    stream.on('data', (piece: string) => {
      text += piece
    })
    stream.end(body)
    await once(stream, 'end')
    return { status: Number(headers[':status']), headers, body: text }
  }
  const session = async (): Promise<ClientHttp2Session> => {
    const opened = connect(listener.url, { ca: authority.caCertificate })
    opened.on('error', () => undefined)
    await once(opened, 'connect')
    return opened
  }

  test('speaks HTTP/1.1 and HTTP/2 with the same answers', async () => {
    const http2 = await session()
    for (const [method, body, expected] of [
      ['GET', '', 'GET 0'],
      ['POST', 'abc', 'POST 3'],
      ['HEAD', '', ''],
    ] as const) {
      for (const { status, headers, body: text } of [
        await overHttp1(method, '/echo', body),
        await overHttp2(http2, method, '/echo', body),
      ]) {
        assert.deepEqual([status, text], [200, expected], method)
        assert.equal(headers['content-length'], String(method === 'HEAD' ? 6 : expected.length))
      }
    }
    http2.close()
  })

  test('a body above the limit is answered with 413, and the connection remains of use', async () => {
    const http2 = await session()
    const large = 'x'.repeat(LIMIT + 1)
    for (const headers of [{ 'content-length': String(large.length) }, { 'transfer-encoding': 'chunked' }]) {
      assert.equal((await overHttp1('POST', '/echo', large, headers)).status, 413)
    }
    assert.equal((await overHttp2(http2, 'POST', '/echo', large)).status, 413)
    assert.equal((await overHttp2(http2, 'POST', '/echo', 'x')).body, 'POST 1')
    http2.close()
  })

  test('a large answer arrives whole', async () => {
    const http2 = await session()
    for (const { headers, body } of [await overHttp1('GET', '/large', ''), await overHttp2(http2, 'GET', '/large')]) {
      assert.equal(headers['content-length'], '3000002')
      assert.equal(body, `{${'x'.repeat(3_000_000)}}`)
    }
    http2.close()
  })

  test('text beyond ASCII in a header arrives as UTF-8, without control characters', async () => {
    const http2 = await session()
    for (const { headers } of [await overHttp1('GET', '/warning'), await overHttp2(http2, 'GET', '/warning')]) {
      assert.equal(Buffer.from(String(headers.warning), 'latin1').toString('utf8'), '299 - "日本 "')
    }
    http2.close()
  })

  test('an answer that cannot be sent ends its own request and nothing else', async () => {
    const warned = once(process, 'warning')
    await assert.rejects(overHttp1('GET', '/broken'))
    await warned
    assert.equal((await overHttp1('GET', '/echo')).status, 200)
  })

  test('HEAD of a stream has headers and an end', async () => {
    const { status, body } = await overHttp1('HEAD', '/watch')
    assert.deepEqual([status, body], [200, ''])
    open.clear()
  })

  test('clients that leave in the middle of a body or of an answer leave nothing behind', async () => {
    const start = seen.length
    for (let round = 0; round < 200; round++) {
      const socket = connectTls({ host: '127.0.0.1', port, ca: authority.caCertificate, ALPNProtocols: ['http/1.1'] })
      socket.on('error', () => undefined)
      await once(socket, 'secureConnect')
      const [text, answered] = [
        ['POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf', false],
        ['GET /watch HTTP/1.1\r\nHost: x\r\n\r\n', true],
        ['GET /flood HTTP/1.1\r\nHost: x\r\n\r\n', true],
        ['POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', false],
      ][round % 4] as [string, boolean]
      const former = seen.length
      socket.write(text)
      if (answered) await once(socket, 'data')
      else await eventually(async () => assert.ok(seen.length > former))
      socket.destroy()
    }
    const http2 = await session()
    for (let round = 0; round < 50; round++) {
      const stream = http2.request({ ':path': round % 2 === 0 ? '/watch' : '/flood' })
      stream.on('error', () => undefined)
      await once(stream, 'data')
      stream.close()
    }
    const upload = http2.request({ ':path': '/echo', ':method': 'POST' }, { endStream: false })
    upload.on('error', () => undefined)
    upload.write('half')
    await delay(20)
    http2.destroy()
    await eventually(async () => assert.equal(open.size, 0))
    assert.ok(seen.slice(start).every(({ signal }) => signal.aborted))
    assert.ok(failures.slice(-5).every((error) => !isStatus(error, 'InternalError')))
  })

  test('requests that are given up before their turn leave nothing behind', async () => {
    const http2 = await session()
    const streams = Array.from({ length: 200 }, () => http2.request({ ':path': '/watch' }))
    for (const stream of streams) stream.on('error', () => undefined).close()
    assert.equal((await overHttp2(http2, 'POST', '/echo', 'x')).body, 'POST 1')
    await eventually(async () => assert.equal(open.size, 0))
    http2.close()
  })

  test('stops with a hundred watches open', { timeout: 60_000 }, async () => {
    const { handler: other, open: watches } = handlerFor()
    const second = await listen(other, { host: '127.0.0.1', port: 0, authority, clientCAs: [] })
    const client = connect(second.url, { ca: authority.caCertificate })
    client.on('error', () => undefined)
    for (let index = 0; index < 100; index++) {
      const stream = client.request({ ':path': '/watch' })
      stream.on('error', () => undefined)
    }
    await eventually(async () => assert.equal(watches.size, 100))
    await second[Symbol.asyncDispose]()
    await eventually(async () => assert.equal(watches.size, 0))
  })

  test('a port in use is told with its remedy', async () => {
    await assert.rejects(listen(handler, { host: '127.0.0.1', port, authority, clientCAs: [] }), {
      message: `127.0.0.1:${port} is in use by another process`,
      remedy: /--listen/,
    })
  })
})
