import assert from 'node:assert/strict'
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import { connect, GrpcError, messagesIn } from './grpc.ts'

async function serving(answer: (stream: ServerHttp2Stream) => void): Promise<Http2Server & AsyncDisposable> {
  const server = createServer()
  server.on('stream', answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(server, { [Symbol.asyncDispose]: async () => void server.close() })
}

const urlOf = (server: { address(): unknown }) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const frame = (text: string) => Buffer.concat([Buffer.of(0, 0, 0, 0, text.length), Buffer.from(text)])

function answer(stream: ServerHttp2Stream, body: Buffer | undefined, trailers: Record<string, string>): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  stream.end(body)
}

test('a call resolves with its message, and fails with the status of the trailers', async () => {
  let status = '0'
  await using server = await serving((stream) =>
    answer(stream, frame('hello'), { 'grpc-status': status, 'grpc-message': 'no%20room' }),
  )
  using connection = await connect(urlOf(server), {})
  assert.equal((await connection.call('/a/B', Buffer.from('x'), 1_000)).toString(), 'hello')
  status = '8'
  await assert.rejects(connection.call('/a/B', Buffer.from('x'), 1_000), { code: 8, message: 'no room', sent: true })
})

test('a call that is not answered in time, or whose connection is lost, may have been carried out', async () => {
  let lose = false
  await using server = await serving((stream) => {
    if (lose) stream.session?.destroy()
  })
  using connection = await connect(urlOf(server), {})
  await assert.rejects(connection.call('/a/B', Buffer.from('x'), 50), { code: 4, sent: true })
  lose = true
  await assert.rejects(connection.call('/a/B', Buffer.from('x'), 5_000), { code: 14, sent: true })
  assert.equal(connection.usable(), false)
})

test('where nobody listens, or what listens does not speak, nothing has been sent', async () => {
  const silent = createTcpServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const url = urlOf(silent)
  await assert.rejects(connect(url, {}), (error) => error instanceof GrpcError && !error.sent && error.code === 14)
  silent.close()
  await assert.rejects(connect(url, {}), { code: 14, sent: false })
})

test('a stream yields its messages until it ends with a failure', async () => {
  await using server = await serving((stream) =>
    answer(stream, Buffer.concat([frame('one'), frame('two')]), { 'grpc-status': '14', 'grpc-message': 'no leader' }),
  )
  using connection = await connect(urlOf(server), {})
  const seen: string[] = []
  const reading = (async () => {
    const { signal } = new AbortController()
    for await (const message of connection.stream('/a/B', Buffer.from('x'), signal)) seen.push(message.toString())
  })()
  await assert.rejects(reading, { code: 14, message: 'no leader' })
  assert.deepEqual(seen, ['one', 'two'])
})

test('messages are found in chunks of any size', async () => {
  const bytes = Buffer.concat([frame('first'), frame(''), frame('x'.repeat(200))])
  for (const size of [1, 3, 7, 64, bytes.length]) {
    const chunks = async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    }
    const messages = await Array.fromAsync(messagesIn(chunks()), String)
    assert.deepEqual(messages, ['first', '', 'x'.repeat(200)])
  }
})
