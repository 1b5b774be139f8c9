/** Paths that are about no group version, each with a document of its own, by their keys in the index. */
import type { JsonObject } from '../../machinery/index.ts'
import type { ServedGroup } from '../discovery/served-groups.ts'
import { documentOperation, groupOperation, groupsOperation } from './operation.ts'
import { reference } from './schema-names.ts'

const TEXT: JsonObject = { type: 'string' }
const INFO = 'io.k8s.apimachinery.pkg.version.Info'

const OPERATIONS: Readonly<Record<string, () => JsonObject>> = {
  api: () => groupsOperation('core', 'getCoreAPIVersions', 'APIVersions'),
  apis: () => groupsOperation('apis', 'getAPIVersions', 'APIGroupList'),
  version: () =>
    documentOperation(
      'version',
      'getCodeVersion',
      'get the version information for this server',
      'application/json',
      reference(INFO),
    ),
  '.well-known/openid-configuration': () =>
    documentOperation(
      'WellKnown',
      'getServiceAccountIssuerOpenIDConfiguration',
      'get service account issuer OpenID configuration, also known as the OIDC discovery doc',
      'application/json',
      TEXT,
    ),
  'openid/v1/jwks': () =>
    documentOperation(
      'openid',
      'getServiceAccountIssuerOpenIDKeyset',
      'get the keys that tokens of service accounts are verified with',
      'application/jwk-set+json',
      TEXT,
    ),
}

/** Groups of custom resources have none, and a virtual workspace has no core. */
export function rootPaths(groups: readonly ServedGroup[]): Record<string, Record<string, JsonObject>> {
  const builtIn = groups.filter(({ name, versions }) => name !== '' && versions.some(hasBuiltIn))
  const own = builtIn.map(({ name }) => [`apis/${name}`, () => groupOperation(name)] as const)
  const hasCore = groups.some(({ name }) => name === '')
  const all = [...Object.entries(OPERATIONS).filter(([key]) => key !== 'api' || hasCore), ...own]
  return Object.fromEntries(all.map(([key, operation]) => [key, { [`/${key}/`]: { get: operation() } }]))
}

function hasBuiltIn({ resources }: ServedGroup['versions'][number]): boolean {
  return resources.some(({ builtIn }) => builtIn)
}
