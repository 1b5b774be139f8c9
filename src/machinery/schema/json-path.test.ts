import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { evaluateJsonPath, parseJsonPath } from './json-path.ts'

const object = {
  spec: {
    replicas: 3,
    list: [1, 2, 3, 4],
    off: false,
    nothing: null,
    ports: [{ port: 80 }, { port: 443, name: 'tls' }],
  },
  metadata: { annotations: { 'x.y': 'dotted', 'a/b': 'slashed' } },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', age: 5 },
      { type: 'Synced', status: 'False', age: 7 },
      { status: 'Unknown' },
    ],
  },
}

const found: [string, unknown[]][] = [
  ['.spec.replicas', [3]],
  ['{.spec.replicas}', [3]],
  ['$.spec.replicas', [3]],
  ['.spec.off', [false]],
  ['.spec.nothing', [null]],
  ['.spec.absent.deeper', []],
  ['.spec.replicas.deeper', []],
  ['.metadata.annotations.x\\.y', ['dotted']],
  ['.metadata.annotations.a/b', ['slashed']],
  [".metadata.annotations['x.y']", ['dotted']],
  ['.spec.ports[0].port', [80]],
  ['.spec.ports[-1].port', [443]],
  ['.spec.ports[2].port', []],
  ['.spec.ports[*].port', [80, 443]],
  ['.spec.ports[*].name', ['tls']],
  ['.spec.list[1:3]', [2, 3]],
  ['.spec.list[:2]', [1, 2]],
  ['.spec.list[-2:]', [3, 4]],
  ['.spec.list[::2]', [1, 3]],
  ['.spec.list[2:9]', []],
  ['.spec.list[0,2]', [1, 3]],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  [".status.conditions[?(@.type=='Ready')].status", ['True']],
  ['.status.conditions[?( @.type == "Ready" )].status', ['True']],
  ['.status.conditions[?(@.type!="Ready")].status', ['False']],
  ['.status.conditions[?(@.type)].status', ['True', 'False']],
  ['.status.conditions[?(@.age>5)].status', ['False']],
  ['.status.conditions[?(@.age<=5)].status', ['True']],
  ['.status.conditions[?(@.type=="a]b")].status', []],
  ['..port', [80, 443]],
]

for (const [text, values] of found) {
  test(`${text} leads to ${JSON.stringify(values)}`, () => {
    const path = parseJsonPath(text)
    assert.ok(path.ok, path.ok ? '' : path.error)
    assert.deepEqual(evaluateJsonPath(path.value, object), values)
  })
}

const refused: [string, string][] = [
  ['.spec.list[', 'unterminated array'],
  ['.spec.list[x]', 'invalid array index x'],
  ['.spec.list[0]x', "unrecognized character in action: U+0078 'x'"],
  ['.spec.list[0:2:0]', 'step must be > 0'],
  ['.status.conditions[?(@.type=="Ready"]', 'unterminated filter'],
]

for (const [text, error] of refused) {
  test(`${text} is refused: ${error}`, () => {
    assert.deepEqual(parseJsonPath(text), { ok: false, error })
  })
}

test('no text makes the parser or the evaluation throw', () => {
  const text = fc.string({ unit: fc.constantFrom(...'.$@[]?()*:,\'"\\=<>!ab01- ') })
  fc.assert(
    fc.property(text, (source) => {
      const path = parseJsonPath(source)
      if (path.ok) evaluateJsonPath(path.value, object)
    }),
  )
})
