/**
 * Who gets a kubeconfig of `keelson up`: a binding with the annotation `keelson.dev/kubeconfig: NAME` gives its one User the
 * file NAME.kubeconfig, which leads into the binding's workspace. Elsewhere the annotation means nothing.
 */
import { KeelsonError, type KubeObject } from '../machinery/index.ts'
import type { KubeconfigRequest } from './environment.ts'
import type { Manifest } from './manifest-text.ts'
import type { ManifestTree } from './manifest-tree.ts'

const ANNOTATION = 'keelson.dev/kubeconfig'
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
/** Written by the server for its administrator. */
const TAKEN = 'admin'

interface Binding extends KubeObject {
  readonly subjects?: readonly { readonly kind?: string; readonly name?: string }[]
}

/** In the order of the tree; throws where a binding asks for what cannot be. */
export function kubeconfigRequests(tree: ManifestTree, top: string): KubeconfigRequest[] {
  const requests = requestsOf(tree, top)
  const twice = requests.find(({ name }, index) => requests.findIndex((each) => each.name === name) !== index)
  if (twice === undefined) return requests
  throw new KeelsonError(
    `two bindings ask for ${twice.name}.kubeconfig by the annotation ${ANNOTATION}`,
    'keep the annotation at the one whose workspace the kubeconfig shall lead into',
  )
}

function requestsOf({ path, manifests, children }: ManifestTree, top: string): KubeconfigRequest[] {
  const workspace = path === '' ? top : `${top}:${path}`
  return [
    ...manifests.flatMap((manifest) => requestOf(manifest, workspace)),
    ...children.flatMap((child) => requestsOf(child, top)),
  ]
}

function requestOf({ object, file, lineOf }: Manifest, workspace: string): KubeconfigRequest[] {
  const name = object.metadata.annotations?.[ANNOTATION]
  if (name === undefined) return []
  const at = (field: string) => `${file}:${lineOf(field)}: ${field}`
  const annotation = at(`metadata.annotations.${ANNOTATION}`)
  if (!/^(Cluster)?RoleBinding$/.test(object.kind)) {
    throw new KeelsonError(
      `${annotation}: ${object.kind} is no binding`,
      'put it at a RoleBinding or ClusterRoleBinding',
    )
  }
  if (!NAME.test(name) || name === TAKEN) {
    const remedy = `use lower case letters, digits and hyphens; ${TAKEN} is the administrator's`
    throw new KeelsonError(`${annotation}: ${JSON.stringify(name)} cannot be the name of a kubeconfig`, remedy)
  }
  const users = ((object as Binding).subjects ?? []).filter(({ kind }) => kind === 'User')
  const [user] = users
  if (users.length !== 1 || user?.name === undefined || user.name.startsWith('system:')) {
    const text = `${at('subjects')}: a kubeconfig is for one User whose name does not begin with system:`
    throw new KeelsonError(text, `name one User, or take the annotation ${ANNOTATION} away`)
  }
  return [{ name, user: user.name, workspace }]
}
