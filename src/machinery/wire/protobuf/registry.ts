/** Finds the message of a built-in kind, for decoding it and for deriving its schema. */
import { admissionregistrationV1 } from './generated/admissionregistration-v1.ts'
import { apidiscoveryV2 } from './generated/apidiscovery-v2.ts'
import { apiextensionsV1 } from './generated/apiextensions-v1.ts'
import { authenticationV1 } from './generated/authentication-v1.ts'
import { authorizationV1 } from './generated/authorization-v1.ts'
import { autoscalingV1 } from './generated/autoscaling-v1.ts'
import { certificatesV1 } from './generated/certificates-v1.ts'
import { coordinationV1 } from './generated/coordination-v1.ts'
import { coreV1 } from './generated/core-v1.ts'
import { eventsV1 } from './generated/events-v1.ts'
import { metaV1 } from './generated/meta-v1.ts'
import { rbacV1 } from './generated/rbac-v1.ts'
import { resource } from './generated/resource.ts'
import { runtime } from './generated/runtime.ts'
import type { MessageRows, MessageTable } from './message-table.ts'

const PACKAGES: Readonly<Record<string, MessageRows>> = {
  'admissionregistration/v1': admissionregistrationV1,
  'apidiscovery/v2': apidiscoveryV2,
  'apiextensions/v1': apiextensionsV1,
  'authentication/v1': authenticationV1,
  'authorization/v1': authorizationV1,
  'autoscaling/v1': autoscalingV1,
  'certificates/v1': certificatesV1,
  'coordination/v1': coordinationV1,
  'core/v1': coreV1,
  'events/v1': eventsV1,
  'meta/v1': metaV1,
  'rbac/v1': rbacV1,
  resource,
  runtime,
}

/** API groups by the Go package that holds their types, which is what messages are named by. */
const GROUPS: Readonly<Record<string, string>> = {
  '': 'core',
  'admissionregistration.k8s.io': 'admissionregistration',
  'apidiscovery.k8s.io': 'apidiscovery',
  'apiextensions.k8s.io': 'apiextensions',
  'authentication.k8s.io': 'authentication',
  'authorization.k8s.io': 'authorization',
  autoscaling: 'autoscaling',
  'certificates.k8s.io': 'certificates',
  'coordination.k8s.io': 'coordination',
  'events.k8s.io': 'events',
  'meta.k8s.io': 'meta',
  'rbac.authorization.k8s.io': 'rbac',
}

/** Registered in every group's version (meta/v1.AddToGroupVersion): clients send them with the apiVersion of the resource. */
const IN_EVERY_GROUP = new Set([
  'CreateOptions',
  'DeleteOptions',
  'GetOptions',
  'ListOptions',
  'PatchOptions',
  'UpdateOptions',
])

const tables = new Map<string, MessageTable>()

/** The message of this name, for example `core/v1.Secret`. Tables are made when first asked for. */
export function messageNamed(name: string): MessageTable {
  const known = tables.get(name)
  if (known !== undefined) return known
  const dot = name.lastIndexOf('.')
  const rows = PACKAGES[name.slice(0, dot)]?.messages[name.slice(dot + 1)]
  if (rows === undefined) throw new Error(`no table of the protobuf message ${name}`)
  const fields = rows.map(([number, jsonName, type, rule, presence, patch]) => ({
    number,
    name: jsonName,
    type,
    rule,
    presence,
    patch,
  }))
  const table = { name, fields }
  tables.set(name, table)
  return table
}

/** The message of a built-in kind: an object, a list of objects, or the options of a request. */
export function messageOf(group: string, version: string, kind: string): MessageTable | undefined {
  if (IN_EVERY_GROUP.has(kind)) return messageNamed(`meta/v1.${kind}`)
  const name = Object.hasOwn(GROUPS, group) ? `${GROUPS[group]}/${version}` : ''
  const found = Object.hasOwn(PACKAGES, name) && PACKAGES[name]?.kinds.includes(kind)
  if (found) return messageNamed(`${name}.${kind}`)
  // Status and the generic lists are registered in the core group too.
  return group === '' && version === 'v1' && metaV1.kinds.includes(kind) ? messageNamed(`meta/v1.${kind}`) : undefined
}
