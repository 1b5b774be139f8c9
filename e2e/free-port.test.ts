import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

test('a port is given to nobody else while the process lives that asked for it, and can be listened on', async () => {
  const mine = await Promise.all(Array.from({ length: 300 }, freePort))
  const module = JSON.stringify(join(import.meta.dirname, 'free-port.ts'))
  const script = `import { freePort } from ${module}; for (let n = 0; n < 300; n++) console.log(await freePort())`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  const others = stdout.trim().split('\n').map(Number)
  assert.deepEqual([new Set(mine).size, new Set(others).size], [300, 300])
  assert.equal(new Set(mine).isDisjointFrom(new Set(others)), true)
  const server = createServer().listen(mine[0], '127.0.0.1')
  await once(server, 'listening')
  server.close()
})
