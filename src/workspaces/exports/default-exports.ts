/** Which exports a workspace is bound to by its types: kcp's `spec.defaultAPIBindings`, and what a binding of one says. */
import type { KubeObject } from '../../machinery/index.ts'
import type { ExportReference } from '../api/api-binding.ts'
import { exportSpec } from '../api/api-export.ts'
import type { AcceptablePermissionClaim } from '../api/permission-claim.ts'
import type { ResolvedType } from '../types.ts'
import { base62Sha224 } from './base62.ts'

/** The initializer that ends when all of them are bound. */
export const DEFAULT_BINDINGS_INITIALIZER = 'system:apibindings'

/** A name has 253 characters; of these, one is a dash and five are the hash. */
const NAME_PART = 253 - 1 - 5

/** Each once. Without a path an export lies where the type does. */
export function defaultExports(types: readonly ResolvedType[]): Required<ExportReference>[] {
  const found = new Map<string, Required<ExportReference>>()
  for (const { cluster, spec } of types) {
    for (const { path, export: name } of spec.defaultAPIBindings ?? []) {
      const reference = { path: path === undefined || path === '' ? cluster : path, name }
      found.set(`${reference.path}|${name}`, reference)
    }
  }
  return [...found.values()]
}

/** Those that bindings are held to for as long as the workspace lives. */
export function maintainedExports(types: readonly ResolvedType[]): Required<ExportReference>[] {
  return defaultExports(types.filter(({ spec }) => spec.defaultAPIBindingLifecycle === 'Maintain'))
}

/** The name of the binding, which is the same at each attempt: kcp's GenerateAPIBindingName. */
export function defaultBindingName(cluster: string, { path, name }: ExportReference): string {
  const hash = base62Sha224(`${cluster}|${path ?? ''}|${name}`)
    .slice(0, 5)
    .toLowerCase()
  return `${name.slice(0, NAME_PART)}-${hash}`
}

/** Whoever may make the type may bind the export, and accepts what it asks for. */
export function defaultBindingSpec(reference: Required<ExportReference>, found: KubeObject) {
  const { permissionClaims = [] } = exportSpec(found)
  const claims = permissionClaims.map(({ defaultSelector, ...claim }): AcceptablePermissionClaim => {
    return { ...claim, selector: defaultSelector ?? { matchAll: true }, state: 'Accepted' }
  })
  return { reference: { export: reference }, ...(claims.length > 0 && { permissionClaims: claims }) }
}
