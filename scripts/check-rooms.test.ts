import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokenImports } from './check-rooms.ts'

const cases: readonly [string, string, string, string[]][] = [
  ['a room may use the door of one below', 'server/read.ts', "import { x } from '../storage/index.ts'", []],
  ['a room may import its own files', 'server/handlers/get.ts', "import { x } from '../read.ts'", []],
  [
    'nobody climbs in through a window',
    'server/read.ts',
    "import type { X } from '../storage/keys.ts'",
    ['server/read.ts: climbs into storage by storage/keys.ts; the door is storage/index.ts'],
  ],
  [
    'a room may not know one above',
    'storage/open.ts',
    "import { x } from '../server/index.ts'",
    ['storage/open.ts: storage may not know server (server/index.ts)'],
  ],
  [
    'a dynamic import counts',
    'client/client.ts',
    "const x = await import('../server/index.ts')",
    ['client/client.ts: client may not know server (server/index.ts)'],
  ],
  ['a test may use the testing room', 'lifecycle/x.test.ts', "import { startServer } from '../testing/index.ts'", []],
  ['a test may use a conformance suite', 'clusters/x.test.ts', "import { x } from '../providers/conformance.ts'", []],
  [
    'a source may not use a conformance suite',
    'clusters/x.ts',
    "import { x } from '../providers/conformance.ts'",
    ['clusters/x.ts: climbs into providers by providers/conformance.ts; the door is providers/index.ts'],
  ],
  [
    'a source may not use the testing room',
    'lifecycle/x.ts',
    "import { startServer } from '../testing/index.ts'",
    ['lifecycle/x.ts: lifecycle may not know testing (testing/index.ts)'],
  ],
  ['a room must be in the table', 'attic/x.ts', '', ['attic/x.ts: the room attic is not in the table']],
  ['the composition root knows every door', 'main.ts', "import { x } from './server/index.ts'", []],
]

for (const [name, file, source, expected] of cases) {
  test(name, () => assert.deepEqual(brokenImports(file, source), expected))
}
