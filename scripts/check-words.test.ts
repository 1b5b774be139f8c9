import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forbiddenWords, foreignSources } from './check-words.ts'

const lines: readonly { line: string; what: string | undefined }[] = [
  { line: "const cache = '/home/somebody/cache'", what: 'a path of a machine' },
  { line: 'see /Users/somebody', what: 'a path of a machine' },
  { line: 'PUT /clusters/root:acme/api/v1', what: undefined },
  { line: 'https://host/home/page', what: undefined },
  { line: '// TODO: later', what: 'a note of what is to do' },
  { line: 'todo lists', what: undefined },
  { line: 'npm --registry https://registry.example.com/npm', what: 'the host of a registry' },
  { line: 'https://kubernetes.io/docs', what: undefined },
]

for (const { line, what } of lines) {
  test(`${JSON.stringify(line)} holds ${what ?? 'nothing forbidden'}`, () => {
    assert.deepEqual(forbiddenWords('a.md', `first\n${line}\n`), what === undefined ? [] : [`a.md:2: ${what}`])
  })
}

test('packages come from the public registry alone', () => {
  const lock = '"resolved": "https://registry.npmjs.org/yaml/-/yaml.tgz",\n"resolved": "https://mirror.example/a.tgz"'
  assert.deepEqual(foreignSources(lock), ['https://mirror.example'])
})
