/** How kcp's `kubectl ws` keeps its place in a kubeconfig: contexts and clusters of two fixed names. */
import { KeelsonError } from '../machinery/index.ts'
import { clusterPathOf, inClusterPrefix } from './cluster-prefix.ts'
import type { Kubeconfig, KubeconfigCluster, KubeconfigContext } from './kubeconfig.ts'
import type { KubeconfigChange } from './kubeconfig-edit.ts'

const CURRENT = 'workspace.kcp.io/current'
const PREVIOUS = 'workspace.kcp.io/previous'

interface Place {
  readonly context: KubeconfigContext
  readonly cluster: KubeconfigCluster
}

function placeOf(config: Kubeconfig, name: string): Place | undefined {
  const context = config.contexts.get(name)?.value
  const cluster = config.clusters.get(context?.cluster ?? '')?.value
  return context === undefined || cluster === undefined ? undefined : { context, cluster }
}

/** The workspace that the current context is in; undefined where its URL has no `/clusters/…`. */
export function currentWorkspace(config: Kubeconfig): string | undefined {
  return clusterPathOf(placeOf(config, config.currentContext)?.cluster.server ?? '')
}

/** Goes to a workspace; where one came from is kept for `ws -`. The former cluster entry is kept by name, unless it is
 *  the one that is about to be overwritten. */
export function switchWorkspace(config: Kubeconfig, path: string): KubeconfigChange {
  const from = placeOf(config, config.currentContext)
  if (from === undefined) {
    throw new KeelsonError(`context "${config.currentContext}" names no cluster`, 'choose another context')
  }
  const server = inClusterPrefix(from.cluster.server ?? '', path)
  const overwritten = from.context.cluster === CURRENT
  const { namespace: _, ...context } = from.context
  return {
    currentContext: CURRENT,
    clusters: { [CURRENT]: { ...from.cluster, server }, ...(overwritten ? { [PREVIOUS]: from.cluster } : {}) },
    contexts: {
      [CURRENT]: { ...context, cluster: CURRENT },
      [PREVIOUS]: { ...from.context, ...(overwritten ? { cluster: PREVIOUS } : {}) },
    },
  }
}

/** Goes back to where the last switch came from. */
export function switchBack(config: Kubeconfig): KubeconfigChange {
  const from = placeOf(config, config.currentContext)
  const to = placeOf(config, PREVIOUS)
  if (from === undefined || to === undefined) {
    throw new KeelsonError('no previous workspace exists in this kubeconfig', 'go to one first: keelson ws :root')
  }
  return {
    currentContext: CURRENT,
    clusters: { [CURRENT]: to.cluster, [PREVIOUS]: from.cluster },
    contexts: {
      [CURRENT]: { ...to.context, cluster: CURRENT },
      [PREVIOUS]: { ...from.context, cluster: PREVIOUS },
    },
  }
}
