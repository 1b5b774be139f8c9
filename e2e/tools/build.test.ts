import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../temporary-folder.ts'
import { toolsFolder } from './build.ts'

const program = join(import.meta.dirname, 'build.ts')

test('the tools are kept outside the checkout', () => {
  assert.equal(toolsFolder({ KEELSON_TOOLS: '/a' }), '/a/tools')
  assert.equal(toolsFolder({ XDG_CACHE_HOME: '/b' }), '/b/keelson/tools')
  assert.match(toolsFolder({}), /\/\.cache\/keelson\/tools$/)
})

test('without Go the remedy is said in one line', async () => {
  await using folder = await temporaryFolder()
  const environment = { PATH: folder.path, KEELSON_TOOLS: folder.path }
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'kubectl'], {
    env: environment,
    encoding: 'utf8',
  })
  assert.deepEqual({ status, stdout }, { status: 1, stdout: '' })
  assert.match(
    stderr,
    /^error: cannot build kubectl: Go 1\.\d+ or newer is needed and none was found: install it .*\n$/,
  )
})

for (const { given, complaint } of [
  { given: [], complaint: /^error: no tool named; name some of: kubectl .*\n$/ },
  { given: ['kubectl', 'kubefoot'], complaint: /^error: unknown tool "kubefoot"; name some of: kubectl .*\n$/ },
]) {
  test(`asked for [${given}] it says what there is`, () => {
    const { status, stderr } = spawnSync(process.execPath, [program, ...given], { encoding: 'utf8' })
    assert.equal(status, 1)
    assert.match(stderr, complaint)
  })
}
