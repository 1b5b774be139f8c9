import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resourceRef } from '../../client/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import { eventually, startServer } from '../../testing/index.ts'
import { feature } from '../index.ts'

interface Policy extends KubeObject {
  status?: { observedGeneration?: number; typeChecking?: { expressionWarnings?: object[] } }
}

const API = 'admissionregistration.k8s.io/v1'
const POLICIES = resourceRef<Policy>(API, 'validatingadmissionpolicies', { namespaced: false })

test('a policy is told where its expressions cannot be right', async () => {
  await using server = await startServer({ features: [feature] })
  const client = await server.workspace('team')
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps', 'secrets'] }
  await client.create(POLICIES, {
    apiVersion: API,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      variables: [{ name: 'labels', expression: 'object.metadata.labels' }],
      validations: [
        { expression: 'object.data.size() > 1 && "a" in variables.labels && object.metadata.labels["a"] == "b"' },
        { expression: 'object.nothing == 1' },
      ],
    },
  })
  await eventually(async () => {
    const { status } = await client.get(POLICIES, 'p')
    assert.equal(status?.observedGeneration, 1)
    const where = "undefined field 'nothing'\n | object.nothing == 1\n | ......^"
    const warning = ['ConfigMap', 'Secret']
      .map((kind) => `/v1, Kind=${kind}: ERROR: <input>:1:7: ${where}\n`)
      .join('\n')
    assert.deepEqual(status.typeChecking, {
      expressionWarnings: [{ fieldRef: 'spec.validations[1].expression', warning }],
    })
  })
  await client.patch(POLICIES, 'p', 'json', [{ op: 'remove', path: '/spec/validations/1' }])
  await eventually(async () => {
    const { status } = await client.get(POLICIES, 'p')
    assert.deepEqual([status?.observedGeneration, status?.typeChecking?.expressionWarnings], [2, undefined])
  })
})
