import {
  askWorld,
  type Capabilities,
  type ClusterProvider,
  type ClusterSpec,
  callRefused,
  clusterConflict,
  clusterGone,
  fieldsRefused,
  isProviderError,
  type ObservedCluster,
  ownershipOf,
  providerUnreachable,
  refusedFields,
  refuseLifetime,
  tagsOf,
} from '../../providers/index.ts'
import { issueAccess, withdrawAccess } from './access.ts'
import {
  type AdoptedCluster,
  lookInto,
  nameOfExternalID,
  oursOf,
  removeMarks,
  sameOf,
  writeMarks,
} from './adopted-cluster.ts'
import { type Allows, connect, TYPE } from './connection.ts'
import type { TrustedConfig } from './kubeconfig.ts'
import { checkPermissions } from './permissions.ts'

/** A cluster that may be adopted. */
export interface ExistingCluster {
  /** What it is called here: the external name. */
  readonly name: string
  /** Read for each call, so that a credential that was replaced counts at once. Throws a KeelsonError where it cannot be used. */
  readonly config: (signal: AbortSignal) => Promise<TrustedConfig>
}

export interface ExistingOptions {
  readonly clusters: readonly ExistingCluster[]
  /** Default: everything. */
  readonly allows?: Allows
}

/**
 * Clusters that are there already. The provider makes and ends none: it adopts them, which marks them, looks after them, and
 * issues credentials of its own. Leaving one takes away what it put there and nothing else.
 *
 * @example openExistingProvider({ clusters: [{ name: 'production', config: async () => trustedConfig(kubeconfig) }] })
 */
export function openExistingProvider({ clusters, allows = () => true }: ExistingOptions): ClusterProvider {
  const capabilities: Capabilities = {
    fields: { 'spec.version': 'refused', 'spec.topology.controlPlane': 'refused', 'spec.topology.pools': 'refused' },
    create: false,
    names: clusters.map(({ name }) => name),
    delete: 'marks',
    start: false,
    repair: false,
    adopt: true,
    nodes: 'real',
    api: true,
    notice: 'adopted, not made here',
    // TokenRequest takes no less than ten minutes (kubernetes/pkg/apis/authentication/validation).
    accessTTL: { min: 600, max: 24 * 60 * 60 },
  }

  async function inside<T>(
    { name, config }: ExistingCluster,
    signal: AbortSignal,
    work: (cluster: AdoptedCluster, config: TrustedConfig) => Promise<T>,
  ): Promise<T> {
    const trusted = await askWorld(`cluster ${name}`, signal, () => config(signal))
    using connection = await askWorld(`cluster ${name}`, signal, async () => connect(trusted, allows))
    return await work(await lookInto(name, connection, signal), trusted)
  }

  function insideOf<T>(
    externalID: string,
    signal: AbortSignal,
    work: (cluster: AdoptedCluster, config: TrustedConfig) => Promise<T>,
  ): Promise<T> {
    const name = nameOfExternalID(externalID)
    const entry = clusters.find((each) => each.name === name)
    signal.throwIfAborted()
    if (entry === undefined) throw clusterGone(externalID)
    return inside(entry, signal, work)
  }

  /** Until nobody wrote between the look and the write. */
  async function change(
    externalID: string,
    signal: AbortSignal,
    attempt: (cluster: AdoptedCluster) => Promise<boolean>,
  ): Promise<ObservedCluster> {
    while (!(await insideOf(externalID, signal, attempt)));
    return insideOf(externalID, signal, async ({ observed }) => observed)
  }

  /** `marked` refuses a cluster whose marks are not those of the owner; false: there is nothing to leave. */
  async function leave(
    externalID: string,
    signal: AbortSignal,
    marked: (cluster: AdoptedCluster) => boolean,
  ): Promise<void> {
    if (!isListed(externalID)) return
    const attempt = async (cluster: AdoptedCluster): Promise<boolean> => {
      if (cluster.observed.externalID !== externalID || !marked(cluster)) return true
      // The marks last: who is killed in between finds the rest by them.
      await withdrawAccess(cluster, signal)
      return removeMarks(cluster, signal)
    }
    while (!(await insideOf(externalID, signal, attempt)));
  }

  return {
    type: TYPE,
    capabilities: () => capabilities,

    async list(ownerTag, signal) {
      signal.throwIfAborted()
      const looks = await Promise.all(
        clusters.map(async (entry) => {
          try {
            return await inside(entry, signal, async ({ observed }) => observed)
          } catch (error) {
            if (!isProviderError(error, 'unreachable')) throw error
            return { name: entry.name, error }
          }
        }),
      )
      const failures = looks.flatMap((look) => ('error' in look ? [look.error] : []))
      if (failures.length > 0 && failures.length === looks.length) {
        throw providerUnreachable(TYPE, failures.map(({ message }) => message).join('; '))
      }
      return looks.flatMap((look) => {
        if ('error' in look) return [unseen(look.name, look.error.message)]
        return ownershipOf(look, ownerTag) === 'ours' ? [look] : []
      })
    },

    async observe(externalName, signal) {
      signal.throwIfAborted()
      const entry = clusters.find(({ name }) => name === externalName)
      return entry === undefined ? { found: false } : inside(entry, signal, async ({ observed }) => observed)
    },

    async create({ externalName }, { signal }) {
      signal.throwIfAborted()
      const message = `a cluster of type ${TYPE} cannot be made: there is none called ${externalName}`
      throw fieldsRefused([{ field: 'spec.externalName', message }])
    },

    async update(externalID, intent, { signal, onProgress }) {
      onProgress?.({ phase: 'marking', message: `cluster ${nameOfExternalID(externalID) ?? externalID}` })
      return change(externalID, signal, async (cluster) => {
        const ours = oursOf(cluster, externalID, intent.ownerTag, intent.identity)
        refuseFields(intent.spec, capabilities)
        return writeMarks(ours, tagsOf(intent), signal)
      })
    },

    async start() {
      throw callRefused(`a cluster of type ${TYPE} is started by those whose it is`)
    },

    async adopt(externalID, marks, { signal, from }) {
      return change(externalID, signal, async (cluster) => {
        const { observed, connection, name } = sameOf(cluster, externalID)
        const { ownerTag } = observed
        if (ownerTag === marks.ownerTag) {
          oursOf(cluster, externalID, ownerTag, marks.identity)
          return true
        }
        if (ownerTag !== from) {
          const whose = ownerTag ? `it belongs to the owner ${ownerTag}` : `it is not of the owner ${from}`
          throw clusterConflict(observed, whose)
        }
        await checkPermissions(name, connection.client, signal)
        return writeMarks(cluster, tagsOf(marks), signal)
      })
    },

    async release(externalID, { ownerTag, signal }) {
      await leave(externalID, signal, (cluster) => {
        if (cluster.observed.ownerTag === undefined) return false
        oursOf(cluster, externalID, ownerTag)
        return true
      })
    },

    async delete(externalID, { ownerTag, signal, onProgress }) {
      signal.throwIfAborted()
      onProgress?.({ phase: 'unmarking', message: `cluster ${nameOfExternalID(externalID) ?? externalID}` })
      await leave(externalID, signal, (cluster) => oursOf(cluster, externalID, ownerTag) !== undefined)
    },

    async issueAccess(externalID, ttlSeconds, { ownerTag, signal }) {
      signal.throwIfAborted()
      refuseLifetime(ttlSeconds, capabilities)
      for (let isBegun = false; ; isBegun = true) {
        const access = await insideOf(externalID, signal, async (cluster, config) => {
          // Whoever took the marks away did not find what was put there just now.
          if (isBegun && sameOf(cluster, externalID).observed.ownerTag === undefined) {
            await withdrawAccess(cluster, signal)
          }
          return issueAccess(oursOf(cluster, externalID, ownerTag), config, Math.floor(ttlSeconds), signal)
        })
        if (access !== undefined) return access
      }
    },

    async hostChanges(_, signal) {
      signal.throwIfAborted()
      return []
    },
  }

  function isListed(externalID: string): boolean {
    const name = nameOfExternalID(externalID)
    return clusters.some((each) => each.name === name)
  }
}

/** Whose it is, nobody can say now: it is in every owner's list, and nothing is done with it. */
function unseen(name: string, message: string): ObservedCluster {
  return {
    found: true,
    externalID: `${TYPE}://${name}/unknown`,
    externalName: name,
    state: 'unreachable',
    spec: {},
    message,
  }
}

function refuseFields(spec: ClusterSpec, capabilities: Capabilities): void {
  const refused = refusedFields(TYPE, spec, capabilities)
  if (refused.length > 0) throw fieldsRefused(refused)
}
