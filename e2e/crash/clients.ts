/**
 * The process that is killed while many clients read and write few keys. It says on its standard output when each call begins
 * (`begin <id> <kind> <key> <value> <expected>`) and what came of it (`end <id> <result>`), `-` standing for nothing.
 */
import { openStore, type Precondition } from '../../src/storage/index.ts'
import { say } from './say.ts'

const KEYS = ['/a', '/b', '/c']
const CLIENTS = 6

const [directory = '', round = ''] = process.argv.slice(2)
const store = await openStore({ engine: 'embedded', directory })
let ids = 0

async function call(
  kind: string,
  key: string,
  value: string,
  expected: string,
  work: () => Promise<string>,
): Promise<string> {
  const id = `${round}.${++ids}`
  say(`begin ${id} ${kind} ${key} ${value} ${expected}`)
  const result = await work()
  say(`end ${id} ${result}`)
  return result
}

async function commit(key: string, value: string, preconditions: Precondition[], lane: string): Promise<string> {
  const operations = [{ type: 'put', key, value: Buffer.from(value) } as const]
  return String((await store.commit({ lane, preconditions, operations })).ok)
}

async function client(number: number): Promise<void> {
  for (let n = 0; ; n++) {
    const key = KEYS[Math.floor(Math.random() * KEYS.length)] as string
    const value = `${round}.${number}.${n}`
    const row = await (async () => {
      let read: Awaited<ReturnType<typeof store.get>>
      await call('read', key, '-', '-', async () => {
        read = await store.get(key)
        return read?.value.toString() ?? '-'
      })
      return read
    })()
    if (n % 2 === 0) await call('write', key, value, '-', () => commit(key, value, [], `lane-${number}`))
    else {
      const guard: Precondition =
        row === undefined ? { type: 'absent', key } : { type: 'version', key, version: row.version }
      await call('set', key, value, row?.value.toString() ?? '-', () => commit(key, value, [guard], `lane-${number}`))
    }
  }
}

await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)))
