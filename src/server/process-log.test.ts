import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openProcessLog } from './process-log.ts'

const ENTRY = { message: 'HTTP', URI: '/version' }

test('a log tells of slow requests, of all, or of none', async () => {
  const { lines, stderr } = recorder()
  await using none = await openProcessLog({ stderr, requestLog: 'none' })
  await using slow = await openProcessLog({ stderr, requestLog: 'slow' })
  await using all = await openProcessLog({ stderr, requestLog: 'all' })
  assert.deepEqual([none.observe.slow, none.observe.requests, slow.observe.requests], [undefined, undefined, undefined])
  slow.observe.slow?.(ENTRY)
  all.observe.requests?.(ENTRY)
  assert.deepEqual(
    lines.map((line) => ({ ...JSON.parse(line), time: '' })),
    [
      { level: 'info', time: '', ...ENTRY },
      { level: 'info', time: '', ...ENTRY },
    ],
  )
})

test('a fault is one line with where it happened', async () => {
  const { lines, stderr } = recorder()
  await using log = await openProcessLog({ stderr, requestLog: 'slow' })
  log.report(new Error('broken'), { endpoint: 'a' })
  log.report('no error', { endpoint: 'b' })
  const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, string>)
  assert.deepEqual({ level: first?.level, endpoint: first?.endpoint }, { level: 'error', endpoint: 'a' })
  assert.match(first?.error ?? '', /^Error: broken\n {4}at /)
  assert.deepEqual(second && { ...second, time: '' }, { level: 'error', time: '', endpoint: 'b', error: 'no error' })
})

test('the audit is written to its end when the log is disposed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'keelson-log-'))
  try {
    const auditLogPath = join(directory, 'audit.log')
    {
      await using log = await openProcessLog({ stderr: recorder().stderr, requestLog: 'slow', auditLogPath })
      log.observe.audit?.({ kind: 'Event' } as never)
    }
    assert.equal(await readFile(auditLogPath, 'utf8'), '{"kind":"Event"}\n')
  } finally {
    await rm(directory, { recursive: true })
  }
})

function recorder(): { lines: string[]; stderr: { write(text: string): unknown } } {
  const lines: string[] = []
  return { lines, stderr: { write: (text) => lines.push(text) } }
}
