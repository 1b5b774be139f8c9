/** A definition of the case's own, and objects of it. */
import { type Fields, get, type Json, mergePatch, post, type Step } from '../case.ts'
import { CRDS } from './objects.ts'

export const A_AND_N: Fields = {
  type: 'object',
  properties: { spec: { type: 'object', properties: { a: { type: 'string' }, n: { type: 'integer' } } } },
}
export const version = (schema: Json, more: Fields = {}): Fields => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: schema },
  ...more,
})
export const crd = (plural: string, kind: string, more: Fields = {}): Fields => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.<id>.dev` },
  spec: {
    group: '<id>.dev',
    scope: 'Namespaced',
    names: { plural, kind },
    versions: [version(A_AND_N)],
    ...more,
  },
})
export const things = (more: Fields = {}): Fields => crd('things', 'Thing', more)
export const OWN = `${CRDS}/things.<id>.dev`
export const KIND = { pick: ['/kind', '/message'] }
export const STATUS = { pick: ['/status', '/message'] }
export const isEstablished = { field: 'status.conditions.1.status', is: 'True' }
export const established = (body: Fields = things()): Step[] => [
  post(CRDS, body, KIND),
  get(OWN, { until: isEstablished, ...KIND }),
]
export const versions = (...all: Fields[]): Fields => ({ spec: { versions: all } })

export const THINGS = '/apis/<id>.dev/v1/namespaces/<ns>/things'
export const thing = (name: string, spec: Json, more: Fields = {}): Fields => ({
  apiVersion: '<id>.dev/v1',
  kind: 'Thing',
  metadata: { name },
  spec,
  ...more,
})
export const served = (body: Fields = things()): Step[] => [...established(body), get(THINGS, { until: 200, ...KIND })]
/** Things whose schema changes after they are made: the new one is in force as soon as `probe` is refused. */
export const changed = (before: Json, made: Fields[], after: Json, probe: Fields): Step[] => [
  ...served(things({ versions: [version(before)] })),
  ...made.map((body) => post(THINGS, body, KIND)),
  mergePatch(OWN, versions(version(after)), KIND),
  post(`${THINGS}?dryRun=All`, probe, { until: 422, pick: ['/code'] }),
]
export const object = (properties: Fields, more: Fields = {}): Fields => ({
  type: 'object',
  properties: { spec: { type: 'object', properties, ...more } },
})
export const patched = (body: Json): Step => mergePatch(`${THINGS}/one`, body)
