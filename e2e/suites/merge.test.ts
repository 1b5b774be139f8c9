/** The cases of structured-merge-diff's merge tests: each operation an apply or update of an object whose `spec` is the case's. */
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { readKubeconfig } from '../kubeconfig.ts'
import type { Fields, Json } from '../oracle/case.ts'
import { type Connection, connect } from '../oracle/connection.ts'
import { startTarget } from '../target.ts'
import { requireGo, run } from '../tools/go.ts'
import { schemaFrom } from './merge-schema.ts'
import { type Owned, ownedIn, type PathElement, pathText } from './owned-paths.ts'

interface MergeCase {
  readonly name: string
  /** Of the library, in YAML; '' where the types are deduced. */
  readonly schema: string
  readonly type: string
  readonly ops: readonly {
    type: 'Apply' | 'ForceApply' | 'Update'
    manager: string
    object: string
    conflict: boolean
  }[]
  readonly object: string | null
  readonly managed: readonly { manager: string; paths: readonly (readonly PathElement[])[] }[] | null
}

const MODULE = 'sigs.k8s.io/structured-merge-diff/v6@v6.4.2'
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const JSON_BODY = { 'content-type': 'application/json' }

/** What comes to something else with kube-apiserver, too. */
const asUpstream = [
  // An update that brings a duplicate is refused before anybody owns it.
  /^TestDuplicates\//,
  // What loses its last field is null, which is no object.
  /remove_empty_set$/,
]

test("structured-merge-diff's merge tests", { timeout: 180_000 }, async (context) => {
  await requireGo()
  const { Dir }: { Dir: string } = JSON.parse(await run('go', ['mod', 'download', '-json', MODULE], tmpdir()))
  const source = await run('go', ['run', '.', join(Dir, 'merge')], join(import.meta.dirname, 'merge-cases'))
  const { cases }: { cases: MergeCase[] } = JSON.parse(source)
  await using target = await startTarget()
  using connection = connect(await readKubeconfig(await target.workspace('merges')))
  const kinds = new Map<string, Promise<string | undefined>>()
  const seen: string[] = []
  let carriedOut = 0
  for (const [index, one] of cases.entries()) {
    const key = `${one.schema}#${one.type}`
    const kind = kinds.get(key) ?? define(connection, one, `merge${kinds.size}`)
    kinds.set(key, kind)
    const plural = await kind
    if (plural === undefined) continue
    carriedOut++
    const fault = await faultOf(connection, plural, one, `case-${index}`)
    if (fault === undefined) continue
    if (!asUpstream.some((pattern) => pattern.test(one.name))) seen.push(`${one.name}: ${fault}`)
  }
  context.diagnostic(`${carriedOut} of ${cases.length} cases can be said by a definition`)
  assert.ok(carriedOut > 30, `${carriedOut}`)
  assert.deepEqual(seen, [])
})

/** The plural of a definition with that type as its spec; undefined where a definition cannot say it. */
async function define(connection: Connection, { schema, type }: MergeCase, name: string): Promise<string | undefined> {
  const spec =
    schema === '' ? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } : schemaFrom(schema, type)
  if (spec === undefined) return undefined
  const plural = `${name}s`
  const body = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.suites.keelson.dev` },
    spec: {
      group: 'suites.keelson.dev',
      scope: 'Namespaced',
      names: { plural, kind: kindOf(plural) },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
        },
      ],
    },
  }
  const answer = await connection.send({
    method: 'POST',
    path: DEFINITIONS,
    headers: JSON_BODY,
    body: JSON.stringify(body),
  })
  if (answer.status !== 201) throw new Error(`${answer.body}\n${JSON.stringify(spec)}`)
  while ((await connection.send({ method: 'GET', path: collectionOf(plural) })).status !== 200);
  return plural
}

const kindOf = (plural: string): string => `${plural.charAt(0).toUpperCase()}${plural.slice(1, -1)}`
const collectionOf = (plural: string): string => `/apis/suites.keelson.dev/v1/namespaces/default/${plural}`

interface Stored {
  readonly metadata: { readonly resourceVersion: string; readonly managedFields?: readonly Owned[] }
  readonly spec?: Json
}

async function faultOf(
  connection: Connection,
  plural: string,
  one: MergeCase,
  name: string,
): Promise<string | undefined> {
  const path = `${collectionOf(plural)}/${name}`
  const read = async (): Promise<Stored | undefined> => {
    const { status, body } = await connection.send({ method: 'GET', path })
    return status === 200 ? JSON.parse(body) : undefined
  }
  for (const { type, manager, object, conflict } of one.ops) {
    const spec: Json = object === '' ? {} : parse(object)
    const body: Fields = { apiVersion: 'suites.keelson.dev/v1', kind: kindOf(plural), metadata: { name }, spec }
    const asked =
      type === 'Update'
        ? await update(connection, plural, path, manager, body, await read())
        : await connection.send({
            method: 'PATCH',
            path: `${path}?fieldManager=${manager}&force=${type === 'ForceApply'}`,
            headers: { 'content-type': 'application/apply-patch+yaml' },
            body: JSON.stringify(body),
          })
    if (conflict !== (asked.status === 409)) return `${type} by ${manager}: ${asked.status} ${asked.body.slice(0, 400)}`
    if (!conflict && asked.status >= 300) return `${type} by ${manager}: ${asked.body.slice(0, 400)}`
  }
  const stored = await read()
  if (one.object !== null && !isDeepStrictEqual(stored?.spec ?? {}, parse(one.object) ?? {})) {
    return `${JSON.stringify(stored?.spec)} instead of ${JSON.stringify(parse(one.object))}`
  }
  if (one.managed === null) return undefined
  const expected = one.managed.map(({ manager, paths }) => ({ manager, paths: paths.map(pathText).sort() }))
  const owned = ownedIn(stored?.metadata.managedFields ?? [])
  const byName = (left: { manager: string }, right: { manager: string }) => (left.manager < right.manager ? -1 : 1)
  if (isDeepStrictEqual(owned.sort(byName), expected.sort(byName))) return undefined
  return `owners ${JSON.stringify(owned)} instead of ${JSON.stringify(expected)}`
}

function update(
  connection: Connection,
  plural: string,
  path: string,
  manager: string,
  body: Fields,
  stored: Stored | undefined,
) {
  const metadata = { ...(body.metadata as Fields), resourceVersion: stored?.metadata.resourceVersion ?? '' }
  return connection.send({
    method: stored === undefined ? 'POST' : 'PUT',
    path: `${stored === undefined ? collectionOf(plural) : path}?fieldManager=${manager}`,
    headers: JSON_BODY,
    body: JSON.stringify({ ...body, metadata }),
  })
}
