/** For tests: the matrix of docs/reference/platform.md, cell by cell, through the command: exit code, output, and the world afterwards. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { clusterManifest, type PlatformHarness, platformHarness, type WorldRecord } from './platform-harness.ts'
import { type ServedHarness, type StartServer, throughServer } from './platform-server.ts'

const NAME = 'the-cell'
const ADDRESS = 'ControlCenter/emea'
const WANTED = 'v1.35.4'

const WORLDS: Readonly<Record<string, (ready: WorldRecord) => WorldRecord | undefined>> = {
  absent: () => undefined,
  building: (ready) => ({ ...ready, state: 'building', built: 1 }),
  'ready equal': (ready) => ready,
  'ready differing': (ready) => ({ ...ready, spec: { ...ready.spec, version: 'v1.34.0' } }),
  'ready differing, immutable': (ready) => ({
    ...ready,
    spec: { ...ready.spec, topology: { controlPlane: { replicas: 3 } } },
  }),
  failed: (ready) => ({ ...ready, state: 'failed', message: 'no disk left' }),
  deleting: (ready) => ({ ...ready, state: 'deleting' }),
  stopped: (ready) => ({ ...ready, state: 'stopped' }),
  unreachable: (ready) => ({ ...ready, state: 'unreachable' }),
}

const without = ({ tags: _, ...record }: WorldRecord): WorldRecord => ({ ...record, tags: {} })
const OWNERS: Readonly<Record<string, { adoption: string; mark: (record: WorldRecord) => WorldRecord }>> = {
  ours: { adoption: 'Never', mark: (record) => record },
  'untagged, adoption Never': { adoption: 'Never', mark: without },
  'untagged, adoption IfUntagged': { adoption: 'IfUntagged', mark: without },
  "another's": {
    adoption: 'IfUntagged',
    mark: (record) => ({ ...record, tags: { ...record.tags, 'keelson-owner': 'org-b' } }),
  },
}

const COMMANDS = {
  plan: 'plan --detailed-exitcode -o json',
  apply: 'apply --auto-approve -o json',
  'apply --prune': 'apply --auto-approve --prune -o json',
  destroy: 'destroy --auto-approve -o json',
} as const
/** These say another thing than those of above of what is in no manifest alone. */
const OF_ORPHANS = {
  'plan --prune': 'plan --detailed-exitcode --prune -o json',
  'destroy --all-owned': 'destroy --auto-approve --all-owned -o json',
} as const
type CommandName = keyof typeof COMMANDS | keyof typeof OF_ORPHANS

/**
 * What the command says of the cell and ends with, then what becomes of the cluster: `same` (not a byte is changed), `gone`,
 * `mended` (the same incarnation, ours, ready, as wanted), `new` (another incarnation, likewise), `taken` (ours now, and else as it
 * was). Without a word: no item.
 */
type Expected = readonly [said: string | undefined, exit: number, world: 'same' | 'gone' | 'mended' | 'new' | 'taken']
type Row = Readonly<Record<CommandName, Expected>>

const row = (plan: Expected, apply: Expected, destroy: Expected): Row => ({
  plan,
  'plan --prune': plan,
  apply,
  'apply --prune': apply,
  destroy,
  'destroy --all-owned': destroy,
})
const same = (said: string | undefined, exit: number): Expected => [said, exit, 'same']
const DELETED: Expected = ['deleted', 0, 'gone']
const NOTHING = same(undefined, 0)

const ROWS: Readonly<Record<string, Row>> = {
  '1 unknown': row(same('unknown', 1), same('unknown', 1), same('unknown', 1)),
  '2 conflict': row(same('conflict', 4), same('blocked', 4), same('blocked', 4)),
  '3 foreign': row(same('foreign', 4), same('blocked', 4), same('left', 0)),
  '4 adopt': row(same('adopt', 2), ['adopted', 0, 'mended'], same('left', 0)),
  '4 adopt, deleting': row(same('adopt', 2), ['created', 0, 'new'], same('left', 0)),
  '4 adopt, then 9 replace': row(same('adopt', 2), ['blocked', 4, 'taken'], same('left', 0)),
  '5 invisible': row(NOTHING, NOTHING, NOTHING),
  '6 create': row(same('create', 2), ['created', 0, 'new'], same('unchanged', 0)),
  '7 resume': row(same('resume', 2), ['created', 0, 'mended'], DELETED),
  '8 no-op': row(same('no-op', 0), same('unchanged', 0), DELETED),
  '9 update': row(same('update', 2), ['updated', 0, 'mended'], DELETED),
  '9 replace': row(same('replace', 4), same('blocked', 4), DELETED),
  '10 repair': row(same('repair', 2), ['repaired', 0, 'mended'], DELETED),
  '11 wait': row(same('wait-then-create', 2), ['created', 0, 'new'], DELETED),
  '12 start': row(same('start', 2), ['started', 0, 'mended'], DELETED),
  '13 orphan': {
    ...row(same('orphan', 0), same('unchanged', 0), same('unchanged', 0)),
    'plan --prune': same('delete', 2),
    'apply --prune': DELETED,
    'destroy --all-owned': DELETED,
  },
}

const CONVERGE: Readonly<Record<string, string>> = {
  absent: '6 create',
  building: '7 resume',
  'ready equal': '8 no-op',
  'ready differing': '9 update',
  'ready differing, immutable': '9 replace',
  failed: '10 repair',
  deleting: '11 wait',
  stopped: '12 start',
}

const ADOPT: Readonly<Record<string, string>> = {
  deleting: '4 adopt, deleting',
  'ready differing, immutable': '4 adopt, then 9 replace',
}

/** The first line of the table that fits. */
function rowOf(world: string, owner: string, inManifest: boolean): string {
  if (!inManifest) {
    // Another's is not even listed by our tag, reachable or not.
    if (world === 'absent' || owner !== 'ours') return '5 invisible'
    return world === 'unreachable' ? '1 unknown' : '13 orphan'
  }
  if (world === 'unreachable') return '1 unknown'
  if (world === 'absent') return '6 create'
  if (owner === "another's") return '2 conflict'
  if (owner === 'untagged, adoption Never') return '3 foreign'
  if (owner !== 'ours') return ADOPT[world] ?? '4 adopt'
  return CONVERGE[world] ?? ''
}

interface Said {
  readonly resource_changes?: readonly { readonly address: string; readonly keelson: { readonly action: string } }[]
  readonly results?: readonly { readonly address: string; readonly outcome: string }[]
}

function wordOf(out: string): string | undefined {
  const { resource_changes: changes = [], results = [] } = JSON.parse(out) as Said
  const change = changes.find(({ address }) => address === ADDRESS)
  return change?.keelson.action ?? results.find(({ address }) => address === ADDRESS)?.outcome
}

/** In the command's own process; through a server that has never heard of the cluster; through one that has its object. */
export type Mode = '--local' | 'a server' | 'a server that has the object'

export function describeMatrix(mode: Mode, start: StartServer): void {
  for (const [owner, { adoption, mark }] of Object.entries(OWNERS)) {
    for (const inManifest of [true, false]) {
      const where = inManifest ? 'in the manifests' : 'not in the manifests'
      describe(`${mode}: ${owner}, ${where}`, () => cells({ mode, adoption, mark, owner, inManifest, start }))
    }
  }
}

interface Cells {
  readonly mode: Mode
  readonly start: StartServer
  readonly adoption: string
  readonly mark: (record: WorldRecord) => WorldRecord
  readonly owner: string
  readonly inManifest: boolean
}

function cells({ mode, adoption, mark, owner, inManifest, start }: Cells): void {
  let harness: PlatformHarness
  let served: ServedHarness | undefined
  let ready: WorldRecord
  const fields = `externalName: ${NAME}, version: ${WANTED}, topology: {controlPlane: {replicas: 1}}, adoption: ${adoption}`
  const manifest = clusterManifest('ControlCenter', 'emea', fields)
  before(async () => {
    harness = platformHarness()
    harness.write('manifests/emea.yaml', manifest)
    assert.equal((await harness.run('apply --auto-approve')).code, 0)
    ready = harness.read(NAME) as WorldRecord
    if (mode !== '--local') {
      served = await throughServer(harness, start)
      harness = served
    }
    if (!inManifest) harness.write('manifests/emea.yaml', '')
  })
  after(async () => {
    if (served === undefined) harness[Symbol.dispose]()
    else await served[Symbol.asyncDispose]()
  })

  const remove = () => harness.remove(NAME)
  /** What the server knows of it, before the world is as the cell has it. */
  const prepare = async () => {
    await served?.forget('controlcenters', 'emea')
    if (mode !== 'a server that has the object') return
    harness.arrange(NAME, ready)
    harness.write('manifests/emea.yaml', manifest)
    const { code, out, err } = await harness.run('apply --auto-approve')
    assert.equal(code, 0, out + err)
    if (!inManifest) harness.write('manifests/emea.yaml', '')
  }

  for (const [world, arranged] of Object.entries(WORLDS)) {
    for (const [name, line] of Object.entries(inManifest ? COMMANDS : { ...COMMANDS, ...OF_ORPHANS })) {
      test(`${world}: ${name}`, async () => {
        await prepare()
        const now = arranged(ready)
        const put = now === undefined ? undefined : mark(now)
        if (put === undefined) remove()
        else harness.arrange(NAME, put)
        const expected = ROWS[rowOf(world, owner, inManifest)]?.[name as CommandName]
        assert.ok(expected)
        const [said, exit, becomes] = expected
        const result = await harness.run(line, {
          // A deletion by somebody else ends while it is waited for.
          onErr(err) {
            if (world === 'deleting' && owner !== 'ours' && err.endsWith('wait-until-gone ...\n')) remove()
          },
        })
        assert.deepEqual([result.code, wordOf(result.out)], [exit, said], result.out + result.err)
        const left = harness.read(NAME)
        if (becomes === 'same') assert.deepEqual(left, put)
        else if (becomes === 'gone') assert.equal(left, undefined)
        else if (becomes === 'taken') {
          assert.deepEqual([left?.tags['keelson-owner'], left?.spec, left?.uid], ['org-a', put?.spec, put?.uid])
        } else {
          const { uid, state, tags, spec } = left as WorldRecord
          assert.deepEqual([state, spec.version, tags['keelson-owner']], ['ready', WANTED, 'org-a'])
          assert.equal(tags['keelson-manifest-digest'], ready.tags['keelson-manifest-digest'])
          assert.equal(uid === ready.uid, becomes === 'mended')
        }
      })
    }
  }
}
