/** Holds one manifest to the schema of its kind, as the server would, with unknown fields as mistakes. */
import {
  applyDefaults,
  isDNS1123Label,
  isDNS1123Subdomain,
  type KubeObject,
  parseStructuralSchema,
  pruneValue,
  type StructuralSchema,
  validateValue,
} from '../../machinery/index.ts'
import { clusterProvider } from '../api/cluster-provider.ts'
import { controlCenter } from '../api/control-center.ts'
import { PLATFORM_API_VERSION } from '../api/declare-kind.ts'
import { platform } from '../api/platform.ts'
import { sharedService } from '../api/shared-service.ts'
import { type ManifestSource, type Problem, problem } from './manifest.ts'

interface Definition {
  readonly names: { readonly kind: string }
  readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: unknown } }]
}

const schemas = new Map<string, StructuralSchema>()

function schemaOf(kind: string): StructuralSchema | undefined {
  const known = schemas.get(kind)
  if (known !== undefined) return known
  for (const crd of [controlCenter, platform, clusterProvider, sharedService]) {
    const { names, versions } = crd.spec as Definition
    if (names.kind !== kind) continue
    const parsed = parseStructuralSchema(versions[0].schema.openAPIV3Schema, '')
    if (!parsed.ok) throw new Error(`the schema of ${kind} is not structural`)
    schemas.set(kind, parsed.value)
    return parsed.value
  }
  return undefined
}

/** Whether the engine answers for the object. */
export function isPlatformObject({ apiVersion }: KubeObject): boolean {
  return apiVersion.startsWith(`${PLATFORM_API_VERSION.split('/')[0]}/`)
}

/** A copy with defaults, or what is wrong with it. */
export function checkManifest(source: ManifestSource): { source: ManifestSource; problems: Problem[] } {
  const { apiVersion, kind, metadata } = source.object
  const schema = apiVersion === PLATFORM_API_VERSION ? schemaOf(kind) : undefined
  if (schema === undefined) {
    const remedy = `there are ControlCenter, Platform, ClusterProvider and SharedService of ${PLATFORM_API_VERSION}`
    return { source, problems: [problem(source, 'kind', `no kind ${kind} in ${apiVersion}`, remedy)] }
  }
  const object = structuredClone(source.object)
  const at = { ...source, object }
  const problems = pruneValue(schema, object, { isResourceRoot: true }).map((field) =>
    problem(source, field, 'unknown field', spelling(field, schema)),
  )
  applyDefaults(schema, object)
  for (const { field = '', message } of validateValue(schema, object, '')) {
    // That rules wait until the rest holds is no mistake of its own.
    if (field === '<nil>') continue
    problems.push(problem(source, field, message, remedyFor(message)))
  }
  return { source: at, problems: [...problems, ...nameProblems(at, metadata.name)] }
}

/** Control centers and platforms lend their names to Cluster API's objects and to hosts: labels of DNS. */
function nameProblems(source: ManifestSource, name: string | undefined): Problem[] {
  const { kind } = source.object
  const isCluster = kind === 'ControlCenter' || kind === 'Platform'
  const check = isCluster ? isDNS1123Label : isDNS1123Subdomain
  if (name === undefined || name === '') return [problem(source, 'metadata.name', 'Required value', 'give it a name')]
  const limit = isCluster ? 63 : 253
  const remedy = name.length > limit ? `shorten the name to ${limit} characters` : 'use lower case, digits and -'
  return check(name).map((message) => problem(source, 'metadata.name', message, remedy))
}

function spelling(field: string, schema: StructuralSchema): string {
  const steps = field.split(/\.|\[\d+\]\.?/).filter((step) => step !== '')
  const last = steps.pop() ?? ''
  let level: StructuralSchema | undefined = schema
  for (const step of steps) {
    level = level?.properties?.get(step)
    if (level?.items !== undefined) level = level.items
  }
  const known = [...(level?.properties?.keys() ?? [])]
  const close = known.find((each) => each.toLowerCase() === last.toLowerCase() || distance(each, last) <= 2)
  if (close !== undefined) return `did you mean ${close}?`
  return known.length === 0 ? 'remove it' : `remove it; there are ${known.join(', ')}`
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

function remedyFor(message: string): string {
  if (message.startsWith('Required value')) return 'add the field'
  if (message.startsWith('Forbidden')) return 'leave it out'
  if (message.startsWith('Unsupported value')) return 'use one of the supported values'
  return 'correct the value'
}
