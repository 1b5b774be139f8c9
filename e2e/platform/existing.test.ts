/** A cluster that somebody else runs, adopted and left again: a real kube-apiserver on etcd. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { ApiServer } from '../api-server.ts'
import { readKubeconfig, writeKubeconfig } from '../kubeconfig.ts'
import { type Kubectl, kubectlWith } from '../kubectl/kubectl.ts'
import { startKubeApiserver } from '../oracle/kube-apiserver.ts'
import { type Keelson, startKeelson } from '../server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { runner } from './runner.ts'

const manifests = (kubeconfig: string, adoption = 'IfUntagged') => `
apiVersion: platform.keelson.dev/v1alpha1
kind: ClusterProvider
metadata: {name: ours}
spec:
  type: existing
  ownerTag: org-a
  existing:
    clusters:
    - {name: production, kubeconfig: ${kubeconfig}}
---
apiVersion: platform.keelson.dev/v1alpha1
kind: Platform
metadata: {name: shop}
spec: {providerRef: {name: ours}, controlCenterRef: {name: emea}, externalName: production, adoption: ${adoption}}
---
apiVersion: platform.keelson.dev/v1alpha1
kind: ClusterProvider
metadata: {name: center}
spec: PROVIDER
---
apiVersion: platform.keelson.dev/v1alpha1
kind: ControlCenter
metadata: {name: emea}
spec: {providerRef: {name: center}}
`

/** The control center is of another type; the platform is adopted. */
const served = (adoption?: string) =>
  manifests('{secretRef: {name: production}}', adoption).replace('PROVIDER', '{type: logical, ownerTag: org-a}')
const local = (adoption?: string) =>
  manifests('{file: production.kubeconfig}', adoption).replace(
    'PROVIDER',
    '{type: simulated, ownerTag: org-a, simulated: {folder: world}}',
  )

/** Everything in the adopted cluster that could have been changed, without what kube-apiserver itself renews. */
const KEPT = 'namespaces,configmaps,serviceaccounts,secrets,clusterroles,clusterrolebindings'

describe('an existing cluster', () => {
  const stack = new AsyncDisposableStack()
  let folder = ''
  let production: ApiServer
  let there: Kubectl
  let keelson: Keelson
  let here: Kubectl
  let untouched = ''

  const kept = async () => {
    const { output, error } = await there.run(`get ${KEPT} -A -o name`)
    assert.equal(error, '')
    return output
  }

  before(async () => {
    folder = stack.use(await temporaryFolder()).path
    production = stack.use(await startKubeApiserver())
    there = await kubectlWith(production.kubeconfig)
    keelson = stack.use(await startKeelson({ flags: ['--webhook-allow-cidr', '127.0.0.0/8'] }))
    here = await kubectlWith(keelson.kubeconfig)
    await writeFile(join(folder, 'production.kubeconfig'), await readFile(production.kubeconfig), { mode: 0o600 })
    untouched = await kept()
  })
  after(() => stack.disposeAsync())

  describe('without a server', () => {
    const run = (line: string) => runner(`${line} --local -f manifests.yaml`, folder)

    test('is left alone until the manifest says that it may be taken', async () => {
      await writeFile(join(folder, 'manifests.yaml'), local('Never'))
      const { code, out } = await run('plan')
      assert.equal(code, 4, out)
      assert.match(out, /production exists and has no owner; spec.adoption: IfUntagged would take it over/)
      assert.equal(await kept(), untouched)
    })

    test('is planned, adopted, and then as the manifest says', async () => {
      await writeFile(join(folder, 'manifests.yaml'), local())
      const planned = await run('plan --detailed-exitcode')
      assert.equal(planned.code, 2, planned.out)
      assert.match(planned.out, /Platform\/shop +adopt +ours \(adopted, not made here\) +it has no owner/)
      assert.equal(await kept(), untouched)
      const applied = await run('apply --auto-approve')
      assert.equal(applied.code, 0, applied.out)
      const drift = await run('drift --detailed-exitcode')
      assert.equal(drift.code, 0, drift.out)
      const { output } = await there.run('get configmap keelson-adoption -n kube-system -o jsonpath={.data}')
      assert.equal(JSON.parse(output)['keelson-owner'], 'org-a')
      assert.equal(JSON.parse(output)['keelson-id'], 'root/root/Platform/shop')
    })

    test('is told what it cannot be asked for, by field', async () => {
      const topology = 'externalName: production, topology: {pools: [{name: a}]}, version: v1.36.3'
      for (const [change, expected] of [
        [topology, /spec\.topology\.pools: a cluster of type existing cannot honour it/],
        [topology, /spec\.version: a cluster of type existing cannot honour it/],
        ['externalName: staging', /spec\.externalName: .*cannot be made: there is none called "staging"/],
      ] as const) {
        await writeFile(join(folder, 'manifests.yaml'), local().replace('externalName: production', change))
        const { code, out } = await run('validate')
        assert.notEqual(code, 0)
        assert.match(out, expected)
      }
      await writeFile(join(folder, 'manifests.yaml'), local())
    })

    test('shows what was changed by hand, and is mended', async () => {
      await there.run('delete configmap keelson-adoption -n kube-system')
      const drift = await run('drift --detailed-exitcode')
      assert.equal(drift.code, 2, drift.out)
      assert.match(drift.out, /Platform\/shop +adopt/)
      assert.equal((await run('apply --auto-approve')).code, 0)
    })

    test('gives a credential that ends by itself, and not the one that it was adopted with', async () => {
      const { code, out } = await run('kubeconfig Platform/shop --out shop.kubeconfig')
      assert.equal(code, 0, out)
      const issued = await kubectlWith(join(folder, 'shop.kubeconfig'))
      const { output } = await issued.run('auth whoami -o jsonpath={.status.userInfo.username}')
      assert.equal(output, 'system:serviceaccount:kube-system:keelson-adoption')
      assert.equal((await issued.run('get namespaces')).code, 0)
      const token = (await readKubeconfig(join(folder, 'shop.kubeconfig'))).credential as { token: string }
      const { exp, iat } = JSON.parse(Buffer.from(token.token.split('.')[1] ?? '', 'base64url').toString())
      assert.equal(exp - iat, 3600)
    })

    test('is nobody’s after it was destroyed, with nothing left in it', async () => {
      const { code, out } = await run('destroy --auto-approve')
      assert.equal(code, 0, out)
      assert.equal(await kept(), untouched)
      const issued = await kubectlWith(join(folder, 'shop.kubeconfig'))
      assert.match((await issued.run('get namespaces')).error, /Forbidden|must be logged in/)
      assert.equal((await there.run('get namespaces')).code, 0)
    })
  })

  describe('through a server', () => {
    const condition = async (kind: string, type: string) =>
      (await here.run(`get ${kind} -o jsonpath={.status.conditions[?(@.type=="${type}")]}`)).output

    test('is adopted by a Secret of the workspace', async () => {
      const created = await here.run(`create secret generic production --from-file=value=${production.kubeconfig}`)
      assert.equal(created.code, 0, created.error)
      assert.equal((await here.run('apply -f -', served())).code, 0)
      const waited = await here.run('wait --for=condition=Ready --timeout=120s platform/shop')
      assert.equal(waited.code, 0, `${waited.error} ${await condition('platform/shop', 'Ready')}`)
      const { output } = await here.run('get platform shop -o jsonpath={.status.endpoint.port},{.status.version}')
      assert.equal(output, `${new URL(production.url).port},v1.36.3`)
      assert.match((await here.run('get clusterproviders')).output, /adopted, not made here/)
    })

    test('is in its control center’s API, with a kubeconfig of its own', async () => {
      const ready = 'wait --for=condition=ClusterAPIAvailable --timeout=120s controlcenter/emea'
      assert.equal((await here.run(ready)).code, 0, await condition('controlcenter/emea', 'ClusterAPIAvailable'))
      const env = { KUBECONFIG: keelson.kubeconfig }
      assert.equal((await runner('kubeconfig ControlCenter/emea --out emea.kubeconfig', folder, env)).code, 0)
      const emea = await kubectlWith(join(folder, 'emea.kubeconfig'))
      const waited = await emea.run('wait --for=create --timeout=120s secret/shop-kubeconfig')
      assert.equal(waited.code, 0, waited.error)
      const available = await emea.run('wait --for=condition=Available --timeout=60s cluster/shop')
      assert.equal(available.code, 0, available.error)
      assert.match((await emea.run('get clusters')).output, /shop +True .*Provisioned/)
    })

    test('is in the inventory of its control center: who it is, its version, and how to get in', async () => {
      const emea = await kubectlWith(join(folder, 'emea.kubeconfig'))
      const waited = await emea.run('wait --for=condition=ControlPlaneHealthy --timeout=60s clusterprofile/shop')
      assert.equal(waited.code, 0, `${waited.error} ${(await emea.run('get clusterprofiles -o yaml')).output}`)
      const { spec, status } = JSON.parse((await emea.run('get clusterprofile shop -o json')).output)
      assert.equal(spec.clusterManager.name, 'keelson')
      assert.equal(status.version.kubernetes, 'v1.36.3')
      const uid = (await there.run('get namespace kube-system -o jsonpath={.metadata.uid}')).output
      const [{ name, value }] = status.properties
      assert.deepEqual([name, value], ['cluster.clusterset.k8s.io', uid])
      const [{ cluster }] = status.accessProviders
      assert.equal(cluster.server, production.url)
      assert.doesNotMatch(JSON.stringify(status), /client-key-data|token/)
    })

    test('says what is wrong with its credential, and goes on when that is replaced', async () => {
      const { url, ca } = await readKubeconfig(production.kubeconfig)
      const file = join(folder, 'other.kubeconfig')
      await writeKubeconfig(file, { url, ca, credential: { token: 'nobodys' } })
      const replace = async (path: string) => {
        const value = (await readFile(path)).toString('base64')
        await here.run(`patch secret production --type=merge -p {"data":{"value":"${value}"}}`)
        await here.run(`annotate clusterprovider ours look=${Date.now()} --overwrite`)
        await here.run(`patch platform shop --type=merge -p {"spec":{"access":{"ttl":"${path === file ? 61 : 60}m"}}}`)
      }
      await replace(file)
      const waited = await here.run('wait --for=condition=Ready=Unknown --timeout=120s platform/shop')
      assert.equal(waited.code, 0, waited.error)
      const said = await condition('platform/shop', 'Ready')
      assert.match(said, /does not accept the credential of its kubeconfig/)
      assert.ok(!said.includes('nobodys'))
      await replace(production.kubeconfig)
      assert.equal((await here.run('wait --for=condition=Ready --timeout=120s platform/shop')).code, 0)
    })

    test('is not reached where the server may not go', async () => {
      await using strict = await startKeelson()
      const kubectl = await kubectlWith(strict.kubeconfig)
      await kubectl.run(`create secret generic production --from-file=value=${production.kubeconfig}`)
      await kubectl.run('apply -f -', served())
      const waited = await kubectl.run('wait --for=condition=Ready=Unknown --timeout=120s clusterprovider/ours')
      assert.equal(waited.code, 0, waited.error)
      const { output } = await kubectl.run('get clusterproviders')
      assert.match(output, /address 127.0.0.1 is not allowed.*--webhook-allow-cidr/)
    })

    test('goes on as it was when its object is deleted', async () => {
      const deleted = await here.run('delete platform shop --timeout=120s')
      assert.equal(deleted.code, 0, deleted.error)
      assert.equal(await kept(), untouched)
    })

    test('as a control center has Cluster API’s kinds, and nothing of them when it is left', async () => {
      const definitions = async () => (await there.run('get crd -o name')).output
      const before = await definitions()
      const adopted = `
apiVersion: platform.keelson.dev/v1alpha1
kind: ControlCenter
metadata: {name: apac}
spec: {providerRef: {name: ours}, externalName: production, adoption: IfUntagged}
---
apiVersion: platform.keelson.dev/v1alpha1
kind: Platform
metadata: {name: till}
spec: {providerRef: {name: center}, controlCenterRef: {name: apac}}
`
      const applied = await here.run('apply -f -', adopted)
      assert.equal(applied.code, 0, applied.error)
      const ready = await here.run('wait --for=condition=ClusterAPIAvailable --timeout=120s controlcenter/apac')
      assert.equal(ready.code, 0, await condition('controlcenter/apac', 'ClusterAPIAvailable'))
      const created = await there.run('wait --for=create --timeout=60s cluster/till')
      assert.equal(created.code, 0, created.error)
      const available = await there.run('wait --for=condition=Available --timeout=120s cluster/till')
      assert.equal(available.code, 0, `${available.error} ${(await there.run('get cluster till -o yaml')).output}`)
      assert.match((await there.run('get clusters')).output, /till +True .*Provisioned/)
      const deleted = await here.run('delete platform/till controlcenter/apac --timeout=120s')
      assert.equal(deleted.code, 0, `${deleted.error} ${await condition('controlcenter/apac', 'Ready')}`)
      // A definition goes when the last of its objects has.
      await there.run('wait --for=delete --timeout=60s crd -l app.kubernetes.io/managed-by=keelson')
      assert.equal(await definitions(), before)
      assert.equal(await kept(), untouched)
    })
  })
})
