import assert from 'node:assert/strict'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import { sensitive } from './sensitive.ts'

const SECRET = 'a-token-that-nobody-may-see'
const value = sensitive(SECRET)

test('the value is given to whoever asks for it', () => {
  assert.equal(value.reveal(), SECRET)
})

const ways: Record<string, (kept: unknown) => string> = {
  'as a string': (kept) => String(kept),
  'in a template': (kept) => `${kept}`,
  'as JSON': (kept) => JSON.stringify({ kept }),
  'by inspect': (kept) => inspect({ kept }, { depth: null, showHidden: true }),
  'by console.log': (kept) => format('%s %o %j', kept, kept, kept),
  'in the message of an error': (kept) => inspect(new Error(`failed with ${kept}`, { cause: kept })),
}
for (const [way, show] of Object.entries(ways)) {
  test(`it is not shown ${way}`, () => {
    const shown = show(value)
    assert.ok(!shown.includes(SECRET))
    assert.ok(shown.includes('[redacted]'))
  })
}
