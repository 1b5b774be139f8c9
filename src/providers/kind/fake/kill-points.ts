/**
 * Where a process is killed that changes a cluster of kind: before (`-`) or after (`+`) the n-th of a request to Docker, or of the
 * kind command. The same on a pretended Docker and on a real one.
 */
import type { ProviderWorld } from '../../conformance.ts'

export interface Kill {
  readonly request: string
  readonly count: number
  readonly when: 'before' | 'after'
}

/** @example killOf('POST /volumes/create 2 +') */
export function killOf(point: string): Kill {
  const [, request = '', count = '1', when = '+'] = /^(.*?)(?: (\d+))? ([-+])$/.exec(point) ?? []
  return { request, count: Number(count), when: when === '-' ? 'before' : 'after' }
}

export const KILL_POINTS: ProviderWorld['killPoints'] = {
  create: [
    'POST /volumes/create -',
    'POST /volumes/create +',
    'POST /volumes/create 2 +',
    'kind half -',
    'kind +',
    'POST /volumes/create 3 +',
    'DELETE /volumes/{id} +',
  ],
  update: [
    'POST /volumes/create +',
    'POST /containers/{id}/rename +',
    'POST /containers/create +',
    'PUT /containers/{id}/archive +',
    'DELETE /containers/{id} +',
    'POST /containers/create 2 +',
    'POST /volumes/create 2 -',
    'POST /volumes/create 2 +',
  ],
  delete: [
    'POST /volumes/create +',
    'DELETE /containers/{id} +',
    'DELETE /volumes/{id} +',
    'DELETE /volumes/{id} 2 +',
    'DELETE /volumes/{id} 3 +',
  ],
}
