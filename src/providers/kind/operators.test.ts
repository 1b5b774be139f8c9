import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { beginOperation, isAtWork } from './operators.ts'

const operators = JSON.stringify(new URL('./operators.ts', import.meta.url).href)

/** The id of an operation of a process of its own, which waits to be ended. */
async function elsewhere(): Promise<{ id: string; end: () => Promise<void> }> {
  const script = `import { beginOperation } from ${operators}\nconsole.log(beginOperation().id)\nsetInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    id: line.toString().trim(),
    async end() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

test('an operation of this process is at work until it ends', () => {
  const operation = beginOperation()
  assert.ok(isAtWork(operation.id, Date.now()))
  operation[Symbol.dispose]()
  assert.ok(!isAtWork(operation.id, Date.now()))
})

test('one of another process is at work until that is killed', async () => {
  const other = await elsewhere()
  assert.ok(isAtWork(other.id, Date.now()))
  await other.end()
  assert.ok(!isAtWork(other.id, Date.now()))
})

test('one of another machine is taken to be at work for an hour, and a process that has only its number is not it', () => {
  const [machine = '', pid = '', start = '', nonce = ''] = beginOperation().id.split('/')
  const far = ['another-machine', pid, start, nonce].join('/')
  assert.ok(isAtWork(far, Date.now()))
  assert.ok(!isAtWork(far, Date.now() - 2 * 60 * 60_000))
  assert.ok(!isAtWork([machine, String(process.ppid), 'long-ago', nonce].join('/'), Date.now()))
})
