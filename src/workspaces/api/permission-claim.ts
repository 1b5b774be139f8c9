/** What an export asks to see of its consumers' other objects, and what a binding grants (v1alpha2). */
import type { JsonObject } from '../../machinery/index.ts'

const TEXT: JsonObject = { type: 'string' }

const CLAIMED: JsonObject = {
  group: { type: 'string', default: '' },
  resource: { type: 'string', minLength: 1 },
  identityHash: { type: 'string', default: '' },
  verbs: { type: 'array', minItems: 1, items: TEXT, 'x-kubernetes-list-type': 'set' },
}

const SELECTOR: JsonObject = {
  type: 'object',
  properties: {
    matchAll: { type: 'boolean' },
    matchLabels: { type: 'object', additionalProperties: TEXT },
    matchExpressions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['key', 'operator'],
        properties: { key: TEXT, operator: TEXT, values: { type: 'array', items: TEXT } },
      },
    },
  },
}

function listOf(keys: readonly string[], more: JsonObject, required: readonly string[]): JsonObject {
  return {
    type: 'array',
    items: { type: 'object', required: ['resource', 'verbs', ...required], properties: { ...CLAIMED, ...more } },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [...keys],
  }
}

export const EXPORTED_CLAIMS = listOf(['group', 'resource'], { defaultSelector: SELECTOR }, [])
export const ACCEPTABLE_CLAIMS = listOf(
  ['group', 'resource', 'identityHash'],
  { selector: SELECTOR, state: { type: 'string', enum: ['Accepted', 'Rejected'] } },
  ['selector', 'state'],
)
/** As status repeats them: without keys, since what is there is the server's. */
export const REPORTED_CLAIMS: JsonObject = {
  type: 'array',
  items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
}

export interface PermissionClaim {
  readonly group: string
  readonly resource: string
  readonly identityHash: string
  readonly verbs: readonly string[]
}

export interface ClaimSelector {
  readonly matchAll?: boolean
  readonly matchLabels?: object
  readonly matchExpressions?: object[]
}

export interface ExportedPermissionClaim extends PermissionClaim {
  /** What bindings that a workspace has by its type select. */
  readonly defaultSelector?: ClaimSelector
}

export interface AcceptablePermissionClaim extends PermissionClaim {
  readonly selector: ClaimSelector
  readonly state: 'Accepted' | 'Rejected'
}
