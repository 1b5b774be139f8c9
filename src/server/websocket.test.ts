import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { connect } from 'node:tls'
import { parse } from 'yaml'
import { eventually, resourceRef, startServer, type TestServer } from '../testing/index.ts'
import { eventsIn, frame } from './websocket-frames.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const PATH = '/clusters/root/api/v1/namespaces/default/configmaps?watch=true&fieldSelector=metadata.name%3Da'

/** What the server sends after the request, as it comes. */
interface Client extends Disposable {
  readonly until: (enough: (received: Buffer) => boolean) => Promise<Buffer>
  readonly write: (bytes: Buffer) => void
  readonly ended: () => boolean
}

describe('a watch over WebSocket', () => {
  let server: TestServer
  let token = ''
  before(async () => {
    server = await startServer({ features: [], listen: true })
    token = parse(server.kubeconfig()).users[0].user.token
    await server.client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'default' },
    })
  })
  after(() => server[Symbol.asyncDispose]())

  function open(path: string, headers: Readonly<Record<string, string>>): Client {
    const { port, hostname } = new URL(server.url)
    const socket = connect({
      host: hostname,
      port: Number(port),
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
    })
    const all = {
      Host: 'keelson',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      Origin: 'http://localhost',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    }
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
    let received: Buffer = Buffer.alloc(0)
    let ended = false
    let wake = (): void => undefined
    socket.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data])
      wake()
    })
    socket.on('close', () => {
      ended = true
      wake()
    })
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
    return {
      write: (bytes) => socket.write(bytes),
      ended: () => ended,
      until: async (enough) => {
        const deadline = performance.now() + 60_000
        while (!enough(received)) {
          assert.ok(!ended && performance.now() < deadline, received.toString())
          await new Promise<void>((resolve) => {
            wake = resolve
            setTimeout(resolve, 100)
          })
        }
        return received
      },
      [Symbol.dispose]: () => socket.destroy(),
    }
  }

  const bearer = () => `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`

  test('sends each event as a text, and agrees on the protocol that is not the token', async () => {
    using client = open(PATH, { 'Sec-WebSocket-Protocol': `${bearer()}, mine` })
    const received = await client.until((bytes) => bytes.includes('ADDED') && bytes.at(-1) === 0x0a)
    const [head = '', ...rest] = received.toString('latin1').split('\r\n\r\n')
    assert.match(head, /^HTTP\/1\.1 101 /)
    assert.match(head, /^Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=$/im)
    assert.match(head, /^Sec-WebSocket-Protocol: mine$/im)
    const payload = Buffer.from(rest.join('\r\n\r\n'), 'latin1')
    assert.equal(payload[0], 0x81)
    assert.equal(payload[1], 126)
    const event = JSON.parse(payload.subarray(4, 4 + payload.readUInt16BE(2)).toString())
    assert.deepEqual([event.type, event.object.metadata.name], ['ADDED', 'a'])
  })

  test('sends protobuf as bytes', async () => {
    const headers = { Authorization: `Bearer ${token}`, Accept: 'application/vnd.kubernetes.protobuf' }
    using client = open(PATH, headers)
    const received = await client.until((bytes) => bytes.includes('k8s\0'))
    const frames = received.subarray(received.indexOf('\r\n\r\n') + 4)
    assert.equal(frames[0], 0x82)
  })

  test('answers pings, and ends when the client does', async () => {
    using client = open(PATH, { Authorization: `Bearer ${token}` })
    await client.until((bytes) => bytes.includes('ADDED'))
    client.write(masked(0x9, Buffer.from('hi')))
    await client.until((bytes) => bytes.subarray(-4).equals(Buffer.from([0x8a, 2, 0x68, 0x69])))
    client.write(masked(0x8, Buffer.from([3, 0xe9])))
    const received = await client.until((bytes) => bytes.subarray(-4).equals(Buffer.from([0x88, 2, 3, 0xe8])))
    assert.ok(received.length > 0)
    await eventually(async () => assert.ok(client.ended()))
  })

  test('that is no handshake is refused as golang.org/x/net/websocket does', async () => {
    const cases: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
      [{ 'Sec-WebSocket-Key': '' }, '400 Bad Request\r\n\r\nmismatch challenge/response'],
      [
        { 'Sec-WebSocket-Version': '8' },
        '400 Bad Request\r\nSec-WebSocket-Version: 13\r\n\r\nmissing or bad WebSocket Version',
      ],
      [{ Origin: '' }, '403 Forbidden\r\n\r\n'],
      [{ 'Sec-WebSocket-Protocol': 'one, two' }, '400 Bad Request\r\n\r\n'],
    ]
    for (const [headers, answer] of cases) {
      using client = open(PATH, { Authorization: `Bearer ${token}`, ...headers })
      const received = await client.until((bytes) => bytes.length >= `HTTP/1.1 ${answer}`.length)
      assert.equal(received.toString(), `HTTP/1.1 ${answer}`)
    }
  })

  test('agrees on a token that stands alone, which is none', async () => {
    using client = open(PATH, { Authorization: `Bearer ${token}`, 'Sec-WebSocket-Protocol': bearer() })
    const received = await client.until((bytes) => bytes.includes('ADDED'))
    assert.ok(received.includes(`Sec-WebSocket-Protocol: ${bearer()}\r\n`))
  })

  test('that is refused is refused as ever', async () => {
    using nobody = open(PATH, { Authorization: 'Bearer wrong' })
    assert.match((await nobody.until((bytes) => bytes.includes('Unauthorized'))).toString(), /^HTTP\/1\.1 401 /)
    using wrong = open(`${PATH}&resourceVersion=x`, { Authorization: `Bearer ${token}` })
    assert.match((await wrong.until((bytes) => bytes.includes('ParseUint'))).toString(), /^HTTP\/1\.1 500 /)
  })
})

test('frames carry their length in as few bytes as it takes', () => {
  for (const [length, head] of [
    [125, 2],
    [126, 4],
    [65_535, 4],
    [65_536, 10],
  ] as const)
    assert.equal(frame('binary', Buffer.alloc(length)).length, head + length)
})

test('a piece of a watch is taken apart into its events', () => {
  assert.deepEqual([...eventsIn(Buffer.from('{}\n[]\n'), true)].map(String), ['{}\n', '[]\n'])
  const piece = Buffer.from([0, 0, 0, 1, 7, 0, 0, 0, 2, 8, 9])
  assert.deepEqual([...eventsIn(piece, false)], [Buffer.from([7]), Buffer.from([8, 9])])
})

function masked(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4)
  const hidden = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, hidden])
}
