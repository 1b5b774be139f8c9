/** Carries out the steps of a case against one server. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Case, EventsStep, Fields, Json, OpenStep, RequestStep, SayStep, Step } from './case.ts'
import type { Connection, RawAnswer } from './connection.ts'
import { createNormalizer, type Normalizer } from './normalize.ts'
import { encodeObject, PROTOBUF } from './protobuf.ts'
import type { OpenStream } from './streams.ts'

/** How long what happens by itself (a controller's work, an event) may take. */
const PATIENCE = 10_000
/** How long an event too many is waited for. */
const QUIET = 120

interface Run {
  readonly connection: Connection
  readonly normalizer: Normalizer
  readonly names: Map<string, Json>
  readonly streams: Map<string, OpenStream>
}

/** One comparable answer a step. */
export async function runCase(connection: Connection, { id, steps }: Case): Promise<Json[]> {
  const name = nameOf(id)
  const names = new Map<string, Json>([
    ['id', name],
    ['ns', name],
  ])
  const run: Run = { connection, normalizer: createNormalizer(), names, streams: new Map() }
  if (JSON.stringify(steps).includes('<ns>')) await createNamespace(connection, name)
  try {
    const answers: Json[] = []
    for (const step of steps) answers.push(await carryOut(run, step))
    return answers
  } finally {
    for (const stream of run.streams.values()) stream.close()
  }
}

/** A name of the case's own that is a DNS label. */
function nameOf(id: string): string {
  const plain = id.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return `${plain.slice(0, 33).replace(/-$/, '')}-${createHash('sha256').update(id).digest('hex').slice(0, 6)}`
}

async function createNamespace(connection: Connection, name: string): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
  const { status, body } = await connection.send({
    method: 'POST',
    path: '/api/v1/namespaces',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(namespace),
  })
  if (status !== 201) throw new Error(`cannot create the namespace ${name}: ${status} ${body}`)
  // What kube-controller-manager puts into each namespace would else appear in the middle of the case.
  const expected = [
    `/api/v1/namespaces/${name}/serviceaccounts/default`,
    `/api/v1/namespaces/${name}/configmaps/kube-root-ca.crt`,
  ]
  for (const path of expected)
    await again(
      () => connection.send({ method: 'GET', path }),
      (answer) => answer.status === 200,
    )
}

async function carryOut(run: Run, step: Step): Promise<Json> {
  if ('open' in step) return openWatch(run, step)
  if ('say' in step) return say(run, step)
  return 'events' in step ? collect(run, step) : sendRequest(run, step)
}

async function sendRequest(run: Run, step: RequestStep): Promise<Json> {
  const { connection, normalizer, names } = run
  const { method, path, headers, until, ...sent } = fill(step, names)
  const body = bodyOf(sent)
  const { type = sent.protobuf === undefined || body === undefined ? 'application/json' : PROTOBUF } = sent
  const asked = {
    method,
    path,
    headers: {
      ...(sent.protobuf !== undefined && { accept: PROTOBUF }),
      ...(body !== undefined && { 'content-type': type }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  }
  const raw = await again(
    () => connection.send(asked),
    (answer) => until === undefined || isThere(answer, until),
  )
  if (step.as !== undefined) names.set(step.as, objectOf(raw.body) ?? raw.body)
  for (const [field, pattern] of Object.entries(step.madeUp ?? {})) {
    const value = at(objectOf(raw.body), field)
    if (typeof value === 'string' && new RegExp(pattern).test(value)) normalizer.rename(value, `<${field}>`)
  }
  const answer = normalizer.answer(raw)
  if (step.pick !== undefined) answer.body = picked(answer.body, step.pick)
  if (step.without !== undefined) answer.body = withoutTexts(answer.body, step.without)
  return answer as unknown as Json
}

function bodyOf({
  body,
  protobuf,
  type,
}: Pick<RequestStep, 'body' | 'protobuf' | 'type'>): string | Buffer | undefined {
  if (typeof protobuf === 'object') return Buffer.from(protobuf.hex, 'hex')
  if (body === undefined || typeof body === 'string') return body
  return protobuf === true && type === undefined ? encodeObject(body as Fields) : JSON.stringify(body)
}

function isThere(answer: RawAnswer, until: number | { field: string; is?: Json }): boolean {
  if (typeof until === 'number') return answer.status === until
  const value = at(objectOf(answer.body), until.field)
  return until.is === undefined ? value !== undefined : JSON.stringify(value) === JSON.stringify(until.is)
}

async function again<Answer>(ask: () => Promise<Answer>, enough: (answer: Answer) => boolean): Promise<Answer> {
  const deadline = performance.now() + PATIENCE
  for (;;) {
    const answer = await ask()
    if (enough(answer) || performance.now() > deadline) return answer
    await sleep(25)
  }
}

async function openWatch({ connection, normalizer, names, streams }: Run, step: OpenStep): Promise<Json> {
  const { path, headers = {}, over } = fill(step, names)
  // kube-apiserver refuses watches of what is new until its cache is there, as for any client: "storage is (re)initializing".
  const stream = await again(
    () => connection.open({ method: 'GET', path, headers }, over),
    ({ status }) => status !== 429,
  )
  streams.set(step.open, stream)
  const isOpen = stream.status === 200 || stream.status === 101
  if (!isOpen) await stream.until(() => false, PATIENCE)
  const body = isOpen ? '' : stream.lines.join('\n')
  return normalizer.answer({ status: stream.status, headers: stream.headers, body }) as unknown as Json
}

function say({ streams }: Run, { say, opcode, payload }: SayStep): Json {
  streams.get(say)?.say(opcode, Buffer.from(payload, 'latin1'))
  return null
}

async function collect({ normalizer, streams }: Run, step: EventsStep): Promise<Json> {
  const stream = streams.get(step.events)
  if (stream === undefined) throw new Error(`no watch is open under the name ${step.events}`)
  const told = (lines: readonly string[]) => lines.filter((line) => !isReminder(objectOf(line)))
  await stream.until(({ lines }) => told(lines).length >= step.count, PATIENCE)
  if (!stream.ended) await stream.until(({ lines }) => told(lines).length > step.count, QUIET)
  const seen = told(stream.lines).map((line) => normalizer.value(objectOf(line) ?? line))
  return { events: seen, ended: stream.ended }
}

/** A bookmark that says nothing but how far the watch is: kube-apiserver's timers send one now and then. */
function isReminder(event: Fields | undefined): boolean {
  return event?.type === 'BOOKMARK' && at(event.object, 'metadata.annotations') === undefined
}

/** The step with every `<...>` filled in. */
function fill<Shape extends Step>(step: Shape, names: ReadonlyMap<string, Json>): Shape {
  const filled = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return value.replace(/<([a-z]\w*)((?:\.[\w-]+)*)>/gi, (whole, name: string, path: string) => {
        const found = names.has(name) ? at(names.get(name), path.slice(1)) : undefined
        return found === undefined ? whole : String(found)
      })
    }
    if (Array.isArray(value)) return value.map(filled)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [filled(key), filled(field)]))
  }
  return filled(step) as Shape
}

function objectOf(text: string): Fields | undefined {
  try {
    const value: Json = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function at(value: Json | undefined, path: string): Json | undefined {
  let found: Json | undefined = value
  for (const key of path === '' ? [] : path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Array.isArray(found) ? found[Number(key)] : found[key]
  }
  return found
}

/** `/items/metadata/name` goes through lists to every item, `/groups/name=apps/versions` to the one of that name. */
function picked(body: Json, pointers: readonly string[]): Json {
  const follow = (value: Json | undefined, keys: readonly string[]): Json => {
    const [key, ...rest] = keys
    if (key === undefined) return value ?? null
    if (Array.isArray(value)) {
      const [name = '', wanted] = key.split('=')
      if (wanted === undefined) return value.map((item) => follow(item, keys))
      return follow(
        value.find((item) => at(item, name) === unescaped(wanted)),
        rest,
      )
    }
    if (typeof value !== 'object' || value === null) return null
    return follow(value[unescaped(key)], rest)
  }
  return Object.fromEntries(pointers.map((pointer) => [pointer, follow(body, pointer.split('/').slice(1))]))
}

function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~')
}

function withoutTexts(value: Json, name: string): Json {
  if (Array.isArray(value)) return value.map((item) => withoutTexts(item, name))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([key, item]) => key !== name || typeof item !== 'string')
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutTexts(item, name)]))
}
