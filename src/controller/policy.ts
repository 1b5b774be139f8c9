/** RBAC objects that let each controller do what it says it needs, in every logical cluster. */
import type { KubeObject } from '../machinery/index.ts'
import { type Actor, controllerUser } from './feature.ts'

const RBAC = 'rbac.authorization.k8s.io'

/** A ClusterRole and a ClusterRoleBinding a controller, for the server's bootstrap policy. */
export function controllerPolicy(controllers: readonly Actor[]): KubeObject[] {
  return controllers.flatMap((controller) => {
    const name = controllerUser(controller).username
    const metadata = { name }
    const subjects = [{ kind: 'User', apiGroup: RBAC, name }]
    const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name }
    // kcp: whoever acts in a workspace needs the verb `access` there.
    const access = { nonResourceURLs: ['/'], verbs: ['access'] }
    return [
      { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata, rules: [...controller.rules, access] },
      { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata, subjects, roleRef },
    ]
  })
}
