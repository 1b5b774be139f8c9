import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startServer } from '../testing/index.ts'
import { type Harness, harnessOf, run } from './command-harness.ts'

const steps = path.join(import.meta.dirname, '../../examples/first-steps')

describe('mistakes on the command line are told in kubectl’s words, with exit code 1', () => {
  const cases: [string, string][] = [
    [
      'gett',
      `error: unknown command "gett" for "keelson"\n\nDid you mean this?\n\tget\nSee 'keelson --help' for usage.\n`,
    ],
    ['get x --foo', `error: unknown flag: --foo\nSee 'keelson get --help' for usage.\n`],
    ['get -o', `error: flag needs an argument: -o, --output\nSee 'keelson get --help' for usage.\n`],
    ['apply', `error: must specify -f\nSee 'keelson apply --help' for usage.\n`],
    [
      'ws tree x',
      `error: too many arguments for 'tree'. Expected 0 arguments but got 1: x.\nSee 'keelson ws tree --help' for usage.\n`,
    ],
    [
      'get x --kubeconfig /nope',
      `error: /nope: no such file\nset KUBECONFIG or use --kubeconfig to name a kubeconfig file\n`,
    ],
    ['apply -f /nope', `error: the path "/nope" does not exist\n`],
    ['up', `error: must specify -f\nSee 'keelson up --help' for usage.\n`],
    ['get x --nope=1', `error: unknown flag: --nope\nSee 'keelson get --help' for usage.\n`],
    ['help nope', `error: unknown help topic "nope"\nSee 'keelson --help' for usage.\n`],
    ['ws use', `error: missing required argument 'place'\nSee 'keelson ws use --help' for usage.\n`],
  ]
  for (const [line, expected] of cases) {
    it(line, async () => {
      const { code, out, err } = await run(line, { env: { HOME: '/nonexistent' } })
      assert.deepEqual([code, out, err], [1, '', expected])
    })
  }

  it('help is no mistake', async () => {
    const { code, out, err } = await run('get --help')
    assert.deepEqual([code, err], [0, ''])
    assert.match(out, /Usage: keelson get \[options\] \[resource\.\.\.\]/)
    assert.match(out, /--kubeconfig/)
  })

  it('a group of commands alone shows which there are', async () => {
    const { code, out, err } = await run('state')
    assert.deepEqual([code, err], [0, ''])
    assert.match(out, /Usage: keelson state[\s\S]* show \[options\] <name> /)
  })

  it('an empty data directory, as of a variable that is not set, is none', async () => {
    const { code, err } = await run(['serve', '--data', ''])
    assert.equal(code, 1)
    assert.match(err, /^error: option '--data <dir>' argument '' is invalid\. It must be a directory/)
  })

  it('nobody listening is one line', async () => {
    await using harness = harnessOf(await startServer({ listen: true }))
    const { code, err } = await harness.run('get ws -s https://127.0.0.1:1')
    assert.equal(code, 1)
    assert.match(
      err,
      /^The connection to the server 127\.0\.0\.1:1 was refused - did you specify the right host or port\?\n/,
    )
  })
})

describe('with a server', () => {
  let harness: Harness
  before(async () => {
    harness = harnessOf(await startServer({ listen: true }))
    const { code, err } = await harness.run(`apply --tree -f ${steps}`)
    assert.deepEqual([code, err], [0, ''])
  })
  after(() => harness[Symbol.asyncDispose]())
  const web = ['--workspace', ':root:acme:storefront']
  const inWeb = async (line: string) => harness.run([...line.split(' '), ...web])

  it('applying a tree again changes nothing, and says of each line where it is', async () => {
    const { code, out, err } = await harness.run(`apply --tree -f ${steps}`)
    assert.deepEqual([code, err], [0, ''])
    assert.equal(out, (await firstLines()).replaceAll(' created', ' unchanged'))
  })

  async function firstLines(): Promise<string> {
    return [
      'root                  workspace.tenancy.kcp.io/acme created',
      'root:acme             workspace.tenancy.kcp.io/payments created',
      'root:acme             workspace.tenancy.kcp.io/storefront created',
      'root:acme:payments    configmap/settings created',
      'root:acme:storefront  customresourcedefinition.apiextensions.k8s.io/databases.acme.example created',
      'root:acme:storefront  database.acme.example/carts created',
      'root:acme:storefront  database.acme.example/orders created',
      '',
    ].join('\n')
  }

  describe('get', () => {
    const cases: [string, RegExp | string][] = [
      [
        'get databases --no-headers -o wide',
        /^carts\s+redis\s+small\s+1\s+\d+s\norders\s+postgres\s+large\s+3\s+\d+s\n$/,
      ],
      ['get db carts', /^NAME {4}ENGINE {3}SIZE {4}PHASE {3}AGE\ncarts {3}redis {4}small {11}\d+s\n$/],
      ['get db -A --no-headers', /^default {3}carts {4}redis/],
      ['get db -o name', 'database.acme.example/carts\ndatabase.acme.example/orders\n'],
      ['get db/orders -o=name', 'database.acme.example/orders\n'],
      [
        'get databases.acme.example -l app=shop,app!=x --field-selector metadata.name=carts -o name',
        'database.acme.example/carts\n',
      ],
      ['get db -o jsonpath={.items[*].spec.engine}', 'redis postgres'],
      ['get db,ns -l app=shop --no-headers', /^database\.acme\.example\/carts/],
      ['get db nope --ignore-not-found', ''],
    ]
    for (const [line, expected] of cases) {
      it(line, async () => {
        const { code, out, err } = await inWeb(line)
        assert.deepEqual([code, err], [0, ''])
        if (typeof expected === 'string') assert.equal(out, expected)
        else assert.match(out, expected)
      })
    }

    it('prints an object as YAML or JSON, with its keys in order', async () => {
      const yaml = (await inWeb('get db carts -o yaml')).out
      assert.match(yaml, /^apiVersion: acme\.example\/v1\nkind: Database\nmetadata:\n {2}annotations:\n/)
      const json = (await inWeb('get db carts -o json')).out
      assert.equal((JSON.parse(json) as { spec: { engine: string } }).spec.engine, 'redis')
      assert.match(json, /^\{\n {4}"apiVersion": "acme\.example\/v1",\n/)
    })

    it('prints several objects as a List', async () => {
      const list = JSON.parse((await inWeb('get db -o json')).out) as { kind: string; items: { kind: string }[] }
      assert.deepEqual([list.kind, list.items.map(({ kind }) => kind)], ['List', ['Database', 'Database']])
    })

    it('goes on after what does not exist, with exit code 1', async () => {
      const { code, out, err } = await inWeb('get db nope orders -o name')
      assert.deepEqual([code, out], [1, 'database.acme.example/orders\n'])
      assert.equal(err, 'Error from server (NotFound): databases.acme.example "nope" not found\n')
    })

    it('says when there is nothing', async () => {
      assert.equal((await inWeb('get db -n other')).err, 'No resources found in other namespace.\n')
      assert.equal((await inWeb('get db -A -l app=none')).err, 'No resources found\n')
    })

    it('knows no resource that the workspace does not have', async () => {
      const { code, err } = await harness.run('get databases --workspace :root:acme:payments')
      const remedy = 'see which the workspace has: keelson api-resources\n'
      assert.deepEqual([code, err], [1, `error: the server doesn't have a resource type "databases"\n${remedy}`])
      const types = (await harness.run('api-resources --workspace :root:acme:payments')).out
      assert.match(types, /^NAME +SHORTNAMES +APIVERSION +NAMESPACED +KIND\nconfigmaps +cm +v1 +true +ConfigMap\n/)
      assert.doesNotMatch(types, /databases/)
      assert.match((await inWeb('api-resources')).out, /^databases +db +acme\.example\/v1 +true +Database$/m)
    })

    it('-w shows changes until it is ended', async () => {
      const stop = new AbortController()
      const { code, out } = await harness.run(
        ['get', 'cm', 'settings', '-w', '-o', 'jsonpath={.data.currency}{"\\n"}', '--workspace', ':root:acme:payments'],
        {
          signal: stop.signal,
          onOut(soFar) {
            if (soFar === 'EUR\n')
              void harness.run('apply -f - --workspace :root:acme:payments', { stdin: settings('CHF') })
            if (soFar.endsWith('CHF\n')) stop.abort()
          },
        },
      )
      assert.deepEqual([code, out], [0, 'EUR\nCHF\n'])
    })
  })

  const settings = (currency: string) =>
    `{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {currency: ${currency}}}`

  it('describe shows the object in words', async () => {
    const { code, out } = await inWeb('describe database orders')
    assert.equal(code, 0)
    assert.match(out, /^Name: {9}orders\nNamespace: {4}default\nLabels: {7}app=shop\n/)
    assert.match(out, /\nSpec:\n {2}Engine: {4}postgres\n {2}Replicas: {2}3\n {2}Size: {6}large\nEvents: {6}<none>\n$/)
  })

  describe('apply', () => {
    const configMap = (name: string, data = '{}') =>
      `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}, data: ${data}}`
    const apply = (stdin: string, ...more: string[]) => harness.run(['apply', '-f', '-', ...web, ...more], { stdin })

    it('creates, changes what differs, and deletes what it had set and is no longer wanted', async () => {
      assert.equal((await apply(configMap('one', '{a: "1", b: "2"}'))).out, 'configmap/one created\n')
      assert.equal((await apply(configMap('one', '{a: "1", b: "2"}'))).out, 'configmap/one unchanged\n')
      assert.equal((await apply(configMap('one', '{a: "3"}'))).out, 'configmap/one configured\n')
      assert.equal((await inWeb('get cm one -o jsonpath={.data}')).out, '{"a":"3"}')
    })

    it('warns about an object that it did not create, and takes it over', async () => {
      const client = harness.server.client.inCluster('root:acme:storefront')
      const [resource] = await client.discovery.mapResource('configmaps')
      assert.ok(resource)
      await client.create(resource, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'made', namespace: 'default' },
      })
      const { out, err } = await apply(configMap('made'))
      assert.equal(out, 'configmap/made configured\n')
      assert.match(
        err,
        /^Warning: resource configmaps\/made is missing the kubectl\.kubernetes\.io\/last-applied-configuration annotation/,
      )
    })

    it('writes nothing in a dry run', async () => {
      assert.equal((await apply(configMap('dry'), '--dry-run=server')).out, 'configmap/dry created (server dry run)\n')
      assert.equal((await inWeb('get cm dry')).code, 1)
    })

    it('says what the server refuses, with file and line, and goes on with the rest', async () => {
      const file = harness.file(
        'bad.yaml',
        'apiVersion: acme.example/v1\nkind: Database\nmetadata:\n  name: bad\nspec:\n  engine: mysql\n',
      )
      const good = harness.file('good.yaml', configMap('good'))
      const { code, out, err } = await harness.run(['apply', '-f', file, '-f', good, ...web])
      assert.deepEqual([code, out], [1, 'configmap/good created\n'])
      const problem = 'spec.engine: Unsupported value: "mysql": supported values: "postgres", "redis"'
      assert.equal(err, `The Database "bad" is invalid: ${problem} (${file}:6)\n`)
    })

    it('applies nothing when one of the manifests is malformed', async () => {
      const folder = path.dirname(harness.file('some/a.yaml', configMap('never')))
      harness.file('some/b.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels: {}\n')
      const { code, out, err } = await harness.run(['apply', '-f', folder, ...web])
      assert.deepEqual([code, out], [1, ''])
      assert.match(err, /b\.yaml:4: metadata\.name is missing\ncorrect the file; nothing was changed\n$/)
      assert.equal((await inWeb('get cm never')).code, 1)
    })

    it('names a kind that nobody serves', async () => {
      const { code, err } = await apply('{apiVersion: a.b/v1, kind: Nope, metadata: {name: x}}')
      assert.equal(code, 1)
      assert.match(
        err,
        /resource mapping not found for name: "x" namespace: "" from "STDIN": no matches for kind "Nope" in version "a\.b\/v1"\nensure CRDs are installed first\n$/,
      )
    })

    it('a folder without its workspace is named, and the others go on', async () => {
      const inner = harness.file('tree/nobody/x.yaml', configMap('x'))
      harness.file('tree/top.yaml', configMap('top'))
      const { code, out, err } = await harness.run([
        'apply',
        '--tree',
        '-f',
        path.join(path.dirname(inner), '..'),
        '--workspace',
        ':root:acme',
      ])
      assert.equal(code, 1)
      assert.equal(out, 'root:acme         configmap/top created\n')
      assert.match(err, /there is no workspace "nobody" in root:acme\nadd a Workspace of this name/)
    })
  })

  describe('delete', () => {
    const make = (name: string, metadata = '') =>
      harness.run(['apply', '-f', '-', ...web], {
        stdin: `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, ${metadata}}}`,
      })

    it('by names, files and labels', async () => {
      for (const name of ['d1', 'd2']) await make(name, 'labels: {del: "yes"}')
      const file = harness.file('d3.yaml', '{apiVersion: v1, kind: ConfigMap, metadata: {name: d3}}')
      await make('d3')
      assert.equal((await inWeb('delete cm d1')).out, 'configmap "d1" deleted from default namespace\n')
      assert.equal((await inWeb('delete cm -l del=yes')).out, 'configmap "d2" deleted from default namespace\n')
      assert.equal((await inWeb(`delete -f ${file}`)).out, 'configmap "d3" deleted from default namespace\n')
      assert.equal((await inWeb('delete cm -l del=yes')).out, 'No resources found\n')
    })

    it('refuses to guess which ones', async () => {
      const { code, err } = await inWeb('delete cm')
      assert.equal(code, 1)
      assert.match(err, /^error: resource\(s\) were provided, but no name was specified\n/)
      assert.match((await inWeb('delete cm x --all')).err, /name cannot be provided/)
    })

    it('waits for finalizers as long as it may, and says which', async () => {
      await make('held', 'finalizers: [example.com/hold]')
      const { code, out, err } = await inWeb('delete cm held --timeout=1s')
      assert.deepEqual([code, out], [1, 'configmap "held" deleted from default namespace\n'])
      assert.equal(
        err,
        'error: timed out waiting for the condition on configmaps/held\nit waits for: finalizers example.com/hold\n',
      )
      assert.equal((await inWeb('delete cm held --wait=false')).code, 0)
    })

    it('passes the cascade on, and may only try', async () => {
      await make('kept')
      assert.equal(
        (await inWeb('delete cm kept --dry-run=server')).out,
        'configmap "kept" deleted from default namespace (server dry run)\n',
      )
      assert.equal((await inWeb('get cm kept -o name')).code, 0)
      assert.equal((await inWeb('delete cm kept --cascade=orphan')).code, 0)
      assert.match((await inWeb('delete cm kept --cascade=some')).err, /invalid/)
    })
  })

  describe('ws', () => {
    it('goes where it is told, and back', async () => {
      const says = async (line: string, expected: string) => assert.equal((await harness.run(line)).out, expected, line)
      await says('ws .', "Current workspace is 'root'.\n")
      await says('ws :root:acme', "Current workspace is 'root:acme' (type root:organization).\n")
      await says('ws payments', "Current workspace is 'root:acme:payments' (type root:team).\n")
      await says('get cm settings -o name', 'configmap/settings\n')
      await says('ws -', "Current workspace is 'root:acme'.\n")
      await says('ws ../acme/storefront --short', 'root:acme:storefront\n')
      await says('ws current --short', 'root:acme:storefront\n')
      await says('ws use :root', "Current workspace is 'root'.\n")
      await says('ws tree', '.\n└── root\n    └── acme\n        ├── payments\n        └── storefront\n')
    })

    it('stays where it is when there is no such place', async () => {
      const { code, err } = await harness.run('ws :root:nope')
      assert.deepEqual(
        [code, err],
        [1, 'error: workspace "root:nope" not found\nsee which there are: keelson ws tree\n'],
      )
      assert.equal((await harness.run('ws . --short')).out, 'root\n')
    })

    it('creates a workspace and enters it', async () => {
      const { code, out } = await harness.run('ws create dev --type team --enter --workspace :root:acme')
      assert.equal(code, 0)
      assert.equal(
        out,
        'Workspace "dev" (type root:team) created.\nWorkspace "dev" (type root:team) is ready to use.\n' +
          "Current workspace is 'root:acme:dev' (type root:team).\n",
      )
      assert.match(
        (await harness.run('ws create dev --type team --workspace :root:acme')).err,
        /^Error from server \(AlreadyExists\)/,
      )
      assert.equal(
        (await harness.run('ws create dev --type team --ignore-existing --workspace :root:acme')).out,
        'Workspace "dev" (type root:team) already exists.\n',
      )
      await harness.run('ws :root')
    })
  })

  describe('version', () => {
    it('is that of the command and of the server', async () => {
      assert.match((await harness.run('version')).out, /^Client Version: v1\.2\.3\nServer Version: v\S+\n$/)
      const both = JSON.parse((await harness.run('version -o json')).out) as {
        clientVersion: { gitVersion: string }
        serverVersion: object
      }
      assert.equal(both.clientVersion.gitVersion, 'v1.2.3')
      assert.ok('gitVersion' in both.serverVersion)
    })

    it('tells what it knows without a server, and that there is none', async () => {
      const { code, out, err } = await harness.run('version -s https://127.0.0.1:1')
      assert.deepEqual([code, out], [1, 'Client Version: v1.2.3\n'])
      assert.match(err, /refused/)
      assert.deepEqual(await harness.run('version --client'), { code: 0, out: 'Client Version: v1.2.3\n', err: '' })
    })
  })

  it('a server that is no URL is told so', async () => {
    const { code, err } = await harness.run('get ws -s localhost:6443')
    assert.deepEqual(
      [code, err],
      [1, 'error: --server localhost:6443 is no https URL\nwrite it as https://127.0.0.1:6443/clusters/root:acme\n'],
    )
  })

  it('a token of nobody is told so', async () => {
    const { code, err } = await harness.run('get ws --token nobody')
    assert.deepEqual([code, err], [1, 'error: You must be logged in to the server (Unauthorized)\n'])
  })
})
