import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { type KubeObject, resourceRef } from '../controller/index.ts'
import { KeelsonError } from '../machinery/index.ts'
import { applyFiles } from './apply-files.ts'
import { startServer } from './start-server.ts'

interface Boat extends KubeObject {
  readonly spec: { readonly metres: number }
}
const BOATS = resourceRef<Boat>('yard.example/v1', 'boats', { namespaced: true })
const AT = { namespace: 'default' }

const BOAT = (metres: number) => `apiVersion: yard.example/v1
kind: Boat
metadata: { name: ada }
spec: { metres: ${metres} }
`
const DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: boats.yard.example }
spec:
  group: yard.example
  scope: Namespaced
  names: { plural: boats, singular: boat, kind: Boat, listKind: BoatList }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`

describe('applyFiles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-apply-files-'))
  after(() => rmSync(folder, { recursive: true }))
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  it('applies a directory in the order of its names, and again what has changed', async () => {
    await using server = await startServer()
    write('1-definition.yaml', DEFINITION)
    write('2-boat.yml', BOAT(7))
    write('README.md', 'no manifest')
    const applied = await applyFiles(server.client, [folder])
    assert.deepEqual(
      applied.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ['CustomResourceDefinition boats.yard.example', 'Boat ada'],
    )
    await applyFiles(server.client, [write('2-boat.yml', BOAT(9))])
    assert.equal((await server.client.get(BOATS, 'ada', AT)).spec.metres, 9)
  })

  it('names file and line of what it cannot apply', async () => {
    await using server = await startServer()
    const unserved = write('unserved.yaml', `\n${BOAT(7)}`)
    await assert.rejects(
      applyFiles(server.client, [unserved]),
      new KeelsonError(`${unserved}:2: nothing serves Boat of yard.example/v1`, 'apply its definition first'),
    )
    const malformed = write('malformed.yaml', 'metadata: {}\n')
    await assert.rejects(applyFiles(server.client, [unserved, malformed]), {
      message: `${malformed}:1: apiVersion is missing`,
      remedy: 'correct the file; nothing was applied',
    })
  })
})
