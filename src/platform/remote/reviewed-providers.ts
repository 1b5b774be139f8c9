/** The providers of a server, seen from a client: they list and observe, and all else is the server's to do. */
import type { Client } from '../../client/index.ts'
import { KeelsonError } from '../../machinery/index.ts'
import { type ClusterProvider, type Observation, ProviderError } from '../../providers/index.ts'
import { WORLD_REVIEWS } from '../answers/world-review.ts'
import type { Scope } from '../engine/desired.ts'
import type { ManifestSource } from '../engine/manifest.ts'
import type { OpenProvider } from '../engine/read-desired.ts'
import {
  type PresentObject,
  type ProviderAnswer,
  type ProviderQuestion,
  type WorldAnswer,
  worldQuestion,
} from '../engine/review.ts'

export interface ReviewedWorld {
  readonly scope: Scope
  readonly objects: readonly PresentObject[]
  /** ClusterProviders of the workspace that were asked for by name alone. */
  readonly stored: readonly ManifestSource['object'][]
  readonly open: OpenProvider
}

/** One request for all lists; names that are not in them are asked for together. */
export async function reviewWorld(
  client: Client,
  questions: readonly ProviderQuestion[],
  signal: AbortSignal,
): Promise<ReviewedWorld> {
  const ask = async (asked: readonly ProviderQuestion[]): Promise<WorldAnswer> => {
    const { status } = await client.create(WORLD_REVIEWS, worldQuestion(asked), { signal })
    if (status === undefined) throw new KeelsonError('the server did not answer a WorldReview', 'update the server')
    return status
  }
  const { scope, objects, providers } = await ask(questions)
  const look = observing(questions, ask)
  const stored = providers.flatMap(({ name, spec }) =>
    spec === undefined || questions.some((each) => each.name === name && each.spec !== undefined)
      ? []
      : [{ apiVersion: 'platform.keelson.dev/v1alpha1', kind: 'ClusterProvider', metadata: { name }, spec }],
  )
  return {
    scope,
    objects,
    stored,
    open({ metadata: { name = '' } }) {
      const answer = providers.find((each) => each.name === name)
      const { faults, capabilities } = answer ?? {}
      if (faults !== undefined) return { ok: false, error: faults }
      if (answer === undefined || capabilities === undefined) throw new TypeError(`nobody asked for ${name}`)
      return { ok: true, value: providerOf({ ...answer, capabilities }, (externalName) => look(name, externalName)) }
    },
  }
}

type Look = (provider: string, externalName: string) => Promise<Observation>

/** What is asked for in one turn of the event loop goes in one request. */
function observing(
  questions: readonly ProviderQuestion[],
  ask: (asked: readonly ProviderQuestion[]) => Promise<WorldAnswer>,
): Look {
  let waiting: Set<string> | undefined
  let answer: Promise<WorldAnswer>
  return async (provider, externalName) => {
    if (waiting === undefined) {
      const names = new Set<string>()
      waiting = names
      answer = new Promise((resolve) => setImmediate(resolve)).then(() => {
        waiting = undefined
        const asked = [...names].map((each) => JSON.parse(each) as [string, string])
        return ask(
          [...Map.groupBy(asked, ([name]) => name)].map(([name, each]) => ({
            ...questions.find((question) => question.name === name),
            name,
            externalNames: each.map(([, wanted]) => wanted),
          })),
        )
      })
    }
    waiting.add(JSON.stringify([provider, externalName]))
    const { providers } = await answer
    const { looks = [], faults = [] } = providers.find(({ name }) => name === provider) ?? {}
    const found = looks.find((each) => each.externalName === externalName)?.look
    if (found === undefined) throw new ProviderError('unreachable', faults[0]?.message ?? 'the server did not say')
    if (found.found === 'unknown') throw new ProviderError('unreachable', found.message)
    return found
  }
}

function providerOf(
  { capabilities, unreachable, clusters = [], spec }: ProviderAnswer & Required<Pick<ProviderAnswer, 'capabilities'>>,
  look: (externalName: string) => Promise<Observation>,
): ClusterProvider {
  const elsewhere = () => Promise.reject(new TypeError('only the server changes its world'))
  return {
    type: (spec as { readonly type: string }).type,
    capabilities: () => capabilities,
    async list() {
      if (unreachable !== undefined) throw new ProviderError('unreachable', unreachable)
      return [...clusters]
    },
    observe: look,
    create: elsewhere,
    update: elsewhere,
    start: elsewhere,
    adopt: elsewhere,
    release: elsewhere,
    delete: elsewhere,
    issueAccess: elsewhere,
    hostChanges: elsewhere,
  }
}
