import assert from 'node:assert/strict'
import { test } from 'node:test'
import { structuralSchemaOf } from './schema.ts'

test('the schema of a ConfigMap names all its fields, and leaves metadata to who checks metadata', () => {
  assert.deepEqual(structuralSchemaOf('', 'v1', 'ConfigMap'), {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      data: { type: 'object', additionalProperties: { type: 'string' } },
      binaryData: { type: 'object', additionalProperties: { type: 'string', format: 'byte' } },
      immutable: { type: 'boolean' },
    },
  })
})

test('the schema of a Lease has formats of numbers and times', () => {
  const schema = structuralSchemaOf('coordination.k8s.io', 'v1', 'Lease') as {
    properties: { spec: { properties: unknown } }
  }
  assert.deepEqual(schema.properties.spec.properties, {
    holderIdentity: { type: 'string' },
    leaseDurationSeconds: { type: 'integer', format: 'int32' },
    acquireTime: { type: 'string', format: 'date-time' },
    renewTime: { type: 'string', format: 'date-time' },
    leaseTransitions: { type: 'integer', format: 'int32' },
    strategy: { type: 'string' },
    preferredHolder: { type: 'string' },
  })
})

test('inline structs have their fields in the struct that contains them', () => {
  const text = JSON.stringify(structuralSchemaOf('admissionregistration.k8s.io', 'v1', 'ValidatingAdmissionPolicy'))
  assert.match(text, /"resourceNames":\{"type":"array","items":\{"type":"string"\}\},"operations"/)
})

test('schemas within CustomResourceDefinitions are open, since they contain themselves', () => {
  const text = JSON.stringify(structuralSchemaOf('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition'))
  assert.match(text, /"openAPIV3Schema":\{"type":"object","x-kubernetes-preserve-unknown-fields":true\}/)
})

test('there is no schema of a kind that is not built in', () => {
  assert.equal(structuralSchemaOf('example.com', 'v1', 'Widget'), undefined)
  assert.equal(structuralSchemaOf('', 'v2', 'Secret'), undefined)
  assert.equal(structuralSchemaOf('constructor', 'v1', 'Secret'), undefined)
})
