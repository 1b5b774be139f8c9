/** The types of ClusterProvider that this version has. */
import { isAbsolute, relative, resolve } from 'node:path'
import type { Client } from '../../client/index.ts'
import { KeelsonError } from '../../machinery/index.ts'
import { type ClusterProvider, openLogicalProvider, openSimulatedProvider } from '../../providers/index.ts'
import type { ClusterProviderSpec, ProviderTypes } from './read-desired.ts'

/** The types as a process has them that is no server. */
export const providerTypes: ProviderTypes = {
  simulated: simulatedProvider,
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

/**
 * The types as a server has them: whoever may write a ClusterProvider in a workspace of theirs must not reach files of the
 * machine, so pretended worlds are below one folder.
 */
export function confinedProviderTypes(simulatedFolder: string, logicalClient: () => Client): ProviderTypes {
  return {
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
