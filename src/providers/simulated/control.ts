import { jsonShape } from './json-shape.ts'

/** The calls whose behaviour can be arranged. */
export const CALLS = [
  'list',
  'observe',
  'create',
  'update',
  'start',
  'adopt',
  'release',
  'delete',
  'issueAccess',
] as const
export type Call = (typeof CALLS)[number]

/**
 * Where in a call something goes wrong. All calls pass `before` (nothing has happened) and `after` (everything has, and only
 * the answer is missing). Between them pass `create` (`begun`: the cluster exists, empty; `half`: it has an endpoint but no
 * nodes), `update` (`begun`: the version is changed; `half`: the topology, too, but not the marks) and `delete` (`begun`: it
 * is marked as deleting).
 */
export type Point = 'before' | 'begun' | 'half' | 'after'

export interface Fault {
  call: Call
  point: Point
  /**
   * - `unreachable`: the call fails as if nothing answered; what has happened so far stays.
   * - `error`: the call fails; what has happened so far stays.
   * - `break`: the call fails and leaves the cluster in state `failed`.
   * - `kill`: the process gets SIGKILL.
   */
  effect: 'unreachable' | 'error' | 'break' | 'kill'
  /** Only for the cluster of this external name. */
  cluster?: string
  /** Part of the error. */
  message: string
}

/** The file `control.json` in the folder. It is read anew at every point, so it can be changed while a call runs. */
export interface Control {
  /** Milliseconds that a call takes, in equal parts where it has several steps. */
  latency: Partial<Record<Call, number>>
  faults: Fault[]
}

const milliseconds = { type: 'integer', minimum: 0 }

export const parseControl = jsonShape<Control>({
  type: 'object',
  properties: {
    latency: {
      type: 'object',
      default: {},
      properties: Object.fromEntries(CALLS.map((call) => [call, milliseconds])),
    },
    faults: {
      type: 'array',
      default: [],
      items: {
        type: 'object',
        required: ['call', 'point', 'effect'],
        properties: {
          call: { type: 'string', enum: [...CALLS] },
          point: { type: 'string', enum: ['before', 'begun', 'half', 'after'] },
          effect: { type: 'string', enum: ['unreachable', 'error', 'break', 'kill'] },
          cluster: { type: 'string' },
          message: { type: 'string', default: 'arranged by control.json' },
        },
      },
    },
  },
})
