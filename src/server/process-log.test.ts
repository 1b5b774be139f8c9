import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openProcessLog } from './process-log.ts'

const ENTRY = { message: 'HTTP', URI: '/version' }

test('a log tells of slow requests, and of each one when it is verbose', async () => {
  const { lines, stderr } = recorder()
  await using quiet = await openProcessLog({ stderr, verbose: false })
  await using verbose = await openProcessLog({ stderr, verbose: true })
  assert.equal(quiet.observe.requests, undefined)
  quiet.observe.slow?.(ENTRY)
  verbose.observe.requests?.(ENTRY)
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
  await using log = await openProcessLog({ stderr, verbose: false })
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
      await using log = await openProcessLog({ stderr: recorder().stderr, verbose: false, auditLogPath })
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
