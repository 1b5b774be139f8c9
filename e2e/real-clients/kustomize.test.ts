import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { kubectlWith } from '../kubectl/kubectl.ts'
import { startTarget } from '../target.ts'
import { temporaryFolder } from '../temporary-folder.ts'

test('kustomize, as kubectl has it, applies an overlay and deletes it', { timeout: 120_000 }, async () => {
  await using folder = await temporaryFolder()
  const [base, overlay] = [join(folder.path, 'base'), join(folder.path, 'overlay')]
  await mkdir(base)
  await mkdir(overlay)
  await writeFile(join(base, 'kustomization.yaml'), 'configMapGenerator: [{name: settings, literals: [color=red]}]\n')
  await writeFile(
    join(overlay, 'kustomization.yaml'),
    `resources: [../base]
namePrefix: team-
labels: [{pairs: {app: web}}]
generatorOptions: {disableNameSuffixHash: true}
configMapGenerator: [{name: settings, behavior: merge, literals: [color=blue, size=2]}]
`,
  )
  await using target = await startTarget()
  const kubectl = await kubectlWith(await target.workspace('kustomize'))
  const applied = await kubectl.run(`apply -k ${overlay}`)
  assert.equal(applied.code, 0, applied.error)
  assert.match(applied.output, /^configmap\/team-settings\S* created\n$/)
  const { output } = await kubectl.run("get configmap -l app=web -o jsonpath='{.items[*].data}'")
  assert.deepEqual(JSON.parse(output), { color: 'blue', size: '2' })
  assert.equal((await kubectl.run(`diff -k ${overlay}`)).code, 0, 'nothing is left to change')
  const deleted = await kubectl.run(`delete -k ${overlay}`)
  assert.equal(deleted.code, 0, deleted.error)
})
