/** What `expected-output.txt` of an example says is what the shipped command prints, on the first start and on the next. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startSession } from '../docs/session.ts'

const UP = 'npx keelson up -f examples/first-steps'
const example = join(import.meta.dirname, '../../examples/first-steps')

test('the first steps print what they say', async () => {
  const expected = await readFile(join(example, 'expected-output.txt'), 'utf8')
  await using session = await startSession()
  const printed = await session.type(UP)
  assert.equal(printed.replaceAll(/\bv\d+\.\d+\.\d+\S*/g, 'vX'), expected)
  assert.equal(
    await session.type('npx keelson get databases -o name --workspace :root:acme:storefront'),
    'database.acme.example/carts\ndatabase.acme.example/orders\n',
  )
})

test('the next start goes on with what is there', async () => {
  await using session = await startSession()
  await session.type(UP)
  await session.type('npx keelson delete database carts --workspace :root:acme:storefront')
  await session.type('^C')
  const again = await session.type(UP)
  const changes = [...again.matchAll(/ (created|configured|unchanged)$/gm)].map(([, change]) => change)
  assert.deepEqual(
    changes.filter((change) => change !== 'unchanged'),
    ['created'],
  )
})
