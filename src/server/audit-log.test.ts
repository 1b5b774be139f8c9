import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { KeelsonError } from '../machinery/index.ts'
import type { AuditEvent } from './audit-event.ts'
import { openAuditLog } from './audit-log.ts'

const event = (auditID: string) => ({ auditID }) as AuditEvent

test('events are lines that are appended, for the owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'audit-'))
  const path = join(folder, 'audit.log')
  const failed = (error: Error) => assert.fail(error)
  for (const auditID of ['one', 'two']) {
    await using log = await openAuditLog(path, failed)
    log.write(event(auditID))
  }
  assert.equal(await readFile(path, 'utf8'), '{"auditID":"one"}\n{"auditID":"two"}\n')
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  await rm(folder, { recursive: true })
})

test('a path that cannot be written is told with its remedy', async () => {
  await assert.rejects(
    openAuditLog('/nowhere/at/all', () => undefined),
    (error) => error instanceof KeelsonError && /ENOENT/.test(error.message) && error.remedy !== '',
  )
})
