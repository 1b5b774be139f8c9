import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { parseYaml } from '../../machinery/index.ts'
import {
  asOwner,
  assertRefusal,
  found,
  intentFor,
  type OpenAdoptedWorld,
  type OpenWorld,
  obtain,
  signal,
} from './harness.ts'

interface Kubeconfig {
  clusters: { name: string; cluster: { server: string; 'certificate-authority-data': string } }[]
  users: { name: string; user: Record<string, unknown> }[]
  contexts: { name: string; context: { cluster: string; user: string } }[]
  'current-context': string
}

function read(kubeconfig: string): Kubeconfig {
  const parsed = parseYaml(kubeconfig)
  assert.ok(parsed.ok)
  return parsed.value as unknown as Kubeconfig
}

/** Every text below `users`, at least one of which is the credential. */
function credentials(kubeconfig: string): string[] {
  const texts: string[] = []
  JSON.stringify(
    read(kubeconfig).users.map(({ user }) => user),
    (_key, value: unknown) => {
      if (typeof value === 'string') texts.push(value)
      return value
    },
  )
  return texts
}

export function testIssuing(open: OpenAdoptedWorld): void {
  test('a kubeconfig leads to the endpoint that was observed', async () => {
    await using world = await open()
    const provider = world.open()
    const { externalID, endpoint } = await obtain(world, intentFor(world, 'emea'))
    const { kubeconfig } = await provider.issueAccess(externalID, 3600, asOwner)
    const { clusters, users, contexts, 'current-context': current } = read(kubeconfig.reveal())
    const { context } = contexts.find(({ name }) => name === current) ?? assert.fail('no current context')
    assert.ok(users.some(({ name }) => name === context.user))
    const { cluster } = clusters.find(({ name }) => name === context.cluster) ?? assert.fail('no cluster')
    assert.equal(cluster.server, `https://${endpoint?.host}:${endpoint?.port}`)
    const pem = Buffer.from(cluster['certificate-authority-data'], 'base64').toString()
    const der = Buffer.from(pem.replaceAll(/-----.*-----|\n/g, ''), 'base64')
    assert.equal(endpoint?.caFingerprint, `sha256:${createHash('sha256').update(der).digest('hex')}`)
  })

  test('a lifetime is kept to, and one that the provider does not offer is refused', async () => {
    await using world = await open()
    const provider = world.open()
    const { externalID } = await obtain(world, intentFor(world, 'emea'))
    const { min, max } = provider.capabilities().accessTTL
    for (const ttl of [min, max]) {
      const before = Date.now()
      const { expiresAt } = await provider.issueAccess(externalID, ttl, asOwner)
      assert.match(expiresAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      const [least, most] = [before, Date.now()].map((now) => Date.parse(expiresAt) - now - ttl * 1000)
      assert.ok(Number(least) > -2000 && Number(most) < 2000, `${least} ms more than ${ttl} s, or ${most}`)
    }
    for (const ttl of [min - 1, max + 1, Number.NaN]) {
      await assertRefusal(provider.issueAccess(externalID, ttl, asOwner), 'refused')
    }
  })

  test('each credential is a new one, and the world keeps none', async () => {
    await using world = await open()
    const provider = world.open()
    const { externalID, externalName } = await obtain(world, intentFor(world, 'emea'))
    const issued = await Promise.all([1, 2].map(() => provider.issueAccess(externalID, 3600, asOwner)))
    const secrets = issued.map(({ kubeconfig }) => credentials(kubeconfig.reveal()))
    assert.ok(secrets.every((texts) => texts.length > 0))
    assert.equal(new Set(secrets.flat()).size, secrets.flat().length)
    const seen = `${await world.everythingKept()}${JSON.stringify(await found(provider, externalName))}`
    assert.ok(seen.includes(externalName))
    for (const secret of secrets.flat()) assert.ok(!seen.includes(secret))
  })

  test('a kubeconfig that is printed, logged or serialised by mistake shows nothing', async () => {
    await using world = await open()
    const provider = world.open()
    const { externalID } = await obtain(world, intentFor(world, 'emea'))
    const access = await provider.issueAccess(externalID, 3600, asOwner)
    const shown = [
      inspect(access, { depth: 9, showHidden: true }),
      JSON.stringify(access),
      `${access.kubeconfig}`,
    ].join('\n')
    for (const secret of credentials(access.kubeconfig.reveal())) assert.ok(!shown.includes(secret))
    assert.match(shown, /\[redacted\]/)
  })
}

export function testAccess(open: OpenWorld): void {
  testIssuing(open)

  test('there is no access to a cluster that is not ready', async () => {
    await using world = await open()
    const provider = world.open()
    const { externalID, externalName } = await provider.create(intentFor(world, 'emea'), { signal })
    for (const state of ['building', 'stopped', 'deleting'] as const) {
      await world.put(externalName, state)
      await assertRefusal(provider.issueAccess(externalID, 3600, asOwner), 'refused')
    }
  })
}
