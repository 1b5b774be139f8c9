/** The cases of structured-merge-diff's merge tests: each operation an apply or update of an object whose `spec` is the case's. */
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { eventually } from '../../src/testing/index.ts'
import { readKubeconfig } from '../kubeconfig.ts'
import type { Fields, Json } from '../oracle/case.ts'
import { type Connection, connect, type RawAnswer } from '../oracle/connection.ts'
import { startTarget } from '../target.ts'
import { requireGo, run } from '../tools/go.ts'
import { extract, merged } from './extract.ts'
import { defaulted, schemaFrom } from './merge-schema.ts'
import { type Owned, ownedIn, type PathElement, pathText } from './owned-paths.ts'

interface MergeCase {
  readonly name: string
  /** Of the library, in YAML; '' where the types are deduced. */
  readonly schema: string
  readonly type: string
  readonly ops: readonly Operation[]
  readonly object: string | null
  readonly managed: readonly { manager: string; version: string; paths: readonly (readonly PathElement[])[] }[] | null
  /** One of the operations is refused. */
  readonly fails: boolean
}

interface Operation {
  readonly type: 'Apply' | 'ForceApply' | 'ExtractApply' | 'Update' | 'ChangeParser'
  readonly manager: string
  readonly version: string
  readonly object: string
  readonly conflict: boolean
  /** Of ChangeParser. */
  readonly schema: string
  readonly start: string
}

const MODULE = 'sigs.k8s.io/structured-merge-diff/v6@v6.4.2'
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const GROUP = 'suites.keelson.dev'
const VERSIONS = ['v1', 'v2', 'v3', 'v4']
const JSON_BODY = { 'content-type': 'application/json' }

/** What is no data, and why no request can say it. */
const notSaid: Readonly<Record<string, string>> = {
  IgnoreFilter: 'which fields nobody owns is decided by the strategy of a built-in kind, not by a request',
  IgnoredFields: 'as IgnoreFilter',
  'a converter': 'versions differ in their fields, by a conversion in Go',
}

/** What comes to something else with kube-apiserver, too. */
const asUpstream = [
  // An update that brings a duplicate is refused before anybody owns it.
  /^TestDuplicates\//,
  // The keys of a list are required, or have a default.
  /^TestDefaultKeysFlat\/apply_missing_undefaulted_defaulted_key$/,
  /^TestAssociativeListSchemaChanges\/new optional key$/,
  /^TestPromoteFieldToAssociativeListKey\/item missing new key field is distinct$/,
]

test("structured-merge-diff's merge tests", { timeout: 180_000 }, async (context) => {
  await requireGo()
  const { Dir }: { Dir: string } = JSON.parse(await run('go', ['mod', 'download', '-json', MODULE], tmpdir()))
  const source = await run('go', ['run', '.', join(Dir, 'merge')], join(import.meta.dirname, 'merge-cases'))
  const { cases, left }: { cases: MergeCase[]; left: { name: string; why: string }[] } = JSON.parse(source)
  await using target = await startTarget()
  using connection = connect(await readKubeconfig(await target.workspace('merges')))
  const kinds = new Map<string, Promise<string>>()
  const seen: string[] = []
  for (const [index, one] of cases.entries()) {
    // A definition that is changed on the way is its case's alone.
    const changes = one.ops.some(({ type }) => type === 'ChangeParser')
    const key = `${one.schema}#${one.type}${changes ? `#${index}` : ''}`
    const kind = kinds.get(key) ?? define(connection, one, `merge${kinds.size}s`)
    kinds.set(key, kind)
    const fault = await faultOf(connection, await kind, one, `case-${index}`)
    if (fault === undefined) continue
    if (!asUpstream.some((pattern) => pattern.test(one.name))) seen.push(`${one.name}: ${fault}`)
  }
  context.diagnostic(`${cases.length} cases are said by definitions; of ${left.length} others each is known to be none`)
  assert.ok(cases.length > 100, `${cases.length}`)
  assert.deepEqual(seen, [])
  assert.deepEqual(
    left.filter(({ why }) => notSaid[why] === undefined),
    [],
  )
})

function specOf({ schema, type }: { schema: string; type: string }): Fields {
  if (schema === '') return { type: 'object', nullable: true, 'x-kubernetes-preserve-unknown-fields': true }
  return schemaFrom(schema, type)
}

/** The same type as the spec of each version; `mark` is the default of a field beside it. */
function definition(plural: string, spec: Fields, mark = ''): Fields {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural, kind: kindOf(plural) },
      versions: VERSIONS.map((name) => ({
        name,
        served: true,
        storage: name === 'v1',
        schema: { openAPIV3Schema: { type: 'object', properties: { spec, mark: { type: 'string', default: mark } } } },
      })),
    },
  }
}

/** The plural of a definition with that type as its spec. */
async function define(connection: Connection, one: MergeCase, plural: string): Promise<string> {
  const body = JSON.stringify(definition(plural, specOf(one)))
  const answer = await connection.send({ method: 'POST', path: DEFINITIONS, headers: JSON_BODY, body })
  if (answer.status !== 201) throw new Error(`${answer.body}\n${body}`)
  for (const version of VERSIONS) {
    while ((await connection.send({ method: 'GET', path: collectionOf(plural, version) })).status !== 200);
  }
  return plural
}

/** Resolves once the other type is served. Undefined, or why it is refused. */
async function redefine(connection: Connection, plural: string, spec: Fields): Promise<string | undefined> {
  const path = `${DEFINITIONS}/${plural}.${GROUP}`
  const stored = JSON.parse((await connection.send({ method: 'GET', path })).body)
  const mark = `Changed from ${stored.metadata.resourceVersion} of ${plural}`
  const { metadata, ...rest } = definition(plural, spec, mark)
  const body = JSON.stringify({ ...rest, metadata: { ...(metadata as Fields), ...stored.metadata } })
  const answer = await connection.send({ method: 'PUT', path, headers: JSON_BODY, body })
  if (answer.status !== 200) return answer.body
  for (const version of VERSIONS) {
    const path = `${collectionOf(plural, version)}?dryRun=All`
    const probe = { apiVersion: `${GROUP}/${version}`, kind: kindOf(plural), metadata: { generateName: 'probe-' } }
    const asked = { method: 'POST', path, headers: JSON_BODY, body: JSON.stringify(probe) }
    await eventually(async () => assert.ok((await connection.send(asked)).body.includes(mark)))
  }
  return undefined
}

const kindOf = (plural: string): string => `${plural.charAt(0).toUpperCase()}${plural.slice(1, -1)}`
const collectionOf = (plural: string, version: string): string =>
  `/apis/${GROUP}/${version}/namespaces/default/${plural}`

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
  const read = async (): Promise<Stored | undefined> => {
    const { status, body } = await connection.send({ method: 'GET', path: `${collectionOf(plural, 'v1')}/${name}` })
    return status === 200 ? JSON.parse(body) : undefined
  }
  let schema = specOf(one)
  let failed = false
  for (const operation of one.ops) {
    const { type, manager, conflict } = operation
    if (type === 'ChangeParser') {
      schema = specOf({ schema: operation.schema, type: operation.start })
      const refused = await redefine(connection, plural, schema)
      if (refused !== undefined) return `${type}: ${refused.slice(0, 400)}`
      continue
    }
    const asked = await carryOut(connection, { plural, name, schema, operation, stored: await read() })
    if (conflict !== (asked.status === 409)) return `${type} by ${manager}: ${asked.status} ${asked.body.slice(0, 400)}`
    failed ||= !conflict && asked.status >= 300
    if (failed && !one.fails) return `${type} by ${manager}: ${asked.body.slice(0, 400)}`
  }
  if (one.fails) return failed ? undefined : 'nothing is refused'
  const stored = await read()
  const wanted = one.object === null ? undefined : defaulted(parse(one.object) ?? {}, schema)
  if (wanted !== undefined && !isDeepStrictEqual(stored?.spec ?? {}, wanted)) {
    return `${JSON.stringify(stored?.spec)} instead of ${JSON.stringify(wanted)}`
  }
  if (one.managed === null) return undefined
  const expected = one.managed.map(({ manager, version, paths }) => {
    return { manager, apiVersion: `${GROUP}/${version}`, paths: paths.map(pathText).sort() }
  })
  const owned = ownedIn(stored?.metadata.managedFields ?? [])
  const byName = (left: { manager: string }, right: { manager: string }) => (left.manager < right.manager ? -1 : 1)
  if (isDeepStrictEqual(owned.sort(byName), expected.sort(byName))) return undefined
  return `owners ${JSON.stringify(owned)} instead of ${JSON.stringify(expected)}`
}

interface Asked {
  readonly plural: string
  readonly name: string
  readonly schema: Fields
  readonly operation: Operation
  readonly stored: Stored | undefined
}

function carryOut(connection: Connection, { plural, name, schema, operation, stored }: Asked): Promise<RawAnswer> {
  const { type, manager, version, object } = operation
  const collection = collectionOf(plural, version)
  const given: Json = object === '' ? {} : parse(object)
  const body = { apiVersion: `${GROUP}/${version}`, kind: kindOf(plural), metadata: { name }, spec: given }
  if (type === 'Update') {
    const { resourceVersion = '' } = stored?.metadata ?? {}
    return connection.send({
      method: stored === undefined ? 'POST' : 'PUT',
      path: `${stored === undefined ? collection : `${collection}/${name}`}?fieldManager=${manager}`,
      headers: JSON_BODY,
      body: JSON.stringify({ ...body, metadata: { name, resourceVersion } }),
    })
  }
  const owned = stored?.metadata.managedFields?.find(
    (entry) => entry.manager === manager && entry.operation === 'Apply',
  )
  const had = owned && stored?.spec && extract(stored.spec, (owned.fieldsV1['f:spec'] ?? {}) as Fields, schema)
  const spec = type === 'ExtractApply' ? merged(had, given, schema) : given
  return connection.send({
    method: 'PATCH',
    path: `${collection}/${name}?fieldManager=${manager}&force=${type !== 'Apply'}`,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify({ ...body, spec }),
  })
}
