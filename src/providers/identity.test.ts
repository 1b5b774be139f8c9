import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isDNS1123Label } from '../machinery/index.ts'
import { type ClusterIdentity, externalNameOf, formatIdentity, parseIdentity } from './identity.ts'

const EMEA: ClusterIdentity = { org: 'acme', workspace: 'root:acme:platform', kind: 'ControlCenter', name: 'emea' }

const part = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,60}[a-z0-9])?$/)
const identities = fc.record(
  {
    org: part,
    workspace: fc.array(part, { minLength: 1, maxLength: 4 }).map((path) => path.join(':')),
    kind: fc.constantFrom('ControlCenter', 'Platform'),
    name: part,
  },
  { noNullPrototype: true },
)

describe('the external name of a cluster', () => {
  const names: { name: string; begins: string; why: string }[] = [
    { name: 'emea', begins: 'keelson-emea-', why: 'is the object’s name and a hash' },
    { name: 'Shop.Dev', begins: 'keelson-shop-dev-', why: 'is lower case, without dots' },
    { name: 'a-very-long-name-that-goes-on', begins: 'keelson-a-very-long-name-th-', why: 'is cut to 40 characters' },
    {
      name: 'a-very-long-name-i-n-parts',
      begins: 'keelson-a-very-long-name-i-',
      why: 'has no dash left over from the cut',
    },
    { name: '---', begins: 'keelson-', why: 'is the hash alone where the name has nothing readable' },
  ]
  for (const { name, begins, why } of names) {
    test(`${why}: ${name}`, () => {
      const externalName = externalNameOf({ ...EMEA, name })
      assert.match(externalName, new RegExp(`^${begins}[0-9a-f]{12}$`))
    })
  }

  test('stays what it is from release to release, as clusters are found again by it', () => {
    assert.equal(externalNameOf(EMEA), 'keelson-emea-750699a7bd1b')
  })

  test('is a DNS label of at most 40 characters, whatever the identity', () => {
    fc.assert(
      fc.property(identities, (identity) => {
        const externalName = externalNameOf(identity)
        assert.deepEqual(isDNS1123Label(externalName), [])
        assert.ok(externalName.length <= 40)
      }),
    )
  })

  test('differs when any part of the identity differs', () => {
    fc.assert(
      fc.property(identities, identities, (a, b) => {
        assert.equal(externalNameOf(a) === externalNameOf(b), formatIdentity(a) === formatIdentity(b))
      }),
    )
    const shifted = { ...EMEA, org: 'root:acme', workspace: 'acme' }
    assert.notEqual(externalNameOf(shifted), externalNameOf({ ...shifted, org: 'root', workspace: 'acme:acme' }))
  })
})

describe('an identity as a tag', () => {
  test('is written as org/workspace/kind/name', () => {
    assert.equal(formatIdentity(EMEA), 'acme/root:acme:platform/ControlCenter/emea')
  })

  test('is read as it was written, in characters that AWS allows in tags', () => {
    fc.assert(
      fc.property(identities, (identity) => {
        const text = formatIdentity(identity)
        assert.deepEqual(parseIdentity(text), { ok: true, value: identity })
        assert.match(text, /^[\w .:/=+@-]+$/)
      }),
    )
  })

  for (const text of ['', 'emea', 'a/b/c', 'a/b/c/d/e', 'a//c/d', '/b/c/d', 'a/b/c/']) {
    test(`is not read from "${text}"`, () => {
      assert.equal(parseIdentity(text).ok, false)
    })
  }
})
