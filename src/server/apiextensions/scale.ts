/** The scale subresource of custom resources: autoscaling/v1 Scale over paths that the CRD names (registry/customresource/etcd.go). */
import {
  badRequest,
  fieldInvalid,
  internalError,
  type KubeObject,
  quote,
  type StatusCause,
} from '../../machinery/index.ts'
import { ensureFields, type Fields, fieldsIn, isAbsent, isFields, textIn } from '../builtins/untyped.ts'
import type { Subresource } from '../definition.ts'

const MAX_INT32 = 2 ** 31 - 1

export interface ScalePaths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath: string
}

export function scalePathsOf(scale: Fields): ScalePaths {
  return {
    specReplicasPath: textIn(scale.specReplicasPath),
    statusReplicasPath: textIn(scale.statusReplicasPath),
    labelSelectorPath: textIn(scale.labelSelectorPath),
  }
}

function stepsOf(path: string): string[] {
  return path.replace(/^\./, '').split('.')
}

function valueAt(object: KubeObject, path: string): unknown {
  let value: unknown = object
  for (const step of stepsOf(path)) value = isFields(value) ? value[step] : undefined
  return value
}

function setValueAt(object: KubeObject, path: string, value: unknown): void {
  const steps = stepsOf(path)
  const last = steps.pop() ?? ''
  let owner: Fields = object
  for (const step of steps) owner = ensureFields(owner, step)
  owner[last] = value
}

function replicasAt(object: KubeObject, path: string): number {
  const value = valueAt(object, path)
  return typeof value === 'number' ? value : 0
}

function scaleOf(object: KubeObject, paths: ScalePaths): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector = paths.labelSelectorPath === '' ? '' : textIn(valueAt(object, paths.labelSelectorPath))
  const replicas = replicasAt(object, paths.specReplicasPath)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: JSON.parse(JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp })),
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: replicasAt(object, paths.statusReplicasPath), ...(selector !== '' && { selector }) },
  }
}

export function scaleSubresource(paths: ScalePaths): Subresource {
  return {
    type: 'custom',
    verbs: ['get', 'patch', 'update'],
    kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
    replicasPath: stepsOf(paths.specReplicasPath),
    read: (stored) => {
      if (isAbsent(valueAt(stored, paths.specReplicasPath))) {
        throw internalError(`the spec replicas field ${quote(paths.specReplicasPath)} does not exist`)
      }
      return scaleOf(stored, paths)
    },
    update: (submitted, stored) => {
      const { replicas = 0 } = fieldsIn(submitted.spec)
      if (typeof replicas !== 'number') {
        throw badRequest(`the spec replicas field ${quote(paths.specReplicasPath)} cannot be empty`)
      }
      setValueAt(stored, paths.specReplicasPath, replicas)
      return stored
    },
  }
}

/**
 * A number of replicas, wherever the CRD keeps it, is a 32-bit one; what is there instead is told as upstream's accessor does
 * (apimachinery/pkg/apis/meta/v1/unstructured/helpers.go, NestedInt64).
 */
export function validateReplicas(object: KubeObject, path: string): StatusCause[] {
  let replicas: unknown = object
  const gone: string[] = []
  for (const step of stepsOf(path)) {
    if (replicas === null || replicas === undefined) return []
    gone.push(step)
    if (!isFields(replicas)) return [misplaced(path, gone, replicas, 'map[string]interface{}')]
    replicas = replicas[step]
  }
  if (replicas === undefined) return []
  if (!Number.isInteger(replicas) || typeof replicas !== 'number') return [misplaced(path, gone, replicas, 'int64')]
  if (replicas < 0) return [fieldInvalid(path, replicas, 'should be a non-negative integer')]
  return replicas > MAX_INT32 ? [fieldInvalid(path, replicas, `should be less than or equal to ${MAX_INT32}`)] : []
}

function misplaced(path: string, steps: readonly string[], found: unknown, expected: string): StatusCause {
  const text = `.${steps.join('.')} accessor error: ${goText(found)} is of the type ${goTypeOf(found)}, expected ${expected}`
  return fieldInvalid(path, 0, text)
}

function goTypeOf(value: unknown): string {
  if (value === null) return '<nil>'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'object') return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** As %v prints it. */
function goText(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (!isFields(value)) return String(value)
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${key}:${goText(value[key])}`)
  return `map[${entries.join(' ')}]`
}
