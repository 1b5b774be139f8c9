import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadExports, readSource } from './check-exports.ts'

function dead(files: Readonly<Record<string, string>>): string[] {
  return deadExports(new Map(Object.entries(files).map(([file, text]) => [file, readSource(file, text)])))
}

const USES_A = "import { a } from './a.ts'\nconsole.log(a)"

test('an export that another file uses is alive', () => {
  assert.deepEqual(dead({ 'src/a.ts': 'export const a = 1', 'src/b.ts': USES_A }), [])
})

test('an export that nothing uses is dead', () => {
  const files = { 'src/a.ts': 'export const a = 1\nexport const b = 2', 'src/b.ts': USES_A }
  assert.deepEqual(dead(files), ['src/a.ts: b'])
})

test('what only a test uses is dead', () => {
  const files = {
    'src/a.ts': 'export const a = 1\nexport const b = 2',
    'src/b.ts': USES_A,
    'src/a.test.ts': "import { b } from './a.ts'\nconsole.log(b)",
  }
  assert.deepEqual(dead(files), ['src/a.ts: b'])
})

test('a file that only tests use is there for tests', () => {
  assert.deepEqual(dead({ 'src/a.ts': 'export const a = 1', 'src/b.test.ts': USES_A }), [])
})

test('a door passes on what is used behind it', () => {
  const files = {
    'src/a.ts': 'export const a = 1\nexport const b = 2',
    'src/index.ts': "export * from './a.ts'",
    'src/c.ts': "import { a } from './index.ts'\nconsole.log(a)",
  }
  assert.deepEqual(dead(files), ['src/a.ts: b'])
})
