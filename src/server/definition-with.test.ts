import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResourceDefinition } from './definition.ts'
import { definitionWith } from './definition-with.ts'

test('changes fields and parses no schema until somebody asks for it', () => {
  let parsed = 0
  const definition = {
    version: 'v1',
    hidden: true,
    get schema() {
      parsed++
      return undefined
    },
  } as ResourceDefinition
  const changed = definitionWith(definition, { version: 'v2' })
  assert.deepEqual([changed.version, changed.hidden, definition.version, parsed], ['v2', true, 'v1', 0])
  assert.equal(changed.schema, undefined)
  assert.equal(parsed, 1)
})
