/** What a handler found, before it is put into the form that the client asked for (response.ts). */
import type { JsonObject, KubeObject } from '../machinery/index.ts'
import type { ResourceDefinition } from './definition.ts'

/** A row that may still be sent as bytes. */
export interface AnsweredRow {
  readonly key: string
  readonly value: Buffer
  readonly version: number
}

export type Answer =
  | {
      readonly type: 'row'
      readonly status: number
      readonly definition: ResourceDefinition
      readonly cluster: string
      readonly row: AnsweredRow
    }
  /** An object that is not a row: a review, a Scale. */
  | { readonly type: 'object'; readonly status: number; readonly object: KubeObject }
  | {
      readonly type: 'list'
      readonly definition: ResourceDefinition
      readonly rows: readonly AnsweredRow[]
      /** The rows after those, of a long list: each page is read when it is its turn to be sent. */
      readonly rest?: AsyncIterable<readonly AnsweredRow[]>
      readonly metadata: ListMetadata
    }
  /** A document as it is: discovery, OpenAPI, version, health. */
  | {
      readonly type: 'document'
      readonly status: number
      /** Absent where there is no body. */
      readonly contentType?: string
      readonly body: Buffer
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly type: 'status'; readonly status: number; readonly object: JsonObject }
  | { readonly type: 'stream'; readonly contentType: string; readonly body: AsyncIterable<Buffer> }

export interface ListMetadata {
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}
