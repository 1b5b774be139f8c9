import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAsWritten, readBlocks, writeSteps } from './console.ts'

const page = `Text.

\`\`\`yaml file=team.yaml
kind: Team
\`\`\`

\`\`\`sh
not played
\`\`\`

\`\`\`console
$ keelson get \\
    teams
NAME   AGE
web    3s
^C
\`\`\`
`

test('a page is files to write and commands with their output', () => {
  const blocks = readBlocks(page)
  const steps = [
    { command: 'keelson get \\\n    teams', output: 'NAME   AGE\nweb    3s\n' },
    { command: '^C', output: '' },
  ]
  assert.deepEqual(
    blocks.map(({ block }) => block),
    [
      { kind: 'file', name: 'team.yaml', text: 'kind: Team\n' },
      { kind: 'console', steps },
    ],
  )
  const last = blocks.at(-1)
  assert.equal(page.slice(last?.start, last?.end), writeSteps(steps))
})

const comparisons: readonly { title: string; written: string; printed: string; same: boolean }[] = [
  { title: 'the same text', written: 'a\nb\n', printed: 'a\nb\n', same: true },
  { title: 'another text', written: 'a\nb\n', printed: 'a\nc\n', same: false },
  {
    title: 'another age, and a column that is wider for it',
    written: 'NAME   AGE\nweb    3s',
    printed: 'NAME   AGE\nweb    12s\n',
    same: true,
  },
  { title: 'a row more', written: 'web    3s', printed: 'web    3s\napi    3s', same: false },
  {
    title: 'another version of an object',
    written: '  resourceVersion: "512"',
    printed: '  resourceVersion: "768"',
    same: true,
  },
  { title: 'lines left out', written: 'a\n…\nd\n', printed: 'a\nb\nc\nd\n', same: true },
  { title: 'lines left out before another end', written: 'a\n…\nd\n', printed: 'a\nb\nc\n', same: false },
]

for (const { title, written, printed, same } of comparisons) {
  test(`${title} is ${same ? '' : 'not '}as written`, () => assert.equal(isAsWritten(written, printed), same))
}
