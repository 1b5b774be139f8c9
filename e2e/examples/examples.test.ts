/** What `expected-output.txt` of an example says is what the shipped command prints, on the first start and on the next. */
import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { type Session, startSession } from '../docs/session.ts'

const examples = join(import.meta.dirname, '../../examples')
const FIRST_STEPS = 'npx keelson up -f examples/first-steps'

/** Versions, ports of clusters, and when a program of its own says something differ from run to run. */
function normalize(printed: string): string {
  return printed
    .replaceAll(/\bv\d+\.\d+\.\d+\S*/g, 'vX')
    .replaceAll(/(?<=https:\/\/127\.0\.0\.1:)(?!6443)\d+/g, '<port>')
    .replaceAll(/^environment-controller: .*\n/gm, '')
    .replaceAll(/ .* waits for .*\n/g, '')
}

async function expected(example: string): Promise<string> {
  return readFile(join(examples, example, 'expected-output.txt'), 'utf8')
}

function changesIn(printed: string): string[] {
  const changes = [...printed.matchAll(/ (created|configured|unchanged)$/gm)].map(([, change = '']) => change)
  return changes.filter((change) => change !== 'unchanged')
}

describe('first-steps', () => {
  test('prints what it says', async () => {
    await using session = await startSession()
    assert.equal(normalize(await session.type(FIRST_STEPS)), await expected('first-steps'))
    assert.equal(
      await session.type('npx keelson get databases -o name --workspace :root:acme:storefront'),
      'database.acme.example/carts\ndatabase.acme.example/orders\n',
    )
  })

  test('the next start goes on with what is there', async () => {
    await using session = await startSession()
    await session.type(FIRST_STEPS)
    await session.type('npx keelson delete database carts --workspace :root:acme:storefront')
    await session.type('^C')
    assert.deepEqual(changesIn(await session.type(FIRST_STEPS)), ['created'])
  })
})

test('the controller of acme fits on two screens', async () => {
  const text = await readFile(join(examples, 'acme/environment-controller.ts'), 'utf8')
  assert.ok(text.split('\n').length <= 120)
})

describe('acme: npm start', () => {
  const shop = '--kubeconfig .keelson/shop.kubeconfig'

  test('prints what it says, ends when it is told to, and goes on at the next start', async () => {
    await using session = await startSession()
    assert.equal(normalize(await session.type('npm start')), await expected('acme'))
    for (const name of ['admin', 'shop', 'payments', 'environment-controller']) {
      assert.equal((await stat(session.path(`.keelson/${name}.kubeconfig`))).mode & 0o777, 0o600)
    }
    await session.type('^C')
    assert.deepEqual(changesIn(await session.type('npm start')), [])
  })

  test('a team makes itself a cluster, and the other team does not see it', async () => {
    await using session = await startSession()
    await session.type('npm start')
    await session.type(`npx keelson apply -f examples/environment.yaml ${shop}`)
    await session.type(`kubectl wait --for=condition=Ready environment/dev --timeout=120s ${shop}`)
    const { platform, endpoint, kubeconfigRef } = await statusOf(session)
    assert.equal(platform, 'shop-dev')
    assert.match(endpoint, /^https:\/\/127\.0\.0\.1:\d+$/)
    assert.deepEqual([kubeconfigRef.namespace, kubeconfigRef.name], ['environments', 'dev'])
    assert.ok(Date.parse(kubeconfigRef.expires) > Date.now() + 20 * 60 * 60 * 1000)

    const secret = `npx keelson get secret dev -n environments ${shop} -o jsonpath='{.data.kubeconfig}'`
    await session.type(`${secret} | base64 -d > dev.kubeconfig`)
    await session.type('kubectl create configmap mine --from-literal=a=b --kubeconfig dev.kubeconfig')
    assert.equal(
      await session.type('kubectl get configmap mine -o name --kubeconfig dev.kubeconfig'),
      'configmap/mine\n',
    )

    const kubeconfig = await session.type(secret)
    const [, key = ''] = /client-key-data: (\S+)/.exec(Buffer.from(kubeconfig, 'base64').toString()) ?? []
    assert.ok(key.length > 200)
    for (const file of await readdir(session.path('.keelson'))) {
      if (!file.startsWith('store')) continue
      const kept = await readFile(session.path(join('.keelson', file)), 'latin1')
      assert.ok(!kept.includes(kubeconfig.slice(100, 160)) && !kept.includes(key.slice(40, 100)), file)
    }

    const other = '--kubeconfig .keelson/payments.kubeconfig'
    assert.equal(await session.type(`npx keelson get environments ${other}`), 'No resources found\n')
    for (const workspace of ['root:acme:shop', 'root:acme:platform-team', 'root:acme', 'root']) {
      const refused = await session.type(`npx keelson get secrets -A --workspace :${workspace} ${other}`)
      assert.match(refused, /^Error from server \(Forbidden\)/, workspace)
    }
    const printed = await session.type(`npx keelson get environment,secret -n environments -o yaml ${other}`)
    assert.doesNotMatch(printed, /PRIVATE KEY|client-key-data/)
  })

  test('what the team deletes is deleted, with its platform and its kubeconfig', async () => {
    await using session = await startSession()
    await session.type('npm start')
    await session.type(`npx keelson apply -f examples/environment.yaml ${shop}`)
    await session.type(`kubectl wait --for=condition=Ready environment/dev --timeout=120s ${shop}`)
    const status = JSON.stringify(await statusOf(session))
    assert.doesNotMatch(status, /LS0tLS1CRUdJTi|BEGIN|key-data/)
    await session.type(`npx keelson delete environment dev ${shop}`)
    const platforms = 'npx keelson get platforms -o name --workspace :root:acme:platform-team'
    assert.doesNotMatch(await session.type(platforms), /shop-dev/)
    await session.type(`kubectl wait --for=delete secret/dev -n environments --timeout=120s ${shop}`)
    assert.match(await session.type(`npx keelson get secrets -n environments ${shop}`), /^No resources found/)
  })

  test('a name that is taken is told, and the other platform is left alone', async () => {
    await using session = await startSession()
    await session.type('npm start')
    await session.write('mine.yaml', platform('shop-dev'))
    await session.type('npx keelson apply -f mine.yaml --auto-approve --workspace :root:acme:platform-team')
    await session.type(`npx keelson apply -f examples/environment.yaml ${shop}`)
    await session.type(
      `kubectl wait --for=jsonpath='{.status.conditions[0].reason}'=NameTaken environment/dev --timeout=120s ${shop}`,
    )
    assert.match(
      await session.type(`npx keelson get environments -o wide ${shop}`),
      /there is another platform shop-dev/,
    )
    await session.type(`npx keelson delete environment dev ${shop}`)
    const platforms = 'npx keelson get platforms -o name --workspace :root:acme:platform-team'
    assert.match(await session.type(platforms), /shop-dev/)
  })
})

const platform = (name: string) => `apiVersion: platform.keelson.dev/v1alpha1
kind: Platform
metadata:
  name: ${name}
spec:
  controlCenterRef: { name: emea }
  providerRef: { name: standard }
`

interface EnvironmentStatus {
  readonly platform: string
  readonly endpoint: string
  readonly kubeconfigRef: { readonly namespace: string; readonly name: string; readonly expires: string }
}

async function statusOf(session: Session): Promise<EnvironmentStatus> {
  const command = 'npx keelson get environment dev -o json --kubeconfig .keelson/shop.kubeconfig'
  return (JSON.parse(await session.type(command)) as { status: EnvironmentStatus }).status
}
