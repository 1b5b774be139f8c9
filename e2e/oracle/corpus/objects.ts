/** Objects and paths that the cases are made of. */
import type { Fields, Json } from '../case.ts'
import { API, GROUP } from './definitions.ts'

export const CONFIG_MAPS = '/api/v1/namespaces/<ns>/configmaps'
export const SECRETS = '/api/v1/namespaces/<ns>/secrets'
export const LEASES = '/apis/coordination.k8s.io/v1/namespaces/<ns>/leases'
export const NAMESPACES = '/api/v1/namespaces'
export const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
export const WIDGETS = `/apis/${API}/namespaces/<ns>/widgets`
export const GADGETS = `/apis/${API}/gadgets`
export const GIZMOS = `/apis/${API}/namespaces/<ns>/gizmos`
export const GIZMOS_BETA = `/apis/${GROUP}/v1beta1/namespaces/<ns>/gizmos`
export const RBAC = '/apis/rbac.authorization.k8s.io/v1'

const made = (apiVersion: string, kind: string) => {
  return (name: string, fields: Fields = {}, metadata: Fields = {}): Fields => ({
    apiVersion,
    kind,
    metadata: { ...(name !== '' && { name }), ...metadata },
    ...fields,
  })
}

export const configMap = made('v1', 'ConfigMap')
export const secret = made('v1', 'Secret')
export const namespace = made('v1', 'Namespace')
export const serviceAccount = made('v1', 'ServiceAccount')
export const lease = made('coordination.k8s.io/v1', 'Lease')
export const gadget = made(API, 'Gadget')
export const role = made('rbac.authorization.k8s.io/v1', 'Role')
export const roleBinding = made('rbac.authorization.k8s.io/v1', 'RoleBinding')
export const clusterRole = made('rbac.authorization.k8s.io/v1', 'ClusterRole')
export const clusterRoleBinding = made('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding')
export const event = made('v1', 'Event')
export const quota = made('v1', 'ResourceQuota')
export const limitRange = made('v1', 'LimitRange')

/** A valid one, with these fields of its spec besides. */
export const widget = (name: string, spec: Fields = {}, metadata: Fields = {}): Fields =>
  made(API, 'Widget')(name, { spec: { size: 1, ...spec } }, metadata)

/** With whatever spec. */
export const rawWidget = (name: string, spec: Json, more: Fields = {}): Fields =>
  made(API, 'Widget')(name, { spec, ...more })

export const gizmo = (name: string, spec: Fields, version = 'v1'): Fields =>
  made(`${GROUP}/${version}`, 'Gizmo')(name, { spec })

export const text = (length: number, character = 'a'): string => character.repeat(length)
