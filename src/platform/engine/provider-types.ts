/** The types of ClusterProvider that this version has. */
import { KeelsonError } from '../../machinery/index.ts'
import { openSimulatedProvider } from '../../providers/index.ts'
import type { ProviderTypes } from './read-desired.ts'

export const providerTypes: ProviderTypes = {
  simulated({ simulated }) {
    if (simulated === undefined) {
      throw new KeelsonError(
        'Required value',
        'say where the pretended world is: simulated: {folder: .keelson/simulated}',
      )
    }
    return openSimulatedProvider(simulated)
  },
}
