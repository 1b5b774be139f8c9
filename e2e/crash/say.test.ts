import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'

test('a reader that is behind loses no line', async () => {
  const module = JSON.stringify(join(import.meta.dirname, 'say.ts'))
  // Opening the descriptor as a socket is what makes it one that does not block.
  const script = `import { Socket } from 'node:net'; import { say } from ${module}
    new Socket({ fd: 1 }).unref(); for (let n = 0; n < 50_000; n++) say(String(n))`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  await setTimeout(300)
  const said = await text(child.stdout)
  assert.deepEqual(await exited, [0, null])
  assert.equal(said, Array.from({ length: 50_000 }, (_, n) => `${n}\n`).join(''))
})
