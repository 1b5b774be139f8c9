import { resourceRef } from '../../../client/index.ts'
import { type Client, clusterOf, find } from '../../../controller/index.ts'
import { KeelsonError } from '../../../machinery/index.ts'
import type { KindCluster } from './kind-cluster.ts'

const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })

/** A logical cluster by its name, any other API by its namespace kube-system, as everybody tells clusters apart. */
export function apiNames(): (client: Client, object: KindCluster) => Promise<string> {
  let known = ''
  return async (client, object) => {
    const logical = clusterOf(object)
    if (logical !== '') return logical
    if (known === '') known = (await find(client, NAMESPACES, 'kube-system'))?.metadata.uid ?? ''
    if (known === '')
      throw new KeelsonError('the API has no namespace kube-system', 'its clusters cannot be told from others')
    return known
  }
}
