/** After an apply: each thing that reports whether it is Ready, until it is. */
import type { Client } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import type { Applied } from './apply-manifests.ts'
import type { AppliedWorkspace } from './apply-tree.ts'
import type { Environment } from './environment.ts'
import { nameText } from './output-format.ts'
import { startStep } from './progress.ts'
import { waitFor } from './wait-for.ts'

interface Reporting extends KubeObject {
  readonly status?: {
    readonly phase?: string
    readonly observedGeneration?: number
    readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[]
  }
}

const READY_WITHIN = 120_000

/** Kinds of this category report the condition Ready. */
const isReporting = ({ resource }: Applied) => resource.categories.includes('keelson')

/** A line a thing, with what it waits for. What does not become ready in time is reported, and the others go on. */
export async function untilAllReady(
  client: Client,
  workspaces: readonly AppliedWorkspace[],
  { report }: { readonly report: (error: unknown) => void },
  { stdout, signal }: Environment,
): Promise<void> {
  const all = workspaces.flatMap(({ path, applied }) => applied.filter(isReporting).map((each) => ({ path, ...each })))
  if (all.length === 0) return
  stdout.write('\nWaiting until everything is ready:\n')
  const width = Math.max(...all.map(({ path }) => path.length))
  for (const { path, resource, object } of all) {
    const { name = '', namespace = '' } = object.metadata
    const step = startStep(stdout, path.padEnd(width), nameText(resource, name))
    try {
      await waitFor<Reporting>(client.inCluster(path), resource, name, isReady, {
        namespace,
        timeout: READY_WITHIN,
        signal,
        reason,
        onChange: step.waiting,
      })
      step.done('ready')
    } catch (error) {
      step.clear()
      if (signal.aborted) throw error
      report(error)
    }
  }
}

function readyOf(object: Reporting | undefined) {
  return object?.status?.conditions?.find(({ type }) => type === 'Ready')
}

function isReady(object: Reporting | undefined): boolean {
  const generation = object?.metadata.generation ?? 0
  // What is told of an earlier generation says nothing of what was just applied.
  return readyOf(object)?.status === 'True' && (object?.status?.observedGeneration ?? generation) >= generation
}

function reason(object: KubeObject | undefined): string {
  const { status } = (object ?? {}) as Reporting
  const { reason = 'not yet reported', message = '' } = readyOf(object as Reporting | undefined) ?? {}
  const phase = status?.phase === undefined ? '' : `phase ${status.phase}, `
  return `condition Ready: ${phase}${reason}${message === '' ? '' : `: ${message}`}`
}
