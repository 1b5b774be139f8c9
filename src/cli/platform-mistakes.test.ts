import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { startServer } from '../testing/index.ts'
import { clusterManifest, type PlatformHarness, platformHarness, providerManifest } from './platform-harness.ts'
import { throughServer } from './platform-server.ts'

const CONTROL_CENTER = clusterManifest('ControlCenter', 'emea', 'externalName: emea')

const MODES: readonly [mode: string, begin: (stack: AsyncDisposableStack) => Promise<PlatformHarness>][] = [
  ['--local', async (stack) => stack.use(platformHarness())],
  [
    'through a server',
    async (stack) =>
      stack.use(await throughServer(platformHarness(), (features) => startServer({ features, listen: true }))),
  ],
]

describe('mistakes in manifests are told by file, line and field, with what to do; nothing is applied', () => {
  const cases: readonly [
    name: string,
    manifest: string,
    line: number,
    field: string,
    message: RegExp,
    remedy: RegExp,
  ][] = [
    [
      'unknown field',
      CONTROL_CENTER.replace('externalName', 'vresion: v1.35.4, externalName'),
      4,
      'spec.vresion',
      /unknown field/,
      /did you mean version/,
    ],
    ['wrong type', clusterManifest('ControlCenter', 'emea', 'version: 1'), 4, 'spec.version', /string/, /correct/],
    [
      'required field',
      'apiVersion: platform.keelson.dev/v1alpha1\nkind: ControlCenter\nmetadata: {name: emea}\nspec:\n  adoption: Never\n',
      5,
      'spec.providerRef',
      /Required value/,
      /add the field/,
    ],
    [
      'value that is not one of those that there are',
      clusterManifest('ControlCenter', 'emea', 'adoption: Always'),
      4,
      'spec.adoption',
      /Unsupported value: "Always"/,
      /one of/,
    ],
    [
      'missing control center',
      clusterManifest('Platform', 'shop-dev'),
      4,
      'spec.controlCenterRef.name',
      /ControlCenter\/emea is not in the manifests/,
      /add ControlCenter\/emea/,
    ],
    [
      'missing provider',
      CONTROL_CENTER.replace('laptop', 'cloud'),
      4,
      'spec.providerRef.name',
      /ClusterProvider "cloud" is not in the manifests/,
      /correct the name/,
    ],
    [
      'cycle',
      ['a', 'b']
        .map((name, at, names) =>
          clusterManifest('ControlCenter', name, `dependsOn: [{kind: ControlCenter, name: ${names[1 - at]}}]`),
        )
        .join('---\n'),
      4,
      'spec.dependsOn',
      /cycle: ControlCenter\/a -> ControlCenter\/b -> ControlCenter\/a/,
      /take one of these references out/,
    ],
    [
      'duplicate',
      `${CONTROL_CENTER}---\n${CONTROL_CENTER}`,
      8,
      'metadata.name',
      /ControlCenter\/emea is in .*wrong\.yaml:3 already/,
      /rename/,
    ],
    [
      'external name that another has',
      `${CONTROL_CENTER}---\n${CONTROL_CENTER.replace('name: emea}', 'name: apac}')}`,
      9,
      'spec.externalName',
      /"emea" is the external name of ControlCenter\/emea already/,
      /its own/,
    ],
    [
      'unknown provider type',
      providerManifest('/nowhere', { name: 'cloud' }).replace('type: simulated', 'type: acme-cloud'),
      4,
      'spec.type',
      /unknown provider type "acme-cloud"/,
      /simulated/,
    ],
    [
      'name too long',
      clusterManifest('ControlCenter', 'x'.repeat(64)),
      3,
      'metadata.name',
      /must be no more than 63/,
      /shorten/,
    ],
    [
      'lifetime that the provider does not give',
      clusterManifest('ControlCenter', 'emea', 'access: {ttl: 1s}'),
      4,
      'spec.access.ttl',
      /60 to 86400 seconds/,
      /within/,
    ],
    [
      'kind that there is not',
      CONTROL_CENTER.replace('kind: ControlCenter', 'kind: ControlCentre'),
      2,
      'kind',
      /no kind ControlCentre/,
      /there are ControlCenter/,
    ],
    [
      'what this version does not carry out',
      `${CONTROL_CENTER}---\n${clusterManifest('Platform', 'shop-dev', 'packages: [{name: monitoring}]')}`,
      9,
      'spec.packages',
      /not supported/,
      /leave it out/,
    ],
    [
      'a kind that this version does not carry out',
      'apiVersion: platform.keelson.dev/v1alpha1\nkind: SharedService\nmetadata: {name: monitoring}\nspec: {packageInstallRef: {name: a}}\n',
      4,
      'spec.packageInstallRef',
      /SharedService needs packages/,
      /leave it out/,
    ],
    [
      'a Platform in no control center',
      clusterManifest('Platform', 'shop-dev').replace('controlCenterRef: {name: emea}, ', ''),
      4,
      'spec.controlCenterRef',
      /Required value: a Platform lives in a ControlCenter/,
      /add the field/,
    ],
    [
      'Secrets that only a server could write',
      clusterManifest('ControlCenter', 'emea', 'access: {publish: {argocd: true}}'),
      4,
      'spec.access.publish.argocd',
      /needs a server/,
      /apply without --local/,
    ],
  ]
  for (const [mode, begin] of MODES) {
    for (const [name, manifest, line, field, message, remedy] of cases) {
      // A server writes them.
      if (mode !== '--local' && field.startsWith('spec.access.publish')) continue
      test(`${mode}: ${name}`, async () => {
        await using stack = new AsyncDisposableStack()
        const harness = await begin(stack)
        const file = harness.write('manifests/wrong.yaml', manifest)
        const { code, err } = await harness.run('apply --auto-approve')
        const lines = err.split('\n')
        const at = lines.findIndex((each) => each.startsWith(`${file}:${line}: ${field}: `))
        assert.ok(at > 0, err)
        assert.match(lines[at] ?? '', message)
        assert.match(lines[at + 1] ?? '', remedy)
        assert.match(lines[0] ?? '', /^error: (a mistake|\d+ mistakes) in the manifests; nothing was changed$/)
        assert.deepEqual([code, harness.clusters()], [1, []])
        if (mode !== '--local')
          assert.match((await harness.runAsIs('get controlcenters,platforms')).err, /No resources found/)
      })
    }
  }

  const immutable: readonly [string, string, string, RegExp][] = [
    [
      'the external name of what exists',
      CONTROL_CENTER.replace('externalName: emea', 'externalName: other'),
      'spec.externalName',
      /is immutable: the cluster of ControlCenter\/emea is called "emea"/,
    ],
    [
      'the provider of what exists',
      CONTROL_CENTER.replace('laptop', 'second'),
      'spec.providerRef.name',
      /is immutable: ControlCenter\/emea has its cluster at ClusterProvider "laptop"/,
    ],
  ]
  for (const [mode, begin] of MODES) {
    for (const [name, manifest, field, message] of immutable) {
      test(`${mode}: changed although it cannot be: ${name}`, async () => {
        await using stack = new AsyncDisposableStack()
        const harness = await begin(stack)
        harness.write(
          'manifests/second.yaml',
          providerManifest(path.join(harness.folder, 'second'), { name: 'second' }),
        )
        const file = harness.write('manifests/emea.yaml', CONTROL_CENTER)
        assert.equal((await harness.run('apply --auto-approve')).code, 0)
        const before = harness.read('emea')
        harness.write('manifests/emea.yaml', manifest)
        const { code, err } = await harness.run('apply --auto-approve')
        assert.equal(code, 1)
        assert.ok(err.includes(`${file}:4: ${field}: `), err)
        assert.match(err, message)
        assert.deepEqual([harness.clusters(), harness.read('emea')], [['emea.json'], before])
      })
    }
  }
})
