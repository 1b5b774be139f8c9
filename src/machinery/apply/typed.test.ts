import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../object.ts'
import { checkType, joinViolations } from './check-type.ts'
import { compare } from './compare.ts'
import type { FieldSet } from './field-set.ts'
import { fieldSetOf, pathsOf } from './field-set.ts'
import { merge } from './merge.ts'
import { type Path, printPath } from './path-element.ts'
import { removeItems } from './remove-items.ts'
import { ATOMIC_WIDGET, WIDGET } from './test-schema.ts'
import { toFieldSet } from './to-field-set.ts'
import { reconcileWithType, withNamedFields } from './typed-set.ts'

const widget = (spec: Json): Json => ({ spec })
const show = (set: FieldSet): string[] => pathsOf(set).map((path) => printPath(path).replace('.spec', ''))
const inSpec = (...paths: Path[]): FieldSet => fieldSetOf(...paths.map((path) => ['f:spec', ...path]))

test('the fields of a configuration are its leaves, its list elements and its empty maps', () => {
  const cases: [Json, string[]][] = [
    [{ text: 'a', number: 1 }, ['.number', '.text']],
    [{ granular: { x: '1', y: '2' } }, ['.granular.x', '.granular.y']],
    [{ granular: {} }, ['.granular']],
    [{ struct: { a: '1' } }, ['.struct.a']],
    [{ struct: {} }, ['.struct']],
    [{ text: null }, ['.text']],
    [{ atomic: { x: '1' } }, ['.atomic']],
    [{ list: ['a', 'b'] }, ['.list']],
    [{ set: ['a', 'b'] }, ['.set[="a"]', '.set[="b"]']],
    [{ set: [] }, []],
    [
      { ports: [{ port: 80, name: 'x' }] },
      ['.ports[port=80,protocol="TCP"]', '.ports[port=80,protocol="TCP"].name', '.ports[port=80,protocol="TCP"].port'],
    ],
    [{ anything: { a: { b: [1] }, c: 1 } }, ['.anything.a', '.anything.c', '.anything.a.b']],
    [{ either: '10%' }, ['.either']],
  ]
  for (const [spec, fields] of cases)
    assert.deepEqual(show(toFieldSet(WIDGET, widget(spec))), fields, JSON.stringify(spec))
})

test('a comparison tells what was added, modified and removed', () => {
  const cases: [Json, Json, { added?: string[]; modified?: string[]; removed?: string[] }][] = [
    [{ text: 'a' }, { text: 'a' }, {}],
    [{ text: 'a' }, { text: 'b' }, { modified: ['.text'] }],
    [{ text: 'a' }, {}, { removed: ['.text'] }],
    [{}, { granular: { x: '1' } }, { added: ['.granular', '.granular.x'] }],
    [{ granular: { x: '1' } }, { granular: { y: '1' } }, { added: ['.granular.y'], removed: ['.granular.x'] }],
    [{ granular: { x: '1' } }, {}, { removed: ['.granular', '.granular.x'] }],
    [{ granular: {} }, { granular: null }, { modified: ['.granular'] }],
    [{ atomic: { x: '1' } }, { atomic: { x: '2' } }, { modified: ['.atomic'] }],
    [{ list: ['a'] }, { list: ['a', 'b'] }, { modified: ['.list'] }],
    [{ set: ['a', 'b'] }, { set: ['b', 'c'] }, { added: ['.set[="c"]'], removed: ['.set[="a"]'] }],
    [{ set: ['a'] }, { set: ['a', 'a'] }, { added: ['.set[="a"]'], removed: ['.set[="a"]'] }],
    [
      { ports: [{ port: 1, name: 'x' }, { port: 2 }] },
      { ports: [{ port: 2 }, { port: 1, protocol: 'TCP', name: 'y' }] },
      { added: ['.ports[port=1,protocol="TCP"].protocol'], modified: ['.ports[port=1,protocol="TCP"].name'] },
    ],
    [{ anything: { a: 1 } }, { anything: { a: [1], b: {} } }, { added: ['.anything.b'], modified: ['.anything.a'] }],
    [{ either: 1 }, { either: '1' }, { modified: ['.either'] }],
  ]
  for (const [left, right, expected] of cases) {
    const { added, modified, removed } = compare(WIDGET, widget(left), widget(right))
    const found = { added: show(added), modified: show(modified), removed: show(removed) }
    assert.deepEqual(
      found,
      { added: [], modified: [], removed: [], ...expected },
      `${JSON.stringify(left)} ${JSON.stringify(right)}`,
    )
  }
})

test('a configuration is laid over an object part by part', () => {
  const cases: [Json, Json, Json][] = [
    [{ text: 'a', number: 1 }, { text: 'b' }, { text: 'b', number: 1 }],
    [{ granular: { x: '1', y: '1' } }, { granular: { y: '2', z: '2' } }, { granular: { x: '1', y: '2', z: '2' } }],
    [{ granular: { x: '1' } }, { granular: {} }, { granular: { x: '1' } }],
    [{ granular: { x: '1' } }, { granular: null }, { granular: { x: '1' } }],
    [{ atomic: { x: '1' } }, { atomic: { y: '2' } }, { atomic: { y: '2' } }],
    [{ list: ['a', 'b'] }, { list: ['c'] }, { list: ['c'] }],
    [{ set: ['a', 'b'] }, { set: ['c', 'b'] }, { set: ['a', 'c', 'b'] }],
    [{ set: ['a', 'b', 'c', 'd'] }, { set: ['c', 'a', 'x'] }, { set: ['b', 'c', 'd', 'a', 'x'] }],
    [
      { ports: [{ port: 1, name: 'one' }, { port: 2 }] },
      {
        ports: [
          { port: 2, protocol: 'TCP' },
          { port: 1, protocol: 'UDP' },
        ],
      },
      {
        ports: [
          { port: 1, name: 'one' },
          { port: 2, protocol: 'TCP' },
          { port: 1, protocol: 'UDP' },
        ],
      },
    ],
    [
      { anything: { a: { b: 1 }, l: [1] } },
      { anything: { a: { c: 2 }, l: [2] } },
      { anything: { a: { b: 1, c: 2 }, l: [2] } },
    ],
    [{ anything: { a: { b: 1 } } }, { anything: { a: 1 } }, { anything: { a: 1 } }],
  ]
  for (const [live, applied, merged] of cases) {
    assert.deepEqual(merge(WIDGET, widget(live), widget(applied)), widget(merged), JSON.stringify(applied))
  }
})

test('taking fields out leaves the rest, and null where nothing is left', () => {
  const cases: [Json, FieldSet, Json][] = [
    [{ text: 'a', number: 1 }, inSpec(['f:text']), { number: 1 }],
    [{ text: 'a' }, inSpec(['f:text']), null],
    [{ granular: { x: '1', y: '2' } }, inSpec(['f:granular', 'f:x']), { granular: { y: '2' } }],
    [{ granular: { x: '1' } }, inSpec(['f:granular', 'f:x']), { granular: null }],
    [{ set: ['a', 'b'] }, inSpec(['f:set', 'v:"a"']), { set: ['b'] }],
    [
      { ports: [{ port: 1 }, { port: 2, name: 'x' }] },
      inSpec(['f:ports', 'k:{"port":1,"protocol":"TCP"}']),
      { ports: [{ port: 2, name: 'x' }] },
    ],
    [
      { ports: [{ port: 2, name: 'x' }] },
      inSpec(['f:ports', 'k:{"port":2,"protocol":"TCP"}', 'f:name']),
      { ports: [{ port: 2 }] },
    ],
    [{ text: 'a' }, inSpec(['f:unknown']), { text: 'a' }],
  ]
  for (const [spec, set, left] of cases)
    assert.deepEqual(removeItems(WIDGET, widget(spec), set), widget(left), JSON.stringify(spec))
})

test('named fields that lead to members become members, keys of maps do not', () => {
  const set = inSpec(['f:granular', 'f:x'], ['f:ports', 'k:{"port":1,"protocol":"TCP"}', 'f:limits', 'f:cpu'])
  assert.deepEqual(show(withNamedFields(set, WIDGET)), [
    '',
    '.granular',
    '.ports',
    '.granular.x',
    '.ports[port=1,protocol="TCP"].limits',
    '.ports[port=1,protocol="TCP"].limits.cpu',
  ])
})

test('who owned a part of what has become atomic owns the whole', () => {
  const set = inSpec(
    ['f:granular', 'f:x'],
    ['f:set', 'v:"a"'],
    ['f:ports', 'k:{"port":1,"protocol":"TCP"}', 'f:name'],
    ['f:text'],
  )
  const reconciled = reconcileWithType(set, ATOMIC_WIDGET)
  assert.ok(reconciled !== undefined)
  assert.deepEqual(show(reconciled), ['.granular', '.ports', '.set', '.text'])
  assert.equal(reconcileWithType(set, WIDGET), undefined)
  assert.equal(reconcileWithType(reconciled, ATOMIC_WIDGET), undefined)
})

test('a value that does not have its type is refused with its path', () => {
  const cases: [Json, string][] = [
    [{ text: 1 }, '.spec.text: expected string, got &value.valueUnstructured{Value:1}'],
    [{ number: 'x' }, '.spec.number: expected numeric (int or float), got string'],
    [{ granular: [] }, '.spec.granular: expected map, got &{[]}'],
    [{ set: { a: 1 } }, '.spec.set: expected list, got &{map[a:1]}'],
    [{ set: ['a', 'a'] }, '.spec.set: duplicate entries for key [="a"]'],
    [{ set: [null] }, ".spec.set: element 0: associative list without keys has an element that's an explicit null"],
    [
      { ports: [{ port: 1 }, { port: 1, protocol: 'TCP' }] },
      '.spec.ports: duplicate entries for key [port=1,protocol="TCP"]',
    ],
    [{ unknown: 1 }, '.spec.unknown: field not declared in schema'],
    [
      { text: 1, number: 'x' },
      'errors:\n  .spec.text: expected string, got &value.valueUnstructured{Value:1}\n  .spec.number: expected numeric (int or float), got string',
    ],
  ]
  for (const [spec, message] of cases) assert.equal(joinViolations(checkType(WIDGET, widget(spec), false)), message)
  assert.deepEqual(
    checkType(WIDGET, widget({ set: ['a', 'a'], anything: { a: [1, {}] }, either: 1, text: null }), true),
    [],
  )
})
