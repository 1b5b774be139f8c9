/** The RBAC objects of one logical cluster, arranged by whom they grant something to. */
import type { KubeObject } from '../../machinery/index.ts'
import { serviceAccountUsername } from '../authentication/service-account.ts'
import { type PolicyRule, parseRules } from './policy-rule.ts'

export interface RbacObjects {
  readonly clusterRoles: readonly KubeObject[]
  readonly roles: readonly KubeObject[]
  readonly clusterRoleBindings: readonly KubeObject[]
  readonly roleBindings: readonly KubeObject[]
}

export interface RoleRef {
  readonly kind: string
  readonly name: string
}

/** Role names by subject; a subject is `u:<user name>` or `g:<group>`. */
type Grants = ReadonlyMap<string, readonly RoleRef[]>

export interface RbacIndex {
  readonly clusterRoles: ReadonlyMap<string, readonly PolicyRule[]>
  /** By namespace, then name. */
  readonly roles: ReadonlyMap<string, ReadonlyMap<string, readonly PolicyRule[]>>
  /** Of ClusterRoleBindings. */
  readonly everywhere: Grants
  /** Of RoleBindings, by namespace. */
  readonly within: ReadonlyMap<string, Grants>
}

export function indexRbac(objects: RbacObjects): RbacIndex {
  const roles = Map.groupBy(objects.roles, namespaceOf)
  const bindings = Map.groupBy(objects.roleBindings, namespaceOf)
  return {
    clusterRoles: new Map(objects.clusterRoles.map((role) => [nameOf(role), parseRules(role.rules)])),
    roles: mapValues(roles, (list) => new Map(list.map((role) => [nameOf(role), parseRules(role.rules)]))),
    everywhere: grantsOf(objects.clusterRoleBindings, ''),
    within: mapValues(bindings, grantsOf),
  }
}

function grantsOf(bindings: readonly KubeObject[], namespace: string): Grants {
  const grants = new Map<string, RoleRef[]>()
  for (const binding of bindings) {
    const { roleRef, subjects } = binding as unknown as Binding
    if (roleRef === undefined) continue
    const { kind, name } = roleRef
    // A set: a binding may name one subject twice.
    for (const key of new Set((subjects ?? []).map((subject) => subjectKey(subject, namespace)))) {
      if (key === undefined) continue
      const granted = grants.get(key)
      if (granted === undefined) grants.set(key, [{ kind, name }])
      else granted.push({ kind, name })
    }
  }
  return grants
}

interface Subject {
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

interface Binding {
  readonly roleRef?: RoleRef
  readonly subjects?: readonly Subject[] | null
}

/** kubernetes/pkg/registry/rbac/validation appliesToUser: a service account without a namespace is of the binding's. */
function subjectKey({ kind, name, namespace }: Subject, bindingNamespace: string): string | undefined {
  if (kind === 'User') return userKey(name)
  if (kind === 'Group') return groupKey(name)
  if (kind !== 'ServiceAccount') return undefined
  const home = namespace === undefined || namespace === '' ? bindingNamespace : namespace
  return home === '' ? undefined : userKey(serviceAccountUsername(home, name))
}

export function userKey(name: string): string {
  return `u:${name}`
}

export function groupKey(name: string): string {
  return `g:${name}`
}

function nameOf(object: KubeObject): string {
  return object.metadata.name ?? ''
}

function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? ''
}

function mapValues<V, W>(map: ReadonlyMap<string, V>, change: (value: V, key: string) => W): Map<string, W> {
  return new Map([...map].map(([key, value]) => [key, change(value, key)]))
}
