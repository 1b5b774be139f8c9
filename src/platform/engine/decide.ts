/**
 * What a command does with one item: the thirteen rows of docs/reference/platform.md, the first that fits. A pure
 * function of one look at the world, asked again after each step, so that a run that was killed goes on where it was.
 */
export type WorldState =
  | 'absent'
  | 'building'
  | 'ready-equal'
  | 'ready-differing'
  | 'failed'
  | 'deleting'
  | 'stopped'
  | 'unreachable'

export type Owner = 'ours' | 'untagged' | 'other'

export interface Cell {
  readonly inManifest: boolean
  readonly world: WorldState
  /** Of what is there; of no meaning where nothing is. */
  readonly owner: Owner
  readonly adoption: 'Never' | 'IfUntagged'
  /** A field differs that can only be set at creation. */
  readonly immutable?: boolean
  /** It is another owner's, and that one's clusters are to be taken over. */
  readonly givenUp?: boolean
  /** The provider can mend a failed cluster in place. */
  readonly repairable?: boolean
}

export interface Command {
  /** `converge` is plan and apply: what the one says the other does. */
  readonly type: 'converge' | 'destroy'
  /** Whether orphans are deleted: `--prune` of plan and apply, `--all-owned` of destroy. */
  readonly prune?: boolean
  readonly allowReplace?: boolean
  /** Of `keelson adopt`: whose clusters are taken over by those whose manifests name them. */
  readonly adoptFrom?: string
}

export type Action =
  | 'unknown'
  | 'conflict'
  | 'foreign'
  | 'adopt'
  | 'create'
  | 'resume'
  | 'no-op'
  | 'update'
  | 'replace'
  | 'repair'
  | 'wait-then-create'
  | 'start'
  | 'orphan'
  | 'delete'
  | 'leave'
  | 'release'

/** `replace` is a delete; what is absent then is created. */
export type Step =
  | 'none'
  | 'adopt'
  | 'create'
  | 'update'
  | 'repair'
  | 'start'
  | 'delete'
  | 'release'
  | 'wait-until-gone'

export interface Verdict {
  readonly row: number
  /** Undefined: invisible, not an item at all. */
  readonly action: Action | undefined
  /** What is to be done first. */
  readonly step: Step
  /** `blocked`: a person has to decide. `unknown`: the world did not answer. */
  readonly outcome: 'settled' | 'change' | 'blocked' | 'unknown'
}

export function decide(cell: Cell, command: Command): Verdict {
  if (cell.world === 'unreachable') return { row: 1, action: 'unknown', step: 'none', outcome: 'unknown' }
  if (!cell.inManifest) return decideUnwanted(cell, command)
  if (cell.world !== 'absent' && cell.owner !== 'ours') return decideNotOurs(cell, command)
  return command.type === 'destroy' ? decideDestroy(cell) : decideConverge(cell, command)
}

function decideUnwanted({ world, owner }: Cell, { prune = false }: Command): Verdict {
  if (world === 'absent' || owner !== 'ours') return { row: 5, action: undefined, step: 'none', outcome: 'settled' }
  if (prune) return { row: 13, action: 'delete', step: 'delete', outcome: 'change' }
  return { row: 13, action: 'orphan', step: 'none', outcome: 'settled' }
}

function decideNotOurs(cell: Cell, command: Command): Verdict {
  if (cell.owner === 'other') {
    if (cell.givenUp !== true) return { row: 2, action: 'conflict', step: 'none', outcome: 'blocked' }
    const step = cell.world === 'deleting' ? 'wait-until-gone' : 'adopt'
    return { row: 4, action: 'adopt', step, outcome: 'change' }
  }
  const row = cell.adoption === 'Never' ? 3 : 4
  if (command.type === 'destroy') return { row, action: 'leave', step: 'none', outcome: 'settled' }
  if (row === 3) return { row, action: 'foreign', step: 'none', outcome: 'blocked' }
  // What is on its way out is not taken over: its name becomes free.
  const step = cell.world === 'deleting' ? 'wait-until-gone' : 'adopt'
  return { row, action: 'adopt', step, outcome: 'change' }
}

function decideDestroy({ world }: Cell): Verdict {
  switch (world) {
    case 'absent':
      return { row: 6, action: 'no-op', step: 'none', outcome: 'settled' }
    case 'deleting':
      return { row: 11, action: 'delete', step: 'wait-until-gone', outcome: 'change' }
    default:
      return { row: ROWS[world], action: 'delete', step: 'delete', outcome: 'change' }
  }
}

const ROWS = {
  building: 7,
  'ready-equal': 8,
  'ready-differing': 9,
  failed: 10,
  stopped: 12,
  unreachable: 1,
} as const

function decideConverge({ world, ...cell }: Cell, { allowReplace = false }: Command): Verdict {
  switch (world) {
    case 'absent':
      return { row: 6, action: 'create', step: 'create', outcome: 'change' }
    case 'building':
      return { row: 7, action: 'resume', step: 'create', outcome: 'change' }
    case 'ready-differing':
      if (cell.immutable === true) return replacing(9, 'replace', allowReplace)
      return { row: 9, action: 'update', step: 'update', outcome: 'change' }
    case 'failed':
      if (cell.repairable === false) return replacing(10, allowReplace ? 'replace' : 'repair', allowReplace)
      return { row: 10, action: 'repair', step: 'repair', outcome: 'change' }
    case 'deleting':
      return { row: 11, action: 'wait-then-create', step: 'wait-until-gone', outcome: 'change' }
    case 'stopped':
      return { row: 12, action: 'start', step: 'start', outcome: 'change' }
    default:
      return { row: 8, action: 'no-op', step: 'none', outcome: 'settled' }
  }
}

function replacing(row: number, action: Action, allowed: boolean): Verdict {
  if (!allowed) return { row, action, step: 'none', outcome: 'blocked' }
  return { row, action, step: 'delete', outcome: 'change' }
}
