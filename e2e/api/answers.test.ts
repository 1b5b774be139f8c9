import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parse } from 'yaml'
import { eventually } from '../../src/testing/index.ts'
import { widgetsCrd } from '../fixtures/widgets.ts'
import { type Access, readKubeconfig } from '../kubeconfig.ts'
import { request } from '../request.ts'
import { startTarget } from '../target.ts'

interface Case {
  title: string
  method: string
  path: string
  body?: object
  contentType?: string
  status: number
  /** Of the Status that is answered; without it the answer is the plain text of `message`. */
  reason?: string
  message: string
}

const configMaps = '/api/v1/namespaces/default/configmaps'
const widgets = '/apis/e2e.keelson.dev/v1/namespaces/default/widgets'
const configMap = (fields: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...fields })
const widget = (fields: object) => ({ apiVersion: 'e2e.keelson.dev/v1', kind: 'Widget', ...fields })
const notFound = { status: 404, message: '404 page not found' }
const strict = '?fieldValidation=Strict'

/** Each was sent to kube-apiserver, and this is what it answered. */
const cases: Case[] = [
  { title: 'a path that is nowhere', method: 'GET', path: '/nowhere', ...notFound },
  { title: 'a group that is not served', method: 'GET', path: '/apis/none.keelson.dev', ...notFound },
  { title: 'a version that is not served', method: 'GET', path: '/apis/e2e.keelson.dev/v2/widgets', ...notFound },
  {
    title: 'a custom resource that its group does not have',
    method: 'GET',
    path: '/apis/e2e.keelson.dev/v1/namespaces/default/gadgets',
    ...notFound,
  },
  {
    title: 'a built-in resource that its group does not have',
    method: 'GET',
    path: '/api/v1/gadgets',
    status: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  },
  {
    title: 'an object that is not there',
    method: 'GET',
    path: `${configMaps}/none`,
    status: 404,
    reason: 'NotFound',
    message: 'configmaps "none" not found',
  },
  {
    title: 'a field selector for a field that custom resources do not have',
    method: 'GET',
    path: `${widgets}?fieldSelector=spec.size%3D1`,
    status: 400,
    reason: 'BadRequest',
    message: 'field label not supported: spec.size',
  },
  {
    title: 'a field selector for a field that ConfigMaps do not have',
    method: 'GET',
    path: `${configMaps}?fieldSelector=data.x%3D1`,
    status: 400,
    reason: 'BadRequest',
    message: '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
  },
  {
    title: 'a label selector that cannot be read',
    method: 'GET',
    path: `${configMaps}?labelSelector=a%3D%3D%3D`,
    status: 400,
    reason: 'BadRequest',
    message: "unable to parse requirement: found '=', expected: identifier",
  },
  {
    title: 'unknown fields of a custom resource, strictly',
    method: 'POST',
    path: widgets + strict,
    body: widget({ metadata: { name: 'odd', bogus: 1 }, spec: { size: 1, colour: 'red' } }),
    status: 400,
    reason: 'BadRequest',
    message:
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "metadata.bogus", unknown field "spec.colour"',
  },
  {
    title: 'an unknown field of a ConfigMap, strictly',
    method: 'POST',
    path: configMaps + strict,
    body: configMap({ metadata: { name: 'odd' }, dat: {} }),
    status: 400,
    reason: 'BadRequest',
    message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dat"',
  },
  {
    title: 'an object of another kind than the custom resource',
    method: 'POST',
    path: widgets,
    body: { apiVersion: 'e2e.keelson.dev/v1', kind: 'Gadget', metadata: { name: 'odd' }, spec: { size: 1 } },
    status: 422,
    reason: 'Invalid',
    message: 'Gadget.e2e.keelson.dev "odd" is invalid: kind: Invalid value: "Gadget": must be Widget',
  },
  {
    title: 'an object of another namespace than the path',
    method: 'POST',
    path: configMaps,
    body: configMap({ metadata: { name: 'odd', namespace: 'other' } }),
    status: 400,
    reason: 'BadRequest',
    message: 'the namespace of the provided object does not match the namespace sent on the request',
  },
  {
    title: 'an object without a name',
    method: 'POST',
    path: configMaps,
    body: configMap({ metadata: {} }),
    status: 422,
    reason: 'Invalid',
    message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
  },
  {
    title: 'another name in the body than in the path',
    method: 'PUT',
    path: `${configMaps}/one`,
    body: configMap({ metadata: { name: 'two' } }),
    status: 400,
    reason: 'BadRequest',
    message: 'the name of the object (two) does not match the name on the URL (one)',
  },
  {
    title: 'a change to what is not there',
    method: 'PATCH',
    path: `${configMaps}/none`,
    body: {},
    contentType: 'application/merge-patch+json',
    status: 404,
    reason: 'NotFound',
    message: 'configmaps "none" not found',
  },
  {
    title: 'a method that a collection does not have',
    method: 'PUT',
    path: configMaps,
    body: configMap({ metadata: { name: 'one' } }),
    status: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
  },
]

test("requests that fail do so with kube-apiserver's status, reason and message", async (context) => {
  await using target = await startTarget()
  const access = await readKubeconfig(await target.workspace('answers'))
  await request(
    access,
    'POST',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    parse(await readFile(widgetsCrd, 'utf8')),
  )
  await eventually(async () => assert.equal((await request(access, 'GET', widgets)).status, 200), { timeout: 120_000 })
  for (const { title, status, reason, message, ...sent } of cases) {
    await context.test(title, async () => {
      assert.deepEqual(await answerTo(access, sent), { status, ...(reason === undefined ? {} : { reason }), message })
    })
  }
})

async function answerTo(
  access: Access,
  { method, path, body, contentType }: Pick<Case, 'method' | 'path' | 'body' | 'contentType'>,
) {
  const { status, text } = await request(access, method, path, body, contentType)
  if (!text.startsWith('{')) return { status, message: text.trim() }
  const { reason, message } = JSON.parse(text) as { reason: string; message: string }
  return { status, reason, message }
}
