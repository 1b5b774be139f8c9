/** What makes a resource available is waited for before what follows: a definition is established, a binding bound. */
import { type Client, resourceRef } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import { waitFor } from './wait-for.ts'

interface Condition {
  readonly type: string
  readonly status: string
  readonly message?: string
}

interface Serving extends KubeObject {
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] }
}

const SERVED_WITHIN = 60_000

const KINDS = [
  {
    kind: 'CustomResourceDefinition',
    group: 'apiextensions.k8s.io/',
    resource: resourceRef<Serving>('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false }),
    done: (object: Serving) => conditionOf(object, 'Established')?.status === 'True',
    reason: (object: Serving | undefined) =>
      `condition Established: ${conditionOf(object, 'NamesAccepted')?.message ?? 'not yet reported'}`,
  },
  {
    kind: 'APIBinding',
    group: 'apis.kcp.io/',
    resource: resourceRef<Serving>('apis.kcp.io/v1alpha2', 'apibindings', { namespaced: false }),
    done: ({ status }: Serving) => status?.phase === 'Bound',
    reason: (object: Serving | undefined) => {
      const failing = object?.status?.conditions?.find(
        ({ status, message = '' }) => status === 'False' && message !== '',
      )
      return `phase Bound: ${failing?.message ?? 'not yet reported'}`
    },
  },
]

function conditionOf(object: Serving | undefined, type: string): Condition | undefined {
  return object?.status?.conditions?.find((each) => each.type === type)
}

/** Resolves at once for other kinds. */
export async function untilServed(
  client: Client,
  { apiVersion, kind, metadata }: KubeObject,
  { signal, onChange }: { readonly signal: AbortSignal; readonly onChange: (reason: string) => void },
): Promise<void> {
  const known = KINDS.find((each) => each.kind === kind && apiVersion.startsWith(each.group))
  if (known === undefined) return
  await waitFor(client, known.resource, metadata.name ?? '', (object) => object !== undefined && known.done(object), {
    timeout: SERVED_WITHIN,
    signal,
    reason: (object) => known.reason(object as Serving | undefined),
    onChange,
  })
}
