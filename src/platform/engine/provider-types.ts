/** The types of ClusterProvider that this version has. */
import { isAbsolute, relative, resolve } from 'node:path'
import { KeelsonError } from '../../machinery/index.ts'
import { type ClusterProvider, openSimulatedProvider } from '../../providers/index.ts'
import type { ClusterProviderSpec, ProviderTypes } from './read-desired.ts'

export const providerTypes: ProviderTypes = { simulated: simulatedProvider }

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
export function confinedProviderTypes(simulatedFolder: string): ProviderTypes {
  return {
    ...providerTypes,
    simulated(spec) {
      const way = relative(resolve(simulatedFolder), resolve(spec.simulated?.folder ?? ''))
      if (spec.simulated !== undefined && (way.startsWith('..') || isAbsolute(way))) {
        throw new KeelsonError("this folder is not the server's to use", `choose one in ${simulatedFolder}`)
      }
      return simulatedProvider(spec)
    },
  }
}
