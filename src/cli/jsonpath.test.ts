import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileJsonPath } from './jsonpath.ts'

const value = {
  kind: 'List',
  items: [
    { metadata: { name: 'carts', labels: { app: 'shop', 'a.b/c': 'dotted' } }, spec: { engine: 'redis', size: 1 } },
    { metadata: { name: 'orders', labels: { app: 'shop' } }, spec: { engine: 'postgres', size: 3, big: true } },
  ],
  text: 'a<b',
  nothing: null,
}

describe('templates give what kubectl gives', () => {
  const cases: [string, string][] = [
    ['{.kind}', 'List'],
    ['{$.kind} {@.kind}', 'List List'],
    ['kind', 'kind'],
    ['{.items[*].metadata.name}', 'carts orders'],
    ['{.items.*.metadata.name}', 'carts orders'],
    ['{.items[0].metadata.name}', 'carts'],
    ['{.items[0,1].metadata.name}', 'carts orders'],
    ['{.items[-1:].metadata.name}', 'orders'],
    ['{.items[0:2:2].metadata.name}', 'carts'],
    ['{..name}', 'carts orders'],
    ['{.items[0].spec}', '{"engine":"redis","size":1}'],
    ["{.items[0]['metadata.name','spec.engine']}", 'carts redis'],
    ['{.items[0].metadata.labels.a\\.b/c}', 'dotted'],
    ["{.items[0].metadata.labels['a\\.b/c']}", 'dotted'],
    ['{.items[?(@.spec.engine=="redis")].metadata.name}', 'carts'],
    ["{.items[?(@.spec.engine!='redis')].metadata.name}", 'orders'],
    ['{.items[?(@.spec.size>=3)].metadata.name}', 'orders'],
    ['{.items[?(@.spec.big)].metadata.name}', 'orders'],
    ['{range .items[*]}{.metadata.name}{"\\t"}{.spec.size}{"\\n"}{end}', 'carts\t1\norders\t3\n'],
    ['{.nope.deeper}-{.nothing}', '-'],
    ['{.text} {"}"}', 'a<b }'],
  ]
  for (const [template, expected] of cases) {
    it(template, () => assert.equal(compileJsonPath(template)(value), expected))
  }

  it('writes objects in Go’s JSON', () => assert.equal(compileJsonPath('{$}')({ a: 'x<y' }), '{"a":"x\\u003cy"}'))
})

describe('mistakes are named', () => {
  const cases: [string, RegExp][] = [
    ['{.a', /unclosed action/],
    ['{end}', /not in range/],
    ['{range .items[*]}x', /\{end\} is missing/],
    ['{.items[abc]}', /invalid array index abc/],
    ['{.items[0}', /unterminated array/],
    ['{.items[?(@.a==x)]}', /unrecognized filter operand x/],
    ['{.a b}', /unrecognized character/],
    ['{"a}', /unclosed action/],
  ]
  for (const [template, message] of cases) {
    it(template, () => assert.throws(() => compileJsonPath(template), { name: 'KeelsonError', message }))
  }

  it('an index that is not there', () => {
    assert.throws(() => compileJsonPath('{.items[5].spec}')(value), /index out of bounds: index 5, length 2/)
  })
})
