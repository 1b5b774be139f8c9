import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokenLinks } from './check-links.ts'

const files: Readonly<Record<string, string>> = { 'docs/a.md': '# A\n\n## Two words!\n', examples: '' }

const cases: readonly { link: string; leads: boolean }[] = [
  { link: 'a.md', leads: true },
  { link: 'a.md#two-words', leads: true },
  { link: 'a.md#three-words', leads: false },
  { link: '../examples', leads: true },
  { link: '../missing.md', leads: false },
  { link: '#here', leads: true },
  { link: 'https://example.com/x', leads: true },
]

for (const { link, leads } of cases) {
  test(`${link} leads ${leads ? 'somewhere' : 'nowhere'}`, () => {
    const found = brokenLinks('docs/b.md', `## Here\n\n[text](${link})\n`, (path) => files[path])
    assert.deepEqual(found, leads ? [] : [`docs/b.md: ${link}`])
  })
}

test('what a command prints holds no links', () => {
  assert.deepEqual(
    brokenLinks('b.md', '```console\n$ x\n[a](missing)\n```\n', () => undefined),
    [],
  )
})
