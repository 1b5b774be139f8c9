/** The types of ClusterProvider that this version has. */
import { isAbsolute, relative, resolve } from 'node:path'
import type { Client } from '../../client/index.ts'
import { KeelsonError } from '../../machinery/index.ts'
import {
  type ClusterProvider,
  openKindProvider,
  openLogicalProvider,
  openSimulatedProvider,
} from '../../providers/index.ts'
import type { ClusterProviderSpec, ProviderTypes } from './read-desired.ts'

/** The types as a process has them that is no server. */
export const providerTypes: ProviderTypes = {
  simulated: simulatedProvider,
  kind: ({ kind = {} }) => openKindProvider(kind, { env: process.env }),
  logical() {
    throw new KeelsonError(
      'a logical cluster lives in a Keelson server, and this process is none',
      'apply it to a server (without --local), or choose another type',
    )
  },
}

function simulatedProvider({ simulated }: ClusterProviderSpec): ClusterProvider {
  if (simulated === undefined) {
    throw new KeelsonError(
      'Required value',
      'say where the pretended world is: simulated: {folder: .keelson/simulated}',
    )
  }
  return openSimulatedProvider(simulated)
}

export interface Confinement {
  readonly simulatedFolder: string
  readonly logicalClient: () => Client
  /** Whether users may have containers on this machine's Docker. */
  readonly lendsDocker: boolean
}

/**
 * The types as a server has them: whoever may write a ClusterProvider in a workspace of theirs must not reach files of the
 * machine, so pretended worlds are below one folder.
 */
export function confinedProviderTypes({ simulatedFolder, logicalClient, lendsDocker }: Confinement): ProviderTypes {
  return {
    kind({ kind = {} }, { workspace }) {
      if (lendsDocker) return openKindProvider(kind, { env: process.env, workspace })
      throw new KeelsonError(
        "whoever has a node of kind has this machine, and this server's users are not its alone",
        'serve on a loopback address, or apply with --local on a machine of your own',
      )
    },
    logical: (_, { workspace }) => openLogicalProvider({ client: logicalClient, workspace }),
    simulated(spec) {
      const way = relative(resolve(simulatedFolder), resolve(spec.simulated?.folder ?? ''))
      if (spec.simulated !== undefined && (way.startsWith('..') || isAbsolute(way))) {
        throw new KeelsonError("this folder is not the server's to use", `choose one in ${simulatedFolder}`)
      }
      return simulatedProvider(spec)
    },
  }
}
