import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  fieldElement,
  indexElement,
  keyElement,
  parseElement,
  printPath,
  sortElements,
  valueElement,
} from './path-element.ts'

test('an element is written as FieldsV1 writes it, with what HTML would misread escaped', () => {
  assert.equal(fieldElement('spec'), 'f:spec')
  assert.equal(
    keyElement([
      ['protocol', 'TCP'],
      ['port', 80],
    ]),
    'k:{"port":80,"protocol":"TCP"}',
  )
  assert.equal(valueElement('a<b\b'), 'v:"a\\u003cb\\u0008"')
  assert.equal(valueElement(1.5), 'v:1.5')
  assert.equal(indexElement(3), 'i:3')
})

test('another spelling of an element is the same element', () => {
  const cases: [string, string | undefined][] = [
    ['f:a.b/c', 'f:a.b/c'],
    ['k:{ "protocol":"TCP", "port":80 }', 'k:{"port":80,"protocol":"TCP"}'],
    ['v:"a<b"', 'v:"a\\u003cb"'],
    ['v: 1', 'v:1'],
    ['i:+2', 'i:2'],
    ['x:of-the-future', undefined],
  ]
  for (const [text, value] of cases) assert.deepEqual(parseElement(text), { ok: true, value }, text)
  for (const wrong of ['', 'f', 'fspec', 'k:[1]', 'k:{', 'v:', 'i:x'])
    assert.equal(parseElement(wrong).ok, false, wrong)
})

test('elements are in the order of fields, keys, values, indexes, and each of these by value', () => {
  const ordered = [
    'f:B',
    'f:a',
    'f:a.b',
    'f:\uffff',
    'f:😀',
    'k:{"name":"a"}',
    'k:{"name":"a","port":1}',
    'k:{"name":"b"}',
    'k:{"port":9}',
    'k:{"port":10}',
    'k:{"port":"1"}',
    'v:2',
    'v:10',
    'v:"1"',
    'v:false',
    'v:true',
    'i:2',
    'i:10',
  ]
  assert.deepEqual(sortElements(ordered.toReversed()), ordered)
  assert.deepEqual(
    sortElements(ordered.filter((element) => element.startsWith('f:')).toReversed()),
    ordered.slice(0, 5),
  )
})

test('messages show a path as upstream does', () => {
  const path = [
    fieldElement('spec'),
    fieldElement('ports'),
    keyElement([
      ['port', 80],
      ['protocol', 'TCP'],
    ]),
  ]
  assert.equal(printPath(path), '.spec.ports[port=80,protocol="TCP"]')
  assert.equal(printPath([fieldElement('finalizers'), valueElement('x"y')]), '.finalizers[="x\\"y"]')
  assert.equal(printPath([fieldElement('list'), indexElement(0), fieldElement('a')]), '.list[0].a')
})
