import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { eventually } from '../testing/index.ts'
import { runBeside } from './run-program.ts'

describe('a program beside the server', () => {
  let folder: string
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'keelson-beside-'))
  })
  after(() => fs.rmSync(folder, { recursive: true }))

  /** Runs a script until what it says, or what is said of it, holds `end`; without one until it ends. */
  async function outputOf(script: string, end?: string): Promise<string[]> {
    const program = path.join(folder, `${Math.random()}.mjs`)
    fs.writeFileSync(program, script)
    const stop = new AbortController()
    let said = ''
    const output = {
      write(text: string) {
        said += text
        if (end !== undefined && said.includes(end)) stop.abort()
      },
    }
    const environment = { stdout: output, stderr: output, env: { ...process.env, GIVEN: 'yes' } }
    const kubeconfig = '/somewhere/shop.kubeconfig'
    await runBeside({ name: 'shop', program, kubeconfig, environment, signal: stop.signal })
    return said.split('\n').slice(0, -1)
  }

  it('has the environment and KUBECONFIG, and its lines carry its name', async () => {
    const script = 'console.log(process.env.KUBECONFIG); console.error(process.env.GIVEN)'
    const lines = await outputOf(script)
    assert.deepEqual(lines.toSorted(), ['shop has ended', 'shop: /somewhere/shop.kubeconfig', 'shop: yes'])
  })

  it('is started again when it fails', async () => {
    const mark = JSON.stringify(path.join(folder, 'mark'))
    const script = `import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
      if (fs.existsSync(${mark})) { console.log('better'); process.exit(0) }
      fs.writeFileSync(${mark}, ''); process.exit(3)`
    assert.deepEqual(await outputOf(script), [
      'shop has ended (3), and is started again in 1 s',
      'shop: better',
      'shop has ended',
    ])
  })

  it('ends with the server, also when it will not', { timeout: 60_000 }, async () => {
    const script = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('here')"
    assert.deepEqual(await outputOf(script, 'here'), ['shop: here'])
  })

  it('ends with a server that is killed', async () => {
    const program = path.join(folder, 'orphan.mjs')
    fs.writeFileSync(program, 'setInterval(() => {}, 1000); console.log(process.pid)')
    const server = path.join(folder, 'server.mjs')
    const door = JSON.stringify(pathToFileURL(path.join(import.meta.dirname, 'run-program.ts')).href)
    fs.writeFileSync(
      server,
      `import { runBeside } from ${door}
      const { stdout, stderr, env } = process
      const signal = new AbortController().signal
      await runBeside({ name: 'shop', program: ${JSON.stringify(program)}, kubeconfig: '', environment: { stdout, stderr, env }, signal })`,
    )
    const child = spawn(process.execPath, [server], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [said] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
    const pid = Number(/shop: (\d+)/.exec(said)?.[1])
    child.kill('SIGKILL')
    assert.ok(pid > 0, said)
    await eventually(async () => assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' }))
  })
})
