/** Cases of the corpus as data: named requests, and nothing about what must come of them; that the real server says. */

import type { Transport } from './streams.ts'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type Fields = { [key: string]: Json }

/**
 * Inside paths, headers and bodies `<ns>` is the case's own namespace, `<id>` a name that no other case has, and
 * `<step.metadata.uid>` a field of the answer of the step that is named so.
 */
export type Step = RequestStep | OpenStep | EventsStep | SayStep

interface StepOptions {
  /** Later steps name the answer so. */
  readonly as?: string
}

export interface RequestStep extends StepOptions {
  readonly method: string
  readonly path: string
  /** Text is sent as it is. */
  readonly body?: Json
  readonly type?: string
  readonly headers?: { readonly [name: string]: string }
  /** Sends the body as protobuf, or where there is one these bytes in hexadecimal, and asks for protobuf. */
  readonly protobuf?: true | { readonly hex: string }
  /** Asks again, for ten seconds at most, until the answer has this status or the field this value. */
  readonly until?: number | { readonly field: string; readonly is?: Json }
  /** Compares these parts of the body alone, by JSON pointers: of documents that list what only one of the two serves. */
  readonly pick?: readonly string[]
  /** Leaves texts out of the body wherever they have this name: descriptions, which are in our own words. */
  readonly without?: string
  /** These fields of the answer are made up by the server; each must match its pattern. */
  readonly madeUp?: { readonly [path: string]: string }
}

/** Opens a watch and leaves it open. */
export interface OpenStep extends StepOptions {
  readonly open: string
  readonly path: string
  readonly headers?: { readonly [name: string]: string }
  /** By default HTTP/1.1. */
  readonly over?: Transport
}

/** Sends a frame over the WebSocket of that watch. */
export interface SayStep extends StepOptions {
  readonly say: string
  readonly opcode: number
  readonly payload: string
}

/** Waits for that many events of an open watch, and shortly for one too many; Infinity: until the server ends the stream. */
export interface EventsStep extends StepOptions {
  readonly events: string
  readonly count: number
}

export interface Case {
  readonly id: string
  readonly verb: string
  readonly feature: string
  readonly steps: readonly Step[]
}

/** Cases of one verb and one feature, by what each is about. */
export function cases(verb: string, feature: string, titles: { readonly [title: string]: readonly Step[] }): Case[] {
  return Object.entries(titles).map(([title, steps]) => ({
    id: `${verb}/${feature}/${title.replaceAll(' ', '-')}`,
    verb,
    feature,
    steps,
  }))
}

type More = Omit<RequestStep, 'method' | 'path' | 'body'>

export const get = (path: string, more: More = {}): Step => ({ method: 'GET', path, ...more })
export const post = (path: string, body: Json, more: More = {}): Step => ({ method: 'POST', path, body, ...more })
export const put = (path: string, body: Json, more: More = {}): Step => ({ method: 'PUT', path, body, ...more })
export const del = (path: string, body?: Json, more: More = {}): Step => ({
  method: 'DELETE',
  path,
  ...(body !== undefined && { body }),
  ...more,
})

const patch = (type: string) => {
  return (path: string, body: Json, more: More = {}): Step => ({ method: 'PATCH', path, body, type, ...more })
}
export const mergePatch = patch('application/merge-patch+json')
export const jsonPatch = patch('application/json-patch+json')
export const strategicPatch = patch('application/strategic-merge-patch+json')
export const apply = (path: string, body: Json, manager = 'alice', more: More = {}): Step =>
  patch('application/apply-patch+yaml')(withQuery(path, `fieldManager=${manager}`), body, more)

export const open = (name: string, path: string, more: Omit<OpenStep, 'open' | 'path'> = {}): Step => ({
  open: name,
  path: withQuery(path, 'watch=true'),
  ...more,
})
export const events = (name: string, count: number): Step => ({ events: name, count })

export function withQuery(path: string, query: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${query}`
}
