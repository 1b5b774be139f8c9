/** The texts of go-yaml's and sigs.k8s.io/yaml's tests as bodies, judged by what sigs.k8s.io/yaml itself makes of them. */
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { readKubeconfig } from '../kubeconfig.ts'
import type { Json } from '../oracle/case.ts'
import { type Connection, connect } from '../oracle/connection.ts'
import { startTarget } from '../target.ts'
import { requireGo, run } from '../tools/go.ts'
import { DOCUMENTS, defineDocuments } from './documents.ts'

interface YamlCase {
  readonly text: string
  readonly object?: { readonly spec?: { readonly doc?: Json } }
}

const MODULES = ['go.yaml.in/yaml/v2@v2.4.3', 'sigs.k8s.io/yaml@v1.6.0']

test("go-yaml's and sigs.k8s.io/yaml's texts", { timeout: 180_000 }, async (context) => {
  await requireGo()
  const folders = MODULES.map(async (module): Promise<string> => {
    const { Dir }: { Dir: string } = JSON.parse(await run('go', ['mod', 'download', '-json', module], tmpdir()))
    return Dir
  })
  const program = join(import.meta.dirname, 'yaml-cases')
  const cases: YamlCase[] = JSON.parse(await run('go', ['run', '.', ...(await Promise.all(folders))], program))
  assert.ok(cases.length > 150, `${cases.length} cases`)
  await using target = await startTarget()
  using connection = connect(await readKubeconfig(await target.workspace('yaml')))
  await defineDocuments(connection)
  const seen: string[] = []
  for (const [index, one] of cases.entries()) {
    const fault = await faultOf(connection, one, `case-${index}`)
    if (fault === undefined) continue
    seen.push(`${JSON.stringify(one.text.split('doc:\n')[1])}: ${fault}`)
  }
  context.diagnostic(`${cases.length} texts`)
  assert.deepEqual(seen, [])
})

async function faultOf(connection: Connection, { text, object }: YamlCase, name: string): Promise<string | undefined> {
  const headers = { 'content-type': 'application/yaml' }
  const body = text.replace('NAME', name)
  const answer = await connection.send({ method: 'POST', path: DOCUMENTS, headers, body })
  if (object === undefined) return answer.status >= 400 && answer.status < 500 ? undefined : `taken: ${answer.body}`
  if (answer.status !== 201) return `refused: ${answer.body}`
  const { doc } = JSON.parse(answer.body).spec
  const expected = object.spec?.doc
  return isDeepStrictEqual(doc ?? null, expected ?? null)
    ? undefined
    : `${JSON.stringify(doc)} instead of ${JSON.stringify(expected)}`
}
