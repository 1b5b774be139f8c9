/** One cluster as its own API shows it: which incarnation it is, its version, and our marks on it. */
import { randomUUID } from 'node:crypto'
import { resourceRef } from '../../client/index.ts'
import { find } from '../../controller/index.ts'
import { isStatus, type KubeObject } from '../../machinery/index.ts'
import {
  askWorld,
  type ClusterIdentity,
  clusterConflict,
  clusterGone,
  formatIdentity,
  marksOf,
  type ObservedCluster,
  ownershipOf,
} from '../../providers/index.ts'
import { type Connection, TYPE } from './connection.ts'

/** The marks, where the administrators of the cluster see whose it is. Whoever creates it first has the cluster. */
interface MarkObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })
const CONFIG_MAPS = resourceRef<MarkObject>('v1', 'configmaps', { namespaced: true })

export const NAMESPACE = 'kube-system'
/** Of all that is ours in an adopted cluster. */
export const OWN_NAME = 'keelson-adoption'
/** On the marks: another one for each credential. */
const ACCESS_ANNOTATION = 'keelson.dev/last-access'
export const OWN_LABELS = { 'app.kubernetes.io/managed-by': 'keelson' }

export interface AdoptedCluster {
  readonly name: string
  readonly connection: Connection
  readonly observed: ObservedCluster
  readonly mark: MarkObject | undefined
}

/** The UID of kube-system is what a cluster is told from another by (sig-multicluster's About API, kep-2149). */
function externalIDOf(name: string, uid: string): string {
  return `${TYPE}://${name}/${uid}`
}

/** The name in an external ID; undefined for what is none of ours. */
export function nameOfExternalID(externalID: string): string | undefined {
  return /^existing:\/\/([-a-z0-9]+)\/[-a-z0-9]+$/.exec(externalID)?.[1]
}

export async function lookInto(name: string, connection: Connection, signal: AbortSignal): Promise<AdoptedCluster> {
  const { client, endpoint } = connection
  const [version, kubeSystem, mark] = await askWorld(`cluster ${name}`, signal, () =>
    Promise.all([
      client.raw('GET', '/version', { signal }),
      client.get(NAMESPACES, NAMESPACE, { signal }),
      find(client, CONFIG_MAPS, OWN_NAME, { namespace: NAMESPACE, signal }),
    ]),
  )
  const observed: ObservedCluster = {
    found: true,
    externalID: externalIDOf(name, kubeSystem.metadata.uid ?? ''),
    externalName: name,
    state: 'ready',
    ...marksOf(mark?.data ?? {}),
    spec: versionOf(version),
    endpoint,
    message: '',
  }
  return { name, connection, observed, mark }
}

/** Distributions put their own behind it: `v1.35.4+k3s1`, `v1.33.5-gke.1162000`. */
function versionOf(answer: unknown): { version?: string } {
  const { gitVersion } = (answer ?? {}) as { gitVersion?: unknown }
  const [version] = /^v\d+\.\d+\.\d+/.exec(typeof gitVersion === 'string' ? gitVersion : '') ?? []
  return version === undefined ? {} : { version }
}

/** The cluster, if it is of this incarnation, carries this owner tag and, where one is given, this identity. */
export function oursOf(
  cluster: AdoptedCluster,
  externalID: string,
  ownerTag: string,
  identity?: ClusterIdentity,
): AdoptedCluster {
  const { observed } = sameOf(cluster, externalID)
  const ownership = ownershipOf(observed, ownerTag)
  if (ownership === 'untagged') throw clusterConflict(observed, 'it carries no owner tag')
  if (ownership === 'other') throw clusterConflict(observed, `it belongs to the owner ${observed.ownerTag}`)
  if (identity && observed.identity && formatIdentity(identity) !== formatIdentity(observed.identity)) {
    throw clusterConflict(observed, `it is the cluster of ${formatIdentity(observed.identity)}`)
  }
  return cluster
}

/** Another cluster may be behind the same name by now. */
export function sameOf(cluster: AdoptedCluster, externalID: string): AdoptedCluster {
  if (cluster.observed.externalID !== externalID) throw clusterGone(externalID)
  return cluster
}

/** Whether it was written: somebody else may have been there first. */
export async function writeMarks(
  { name, connection: { client }, mark }: AdoptedCluster,
  data: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  const metadata = { ...mark?.metadata, name: OWN_NAME, namespace: NAMESPACE, labels: OWN_LABELS }
  const object: MarkObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }
  return unlessOvertaken(() =>
    askWorld(`cluster ${name}`, signal, () =>
      mark === undefined
        ? client.create(CONFIG_MAPS, object, { signal })
        : client.update(CONFIG_MAPS, object, { signal }),
    ),
  )
}

/**
 * Whether it was as it was read: who takes the marks away meanwhile then looks again, and finds what was put there before.
 * An update that changes nothing has no version of its own.
 */
export async function touchMarks(
  { name, connection: { client }, mark }: AdoptedCluster,
  signal: AbortSignal,
): Promise<boolean> {
  if (mark === undefined) return false
  const { metadata } = mark
  const annotations = { ...metadata.annotations, [ACCESS_ANNOTATION]: randomUUID() }
  return unlessOvertaken(() =>
    askWorld(`cluster ${name}`, signal, () =>
      client.update(CONFIG_MAPS, { ...mark, metadata: { ...metadata, annotations } }, { signal }),
    ),
  )
}

export async function removeMarks(
  { name, connection: { client }, mark }: AdoptedCluster,
  signal: AbortSignal,
): Promise<boolean> {
  const { uid = '', resourceVersion = '' } = mark?.metadata ?? {}
  const preconditions = { uid, resourceVersion }
  return unlessOvertaken(() =>
    askWorld(`cluster ${name}`, signal, () =>
      client.delete(CONFIG_MAPS, OWN_NAME, { namespace: NAMESPACE, preconditions, signal }),
    ),
  )
}

async function unlessOvertaken(request: () => Promise<unknown>): Promise<boolean> {
  try {
    await request()
    return true
  } catch (error) {
    if (['AlreadyExists', 'Conflict', 'NotFound'].some((reason) => isStatus(error, reason))) return false
    throw error
  }
}
