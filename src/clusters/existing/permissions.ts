/** What the given credential has to be allowed, asked of the cluster itself before anything is written into it. */
import { type Client, resourceRef } from '../../client/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import { askWorld, callRefused } from '../../providers/index.ts'
import { NAMESPACE } from './adopted-cluster.ts'

interface Review extends KubeObject {
  readonly status?: { readonly allowed?: boolean }
}

const REVIEWS = resourceRef<Review>('authorization.k8s.io/v1', 'selfsubjectaccessreviews', { namespaced: false })

interface Permission {
  readonly verb: string
  readonly group?: string
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
}

/** The last is cluster-admin's: nobody may bind a role that allows more than they may themselves. */
const NEEDED: readonly Permission[] = [
  ...['create', 'update', 'delete'].map((verb) => ({ verb, resource: 'configmaps', namespace: NAMESPACE })),
  ...['create', 'delete'].map((verb) => ({ verb, resource: 'serviceaccounts', namespace: NAMESPACE })),
  { verb: 'create', resource: 'serviceaccounts', subresource: 'token', namespace: NAMESPACE },
  ...['create', 'delete'].map((verb) => ({
    verb,
    group: 'rbac.authorization.k8s.io',
    resource: 'clusterrolebindings',
  })),
  { verb: '*', group: '*', resource: '*' },
]

/** Errors: `refused`, with all that is missing. */
export async function checkPermissions(name: string, client: Client, signal: AbortSignal): Promise<void> {
  const answers = await askWorld(`cluster ${name}`, signal, () =>
    Promise.all(
      NEEDED.map(async (resourceAttributes) => {
        const spec = { resourceAttributes }
        const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: {}, spec }
        return (await client.create(REVIEWS, review, { signal })).status?.allowed === true
      }),
    ),
  )
  const missing = NEEDED.filter((_, index) => answers[index] === false).map(textOf)
  if (missing.length === 0) return
  throw callRefused(
    `cluster ${name} is not adopted: the credential of its kubeconfig may not ${missing.join(', ')}; give one of a cluster administrator`,
  )
}

function textOf({ verb, resource, subresource, namespace }: Permission): string {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`
  return namespace === undefined ? `${verb} ${what}` : `${verb} ${what} in ${namespace}`
}
