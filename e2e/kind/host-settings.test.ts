/** The machine is as it was, whatever became of the test that had changed it. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDocker } from './docker-daemon.ts'

async function machine() {
  const rules = spawnSync('iptables-save', { encoding: 'utf8' }).stdout.split('\n')
  return {
    forwards: await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8'),
    rules: rules.filter((line) => /^-/.test(line)),
    interfaces: await readdir('/sys/class/net'),
  }
}

test('what a test that was killed has changed is put back by the next', async () => {
  // Whatever one before has left is not to be taken for how things were.
  await (await startDocker())[Symbol.asyncDispose]()
  const before = await machine()
  const module = join(import.meta.dirname, 'docker-daemon.ts')
  const program = `
    const { startDocker } = await import(${JSON.stringify(module)})
    const docker = await startDocker()
    await docker.run('network', 'create', 'left')
    process.stdout.write('up')
    setInterval(() => {}, 1000)`
  const killed = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(killed.stdout, 'data')
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  assert.notDeepEqual(await machine(), before)
  await (await startDocker())[Symbol.asyncDispose]()
  assert.deepEqual(await machine(), before)
})
