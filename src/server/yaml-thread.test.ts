import assert from 'node:assert/strict'
import { test } from 'node:test'
import { longestStep } from './longest-step.ts'
import { readYamlText, yamlOfJson } from './yaml-thread.ts'

const value = { data: Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`key${index}`, `text ${index}`])) }

test('large YAML is printed and read as it was, and the loop stays free meanwhile', async () => {
  const longest = await longestStep(async () => {
    const text = await yamlOfJson(JSON.stringify(value))
    assert.match(text, /^data:\n {2}key0: text 0\n/)
    assert.deepEqual(await readYamlText(Buffer.from(text)), { ok: true, value: { value, duplicates: [] } })
  })
  // On the loop it would be half a second and more.
  assert.ok(longest < 200, `${longest} ms`)
})

test('keys that large YAML has twice are told', async () => {
  const read = await readYamlText(Buffer.from(`a: 1\na: 2\n${'#'.repeat(10_000)}`))
  const duplicates = ['line 2: key "a" already set in map']
  assert.deepEqual(read, { ok: true, value: { value: { a: 2 }, duplicates } })
})

test('what is wrong with large YAML is told as of small', async () => {
  const wrong = `a: b\n c: d\n${'#'.repeat(10_000)}`
  const large = await readYamlText(Buffer.from(wrong))
  assert.ok(!large.ok)
  assert.deepEqual(large, await readYamlText(Buffer.from('a: b\n c: d\n')))
})

test('many at a time are each answered with their own', async () => {
  const texts = [1, 2, 3].map((number) => `number: ${number}\n${'#'.repeat(10_000)}`)
  const results = await Promise.all(texts.map((text) => readYamlText(Buffer.from(text))))
  assert.deepEqual(
    results.map((result) => result.ok && result.value.value),
    [{ number: 1 }, { number: 2 }, { number: 3 }],
  )
})
