import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageNamed, messageOf } from './registry.ts'

function reach(name: string, reached = new Set<string>()): Set<string> {
  if (reached.has(name)) return reached
  reached.add(name)
  for (const { type } of messageNamed(name).fields) if (type.includes('.')) reach(type, reached)
  return reached
}

const kinds = [
  ['', 'Namespace', 'core/v1.Namespace'],
  ['', 'SecretList', 'core/v1.SecretList'],
  ['', 'Status', 'meta/v1.Status'],
  ['meta.k8s.io', 'PartialObjectMetadata', 'meta/v1.PartialObjectMetadata'],
  ['apiextensions.k8s.io', 'CustomResourceDefinition', 'apiextensions/v1.CustomResourceDefinition'],
  ['admissionregistration.k8s.io', 'ValidatingAdmissionPolicy', 'admissionregistration/v1.ValidatingAdmissionPolicy'],
  ['example.com', 'DeleteOptions', 'meta/v1.DeleteOptions'],
] as const

for (const [group, kind, name] of kinds) {
  test(`${kind} of the group '${group}' is the message ${name}, and all messages within it are known`, () => {
    assert.equal(messageOf(group, 'v1', kind)?.name, name)
    assert.ok(reach(name).size > 0)
  })
}

test('messages that are no kinds of their own cannot be asked for', () => {
  assert.equal(messageOf('', 'v1', 'ObjectReference'), undefined)
  assert.equal(messageOf('meta.k8s.io', 'v1', 'ObjectMeta'), undefined)
  assert.equal(messageOf('', 'v1', 'Pod'), undefined)
  assert.equal(messageOf('rbac.authorization.k8s.io', 'v1beta1', 'Role'), undefined)
})

test('JSON names come from the Go structs where they differ from those of the .proto', () => {
  const fields = messageNamed('apiextensions/v1.JSONSchemaProps').fields
  const names = new Map(fields.map((field) => [field.number, field.name]))
  assert.equal(names.get(2), '$schema')
  assert.equal(names.get(3), '$ref')
  assert.equal(names.get(38), 'x-kubernetes-preserve-unknown-fields')
})
