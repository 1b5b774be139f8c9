/** The creates that feature rooms answer, as the server calls them. */
import { createClient, inProcessTransport, type ResourceRef } from '../client/index.ts'
import type { Handler, KubeObject, UserInfo } from '../machinery/index.ts'
import { type AnswerContext, type AnswerDefinition, controllerUser, type Feature } from './feature.ts'

/** What the server knows of the request. */
export interface AnswerRequest {
  readonly user: UserInfo
  /** The logical cluster's name. */
  readonly cluster: string
  readonly name: string
  readonly dryRun: boolean
  readonly signal: AbortSignal
  readonly services: {
    readonly now: () => number
    readonly permits: (
      user: UserInfo,
      verb: string,
      resource: Parameters<AnswerContext['permits']>[1] & { readonly cluster: string },
    ) => Promise<boolean>
  }
}

export interface AnsweredCreate extends Pick<AnswerDefinition, 'subresource'> {
  readonly resource: ResourceRef
  readonly answer: (asked: KubeObject, request: AnswerRequest) => Promise<KubeObject>
}

/** `handler` is the server that asks: it is called only after it is made. */
export function featureAnswers(features: readonly Feature[], handler: Handler): AnsweredCreate[] {
  return features.flatMap(({ answers = [] }) => answers.map((definition) => createOf(definition, handler)))
}

function createOf(definition: AnswerDefinition, handler: Handler): AnsweredCreate {
  const { name: actor, resource, subresource, answer } = definition
  const transport = inProcessTransport(handler, controllerUser(definition))
  const everywhere = createClient({ transport, cluster: '/clusters/*', userAgent: `keelson/${actor}` })
  return {
    resource,
    ...(subresource !== undefined && { subresource }),
    answer: (asked, { user, cluster, name, dryRun, signal, services }) =>
      answer(asked, {
        client: everywhere.inCluster(cluster),
        name,
        dryRun,
        permits: (verb, about) => services.permits(user, verb, { ...about, cluster }),
        now: services.now,
        signal,
      }),
  }
}
