import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusedLicenses } from './check-licenses.ts'

const cases: readonly { license: string | undefined; allowed: boolean }[] = [
  { license: 'MIT', allowed: true },
  { license: '(MIT OR GPL-3.0-only)', allowed: true },
  { license: 'MIT AND ISC', allowed: true },
  { license: 'MIT AND GPL-3.0-only', allowed: false },
  { license: 'GPL-3.0-only', allowed: false },
  { license: undefined, allowed: false },
]

for (const { license, allowed } of cases) {
  test(`${license ?? 'no licence'} is ${allowed ? '' : 'not '}allowed`, () => {
    const packages = { '': {}, 'node_modules/a': license === undefined ? {} : { license } }
    assert.deepEqual(refusedLicenses(packages), allowed ? [] : [`node_modules/a: ${license ?? 'no licence'}`])
  })
}

test('what is used in development only is not shipped', () => {
  assert.deepEqual(refusedLicenses({ 'node_modules/a': { license: 'GPL-3.0-only', dev: true } }), [])
})
