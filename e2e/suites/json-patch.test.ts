/** The cases of json-patch-tests, each as a PATCH of an object whose `spec.doc` is the case's document. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readKubeconfig } from '../kubeconfig.ts'
import type { Json } from '../oracle/case.ts'
import { type Connection, connect } from '../oracle/connection.ts'
import { startTarget } from '../target.ts'
import { jsonPatchSuiteFolder } from '../tools/packages.ts'
import { createDocument, defineDocuments } from './documents.ts'

interface Case {
  readonly comment?: string
  readonly doc: Json
  readonly patch: readonly Operation[]
  readonly expected?: Json
  /** What is wrong with it, in words. */
  readonly error?: string
  readonly disabled?: boolean
}
type Operation = Readonly<Record<string, Json>>

/**
 * What kube-apiserver, too, takes: its library (gopkg.in/evanphx/json-patch.v4) counts a negative index from the end, and a
 * value that is not there is null.
 */
const asUpstream = new Set([
  'Out of bounds (lower)',
  "missing 'value' parameter to add",
  "missing 'value' parameter to replace",
  "missing 'value' parameter to test",
])

test('json-patch-tests', { timeout: 120_000 }, async (context) => {
  const folder = await jsonPatchSuiteFolder()
  const files = ['spec_tests.json', 'tests.json'].map((file) => readFile(join(folder, file), 'utf8'))
  const suite: Case[] = (await Promise.all(files)).flatMap((text) => JSON.parse(text))
  const cases = suite.filter(({ doc, patch, disabled }) => doc !== undefined && patch !== undefined && !disabled)
  assert.ok(cases.length > 90, `${cases.length} cases`)
  await using target = await startTarget()
  using connection = connect(await readKubeconfig(await target.workspace('patches')))
  await defineDocuments(connection)
  const seen: string[] = []
  for (const [index, one] of cases.entries()) {
    const fault = await faultOf(connection, one, `case-${index}`)
    if (fault === undefined) continue
    const title = one.comment ?? one.error ?? JSON.stringify(one.patch)
    seen.push(title)
    if (!asUpstream.has(title)) context.diagnostic(`${title}: ${fault}`)
  }
  assert.deepEqual([...new Set(seen)].sort(), [...asUpstream].sort())
})

/** Undefined: it comes to what the suite expects. */
async function faultOf(connection: Connection, one: Case, name: string): Promise<string | undefined> {
  const created = await createDocument(connection, name, one.doc)
  if (created.status !== 201) return `cannot be created: ${created.body}`
  const patch = one.patch.map(moved)
  const answer = await connection.send({
    method: 'PATCH',
    path: created.path,
    headers: { 'content-type': 'application/json-patch+json' },
    body: JSON.stringify(patch),
  })
  if (one.error !== undefined) return answer.status >= 400 && answer.status < 500 ? undefined : `taken: ${answer.body}`
  if (answer.status !== 200) return `refused: ${answer.body}`
  const { doc } = JSON.parse(answer.body).spec
  try {
    assert.deepEqual(doc, one.expected ?? one.doc)
    return undefined
  } catch {
    return `${JSON.stringify(doc)} instead of ${JSON.stringify(one.expected)}`
  }
}

/** The document lies within an object: so do the paths. */
function moved(operation: Operation): Operation {
  const within = (pointer: Json | undefined) =>
    typeof pointer === 'string' && (pointer === '' || pointer.startsWith('/')) ? `/spec/doc${pointer}` : pointer
  return {
    ...operation,
    ...('path' in operation && { path: within(operation.path) as Json }),
    ...('from' in operation && { from: within(operation.from) as Json }),
  }
}
