import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Content, serveContent } from './serve-content.ts'

const MODIFIED = 'Mon, 04 May 2026 10:00:00 GMT'
const content: Content = {
  contentType: 'application/json',
  body: Buffer.from('0123456789'),
  etag: '"A"',
  modified: Date.parse(MODIFIED) + 400,
  headers: { vary: 'Accept' },
}

test('a document says when it became what it is, and that it can be had in parts', () => {
  assert.deepEqual(serveContent({}, content), {
    type: 'document',
    status: 200,
    contentType: 'application/json',
    body: content.body,
    headers: { vary: 'Accept', etag: '"A"', 'last-modified': MODIFIED, 'accept-ranges': 'bytes' },
  })
})

for (const [title, headers, status] of [
  ['the same tag', { 'if-none-match': '"A"' }, 304],
  ['the same tag, weak and among others', { 'if-none-match': '"B", W/"A"' }, 304],
  ['any tag', { 'if-none-match': '*' }, 304],
  ['another tag, whatever the time', { 'if-none-match': '"B"', 'if-modified-since': MODIFIED }, 200],
  ['not modified since', { 'if-modified-since': MODIFIED }, 304],
  ['modified since', { 'if-modified-since': 'Mon, 04 May 2026 09:59:59 GMT' }, 200],
  ['a time that is none', { 'if-modified-since': 'yesterday' }, 200],
  ['only if it is another', { 'if-match': '"B"' }, 412],
  ['only if it is this one', { 'if-match': '"A"' }, 200],
  ['only if it is older', { 'if-unmodified-since': 'Mon, 04 May 2026 09:59:59 GMT' }, 412],
] as const) {
  test(`asked for with ${title}: ${status}`, () => {
    const answer = serveContent(headers, content)
    assert.equal(answer.status, status)
    assert.equal(answer.body.length, status === 200 ? 10 : 0)
    assert.equal(answer.contentType, status === 304 ? undefined : 'application/json')
  })
}

test('who has it is told its tag, not its time', () => {
  const { headers } = serveContent({ 'if-none-match': '"A"' }, content)
  assert.deepEqual(headers, { vary: 'Accept', etag: '"A"' })
})

for (const [range, part, where] of [
  ['bytes=2-4', '234', 'bytes 2-4/10'],
  ['bytes=7-', '789', 'bytes 7-9/10'],
  ['bytes=-3', '789', 'bytes 7-9/10'],
  ['bytes=8-99', '89', 'bytes 8-9/10'],
] as const) {
  test(`${range} is ${part}`, () => {
    const { status, body, headers } = serveContent({ range }, content)
    assert.deepEqual([status, body.toString(), headers?.['content-range']], [206, part, where])
  })
}

test('parts that are not there are refused', () => {
  const cached = { ...content, headers: { vary: 'Accept', 'cache-control': 'public' } }
  const refused = { vary: 'Accept', 'x-content-type-options': 'nosniff' }
  for (const range of ['bytes=10-', 'bytes=4-2', 'bytes=x', 'lines=1-2']) {
    const { status, headers } = serveContent({ range }, cached)
    const beyond = range === 'bytes=10-' ? { 'content-range': 'bytes */10' } : {}
    assert.deepEqual([status, headers], [416, { ...refused, ...beyond }], range)
  }
})

test('of several parts, and of a part of another document, the whole is sent', () => {
  for (const headers of [
    { range: 'bytes=0-1,3-4' },
    { range: 'bytes=0-1', 'if-range': '"B"' },
    { range: 'bytes=0-1', 'if-range': 'Mon, 04 May 2026 09:00:00 GMT' },
  ]) {
    assert.equal(serveContent(headers, content).status, 200)
  }
  assert.equal(serveContent({ range: 'bytes=0-1', 'if-range': '"A"' }, content).status, 206)
})
