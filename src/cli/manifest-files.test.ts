import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import type { Environment } from './environment.ts'
import { readManifests } from './manifest-files.ts'
import { parseManifestText } from './manifest-text.ts'
import { readManifestTree } from './manifest-tree.ts'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'manifests-'))
after(() => fs.rmSync(folder, { recursive: true }))

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`
for (const [file, text] of Object.entries({
  'b.yaml': configMap('b'),
  'a.yml': `${configMap('a1')}---\n${configMap('a2')}`,
  'readme.md': 'no manifest',
  'inner/c.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}',
  'inner/web/d.yaml': configMap('d'),
})) {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  fs.writeFileSync(path.join(folder, file), text)
}
const stdin = async function* () {
  yield 'apiVersion: v1\nkind: Config'
  yield Buffer.from('Map\nmetadata: { name: piped }')
}
const environment = { stdin: stdin() } as unknown as Environment
const names = async (source: string, recursive = false) =>
  (await readManifests([source], { recursive }, environment)).map(({ object }) => object.metadata.name)

describe('what -f names', () => {
  it('a file with several objects', async () => assert.deepEqual(await names(path.join(folder, 'a.yml')), ['a1', 'a2']))
  it('a directory, without those in it', async () => assert.deepEqual(await names(folder), ['a1', 'a2', 'b']))
  it('a directory and all in it', async () => assert.deepEqual(await names(folder, true), ['a1', 'a2', 'b', 'c', 'd']))
  it('the standard input', async () => assert.deepEqual(await names('-'), ['piped']))
  it('nothing', async () => {
    await assert.rejects(names(path.join(folder, 'nope')), { message: /the path ".*nope" does not exist/ })
    await assert.rejects(names(path.join(folder, 'readme.md')), { name: 'KeelsonError' })
  })

  it('a tree of workspaces', async () => {
    const tree = await readManifestTree(folder, environment)
    const inner = tree.children[0]
    assert.deepEqual([tree.path, inner?.path, inner?.children[0]?.path], ['', 'inner', 'inner:web'])
    assert.deepEqual(
      inner?.manifests.map(({ object }) => object.metadata.name),
      ['c'],
    )
  })
})

describe('a malformed manifest is refused with file, line and field', () => {
  const good = configMap('good')
  const cases: [string, string, RegExp][] = [
    ['broken YAML', `${good}---\nkind: [x\n`, /^f\.yaml:[67]: /],
    ['no kind', `${good}---\napiVersion: v1\nmetadata: {name: x}\n`, /^f\.yaml:6: .*kind/],
    ['no apiVersion', 'kind: ConfigMap\nmetadata: {name: x}\n', /^f\.yaml:1: .*apiVersion/],
    ['no name', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels: {}\n', /^f\.yaml:4: metadata\.name is missing/],
    [
      'a name that is no text',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 5\n',
      /^f\.yaml:4: metadata\.name must be/,
    ],
    ['no object', `${good}---\n- a\n`, /^f\.yaml:6: .*object/],
  ]
  for (const [name, text, message] of cases) {
    it(name, () => assert.throws(() => parseManifestText(text, 'f.yaml'), { name: 'KeelsonError', message }))
  }

  it('and what the server refuses can be located, too', () => {
    const text = `${good}---\napiVersion: v1\nkind: X\nmetadata:\n  name: x\nspec:\n  items:\n    - size: 1\n    - size: 2\n`
    const lineOf = parseManifestText(text, 'f.yaml')[1]?.lineOf
    assert.equal(lineOf?.('spec.items[1].size'), 13)
    assert.equal(lineOf?.('spec.items[1].colour'), 13)
    assert.equal(lineOf?.('status.phase'), 6)
  })

  it('a List is its items', () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: x}}\n`
    assert.deepEqual(
      parseManifestText(text, 'f.yaml').map(({ object }) => object.metadata.name),
      ['x'],
    )
  })
})
