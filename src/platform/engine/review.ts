/** The question and the answer of a WorldReview, for the server that gives it and for whoever asks. */
import type { KubeObject } from '../../machinery/index.ts'
import type { Capabilities, ObservedCluster } from '../../providers/index.ts'
import { PLATFORM_API_VERSION } from '../api/declare-kind.ts'
import type { Scope } from './desired.ts'
import type { ProviderFault } from './read-desired.ts'
import type { Look } from './world.ts'

export interface ProviderQuestion {
  readonly name: string
  /** Of the ClusterProvider; default: as it is in the workspace. */
  readonly spec?: unknown
  readonly externalNames?: readonly string[]
}

export interface ProviderAnswer {
  readonly name: string
  /** As it was asked with, or as it is in the workspace; absent: there is none of this name. */
  readonly spec?: unknown
  /** Why it cannot be used; then there is nothing below. */
  readonly faults?: readonly ProviderFault[]
  readonly capabilities?: Capabilities
  /** Why what it has is not known. */
  readonly unreachable?: string
  /** What carries the owner tag, of this workspace and those below it. */
  readonly clusters?: readonly ObservedCluster[]
  readonly looks?: readonly { readonly externalName: string; readonly look: Look }[]
}

/** A ControlCenter or Platform of the workspace. */
export interface PresentObject {
  readonly address: string
  /** The ClusterProvider's name. */
  readonly provider: string
}

export interface WorldAnswer {
  readonly scope: Scope
  readonly objects: readonly PresentObject[]
  readonly providers: readonly ProviderAnswer[]
}

export interface WorldReview extends KubeObject {
  readonly spec: { readonly providers?: readonly ProviderQuestion[] }
  readonly status?: WorldAnswer
}

export function worldQuestion(providers: readonly ProviderQuestion[]): WorldReview {
  return { apiVersion: PLATFORM_API_VERSION, kind: 'WorldReview', metadata: {}, spec: { providers } }
}
