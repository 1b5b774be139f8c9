/**
 * What main thread and writer send each other. Commits and results go as one flat list of text and numbers, with the values
 * of a whole message in one buffer: a structured clone of objects and single buffers costs several times as much.
 */
import type { Commit, Operation, Precondition, Revision, Row, Version } from '../store.ts'
import type { Trim } from './trimming.ts'

type Field = string | number | Uint8Array

/** Test only: see EmbeddedConfig. */
export interface Faults {
  readonly synchronous?: 'off'
  readonly maxPages?: number
}

export interface WorkerInput {
  readonly role: 'writer' | 'checkpointer'
  readonly directory: string
  readonly faults: Faults
}

export type ToWriter =
  | { readonly type: 'commits'; readonly fields: readonly Field[]; readonly values: Uint8Array }
  | { readonly type: 'compact'; readonly before: Revision }
  | { readonly type: 'close' }

export type FromWriter =
  | {
      readonly type: 'ready'
      readonly revision: Revision
      readonly compacted: Revision
      readonly trims: readonly Trim[]
    }
  | { readonly type: 'refused'; readonly message: string; readonly remedy: string }
  /** A group of commits, durable. */
  | { readonly type: 'group'; readonly revision: Revision; readonly fields: readonly Field[] }
  /** These commits were rolled back for lack of space. */
  | { readonly type: 'full'; readonly ids: readonly number[]; readonly message: string }
  /** The history now begins at this revision. `full`: there was no space to have it begin later. */
  | { readonly type: 'compacted'; readonly before: Revision; readonly full?: string }
  /** The history of these shares begins later. */
  | { readonly type: 'trimmed'; readonly trims: readonly Trim[] }
  | { readonly type: 'failed'; readonly message: string }

export interface Sent {
  readonly id: number
  readonly commit: Commit
}

/** What an operation did. `previous` is the version of the state before; 0: there was none. */
export type Effect =
  | { readonly type: 'put'; readonly key: string; readonly previous: Version; readonly value: Buffer }
  | { readonly type: 'delete'; readonly key: string; readonly previous: Version }
  | {
      readonly type: 'sweep'
      readonly prefix: string
      readonly keys: readonly string[]
      readonly previous: readonly Version[]
    }

export type Outcome =
  | { readonly ok: true; readonly revision: Revision; readonly effects: readonly Effect[] }
  | { readonly ok: false; readonly failed: number; readonly row: Row | undefined }

/** Returns the commits with their values in the one buffer: whoever keeps a value keeps nothing else alive by it. */
export function encodeCommits(batch: readonly Sent[]): { message: ToWriter; sent: Sent[] } {
  let size = 0
  for (const { commit } of batch) {
    for (const operation of commit.operations) if (operation.type === 'put') size += operation.value.length
  }
  const values = Buffer.allocUnsafeSlow(size)
  const fields: Field[] = []
  let offset = 0
  const sent = batch.map(({ id, commit }) => {
    fields.push(id, commit.lane, commit.preconditions.length, commit.operations.length)
    for (const precondition of commit.preconditions) encodePrecondition(precondition, fields)
    const operations = commit.operations.map((operation): Operation => {
      encodeOperation(operation, fields)
      if (operation.type !== 'put') return operation
      const start = offset
      offset += operation.value.copy(values, start)
      return { type: 'put', key: operation.key, value: values.subarray(start, offset) }
    })
    return { id, commit: { lane: commit.lane, preconditions: commit.preconditions, operations } }
  })
  return { message: { type: 'commits', fields, values }, sent }
}

function encodePrecondition(precondition: Precondition, fields: Field[]): void {
  if (precondition.type === 'noneUnder') fields.push('noneUnder', precondition.prefix)
  else fields.push(precondition.type, precondition.key)
  if (precondition.type === 'version') fields.push(precondition.version)
}

function encodeOperation(operation: Operation, fields: Field[]): void {
  if (operation.type === 'deletePrefix') fields.push('deletePrefix', operation.prefix)
  else fields.push(operation.type, operation.key)
  if (operation.type === 'put') fields.push(operation.value.length)
  if (operation.type === 'add') fields.push(operation.delta, operation.max ?? Number.MAX_SAFE_INTEGER)
}

interface FieldReader {
  readonly text: () => string
  readonly number: () => number
  readonly bytes: () => Buffer
  readonly done: () => boolean
}

function createFieldReader(fields: readonly Field[]): FieldReader {
  let at = 0
  return {
    text: () => fields[at++] as string,
    number: () => fields[at++] as number,
    bytes: () => asBuffer(fields[at++] as Uint8Array),
    done: () => at === fields.length,
  }
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function decodeCommits(fields: readonly Field[], values: Uint8Array): Sent[] {
  const reader = createFieldReader(fields)
  const bytes = asBuffer(values)
  const sent: Sent[] = []
  let offset = 0
  const take = (length: number) => {
    offset += length
    return bytes.subarray(offset - length, offset)
  }
  while (!reader.done()) {
    const id = reader.number()
    const lane = reader.text()
    const counts = [reader.number(), reader.number()] as const
    const preconditions = times(counts[0], () => decodePrecondition(reader))
    const operations = times(counts[1], () => decodeOperation(reader, take))
    sent.push({ id, commit: { lane, preconditions, operations } })
  }
  return sent
}

function decodePrecondition({ text, number }: FieldReader): Precondition {
  const type = text() as Precondition['type']
  const key = text()
  if (type === 'noneUnder') return { type, prefix: key }
  return type === 'version' ? { type, key, version: number() } : { type, key }
}

function decodeOperation({ text, number }: FieldReader, take: (length: number) => Buffer): Operation {
  const type = text() as Operation['type']
  const key = text()
  switch (type) {
    case 'put':
      return { type, key, value: take(number()) }
    case 'delete':
      return { type, key }
    case 'deletePrefix':
      return { type, prefix: key }
    case 'add':
      return { type, key, delta: number(), max: number() }
  }
}

/** Only what the main thread does not know already: it still has the commits. */
export function encodeOutcomes(group: readonly Sent[], outcomes: readonly Outcome[]): readonly Field[] {
  const fields: Field[] = []
  for (const [index, outcome] of outcomes.entries()) encodeOutcome(group[index] as Sent, outcome, fields)
  return fields
}

function encodeOutcome({ id, commit }: Sent, outcome: Outcome, fields: Field[]): void {
  if (!outcome.ok) {
    const { failed, row } = outcome
    fields.push(id, -1, failed, row === undefined ? 0 : row.version)
    if (row !== undefined) fields.push(row.key, row.value)
    return
  }
  fields.push(id, outcome.revision)
  for (const [place, effect] of outcome.effects.entries()) {
    if (effect.type === 'sweep') {
      fields.push(effect.keys.length)
      for (const key of effect.keys) fields.push(key)
      for (const previous of effect.previous) fields.push(previous)
    } else {
      fields.push(effect.previous)
      if (effect.type === 'put' && commit.operations[place]?.type === 'add')
        fields.push(effect.value.toString('latin1'))
    }
  }
}

export function decodeOutcomes(
  fields: readonly Field[],
  commitOf: (id: number) => Commit,
): { id: number; outcome: Outcome }[] {
  const reader = createFieldReader(fields)
  const outcomes: { id: number; outcome: Outcome }[] = []
  while (!reader.done()) {
    const id = reader.number()
    const revision = reader.number()
    if (revision >= 0) {
      const effects = commitOf(id).operations.map((operation) => decodeEffect(operation, reader))
      outcomes.push({ id, outcome: { ok: true, revision, effects } })
    } else {
      const failed = reader.number()
      const version = reader.number()
      const row = version === 0 ? undefined : { key: reader.text(), value: reader.bytes(), version }
      outcomes.push({ id, outcome: { ok: false, failed, row } })
    }
  }
  return outcomes
}

function decodeEffect(operation: Operation, { text, number }: FieldReader): Effect {
  switch (operation.type) {
    case 'put':
      return { type: 'put', key: operation.key, previous: number(), value: operation.value }
    case 'add':
      return { type: 'put', key: operation.key, previous: number(), value: Buffer.from(text(), 'latin1') }
    case 'delete':
      return { type: 'delete', key: operation.key, previous: number() }
    case 'deletePrefix': {
      const count = number()
      return { type: 'sweep', prefix: operation.prefix, keys: times(count, text), previous: times(count, number) }
    }
  }
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}
