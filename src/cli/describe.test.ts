import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startServer } from '../testing/index.ts'
import { type Harness, harnessOf } from './command-harness.ts'

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { a: b }\n`

describe('describe', () => {
  let harness: Harness
  before(async () => {
    harness = harnessOf(await startServer({ listen: true }))
    const file = harness.file('two.yaml', `${configMap('one')}---\n${configMap('two')}`)
    assert.equal((await harness.run(['apply', '-f', file])).code, 0)
  })
  after(() => harness[Symbol.asyncDispose]())

  it('tells an object in words', async () => {
    assert.match((await harness.run('describe configmap one')).out, /^Name: {9}one\nNamespace: {4}default\n/)
  })

  for (const format of ['json', 'yaml', 'name']) {
    for (const what of ['configmap one', 'configmap one two', 'configmap/one', 'configmaps', 'configmap absent']) {
      it(`prints ${what} with -o ${format} as get does`, async () => {
        const described = await harness.run(`describe ${what} -o ${format}`)
        assert.deepEqual(described, await harness.run(`get ${what} -o ${format}`))
        assert.equal(described.out === '' && format === 'name', what.includes('absent') && format === 'name')
      })
    }
  }

  it('refuses a format that there is not', async () => {
    assert.match((await harness.run('describe configmaps -o xml')).err, /output format "xml"/)
  })
})
