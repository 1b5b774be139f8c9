import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtinDefinitions } from '../builtins/definitions.ts'
import { definitionSet } from '../definitions.ts'
import { builtInSchema } from './built-in-schema.ts'
import { DESCRIPTIONS } from './descriptions.ts'
import { BUILT_IN_SCHEMAS } from './generated/built-in-schemas.ts'
import { schemaName } from './schema-names.ts'
import { openAPIV2Document } from './v2.ts'
import { openAPIV3Document, openAPIV3Index } from './v3.ts'

const refuse = () => Promise.reject(new Error('not asked here'))
const all = builtinDefinitions({ access: { authenticate: refuse, authorize: refuse, rulesOf: refuse } })
const set = definitionSet(all)
const now = () => 0

test('every built-in kind, and its list, has the schema that Kubernetes publishes', () => {
  const listed = all.filter(({ hidden }) => hidden !== true)
  const missing = listed.flatMap((definition) => {
    const { names, verbs } = definition
    const kinds = verbs.includes('list') ? [names.kind, names.listKind] : [names.kind]
    return kinds.map((kind) => schemaName(definition, kind)).filter((name) => builtInSchema(name) === undefined)
  })
  assert.deepEqual(missing, [])
})

test('whatever a document refers to is in it', () => {
  const keys = Object.keys(JSON.parse(openAPIV3Index(set).toString()).paths)
  const documents = [...keys.map((key) => openAPIV3Document(set, key, now)), openAPIV2Document(set, '', now)]
  for (const document of documents) {
    const text = document?.body.toString() ?? '{}'
    const { components, definitions } = JSON.parse(text)
    for (const [, name = ''] of text.matchAll(/"#\/(?:components\/schemas|definitions)\/([^"]+)"/g)) {
      assert.ok((components?.schemas ?? definitions)[name], name)
    }
  }
})

test('what is described is there', () => {
  const fields = new Map(
    [...BUILT_IN_SCHEMAS].map(([name, text]) => {
      return [name.split('.').slice(-3).join('.'), Object.keys(JSON.parse(text).properties ?? {})]
    }),
  )
  for (const [name, described] of Object.entries(DESCRIPTIONS)) {
    assert.deepEqual(
      Object.keys(described).filter((field) => field !== '' && fields.get(name)?.includes(field) !== true),
      [],
      name,
    )
  }
})

test('the options of a delete are those of the group, and of the core', () => {
  const document = openAPIV3Document(set, 'apis/coordination.k8s.io/v1', now)
  const { schemas } = JSON.parse(document?.body.toString() ?? '{}').components
  assert.deepEqual(
    schemas['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']['x-kubernetes-group-version-kind'],
    ['', 'coordination.k8s.io'].map((group) => ({ group, kind: 'DeleteOptions', version: 'v1' })),
  )
})
