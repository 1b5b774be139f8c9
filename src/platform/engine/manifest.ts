/** What the engine is given: objects, and where each stands, so that a mistake can be pointed at. */
import type { KubeObject } from '../../machinery/index.ts'

export interface ManifestSource {
  readonly object: KubeObject
  readonly file: string
  /** The line of a field, as in `spec.topology.pools[0].name`, or of the nearest field around it that is there. */
  readonly lineOf: (field: string) => number
}

/** Something that keeps a manifest from being used. Nothing is changed while there is one. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly field: string
  readonly message: string
  readonly remedy: string
}

export function problem({ file, lineOf }: ManifestSource, field: string, message: string, remedy: string): Problem {
  return { file, line: lineOf(field), field, message, remedy }
}

/** `ControlCenter/emea`: what an item is called in plans, output and messages. */
export function addressOf(kind: string, name: string): string {
  return `${kind}/${name}`
}
