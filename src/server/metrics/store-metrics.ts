/** What is counted of the store, under the names that kube-apiserver has for etcd (apiserver/pkg/storage/etcd3/metrics). */

import { counter, type Family, histogram } from '../../machinery/index.ts'
import type { Store } from '../../storage/index.ts'

const LABELS = ['operation', 'group', 'resource'] as const
const WRITE: readonly string[] = ['txn', '', '']
const SECONDS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Commits alone: reads are answered from memory, and not held up to be measured. */
export function measuredStore(store: Store): { readonly store: Store; readonly families: readonly Family[] } {
  const seconds = histogram(
    {
      name: 'etcd_request_duration_seconds',
      help: 'Etcd request latency in seconds for each operation and object type.',
      labels: LABELS,
    },
    SECONDS,
  )
  const total = counter({
    name: 'etcd_requests_total',
    help: 'Etcd request counts for each operation and object type.',
    labels: LABELS,
  })
  const errors = counter({
    name: 'etcd_request_errors_total',
    help: 'Etcd failed request counts for each operation and object type.',
    labels: LABELS,
  })
  const commit: Store['commit'] = async (change) => {
    const start = performance.now()
    total.add(WRITE)
    try {
      return await store.commit(change)
    } catch (error) {
      errors.add(WRITE)
      throw error
    } finally {
      seconds.observe(WRITE, (performance.now() - start) / 1000)
    }
  }
  return { store: { ...store, commit }, families: [seconds, total, errors] }
}
