/** Cases that fast-check makes: patches, applies of several managers, values and rules of schemas, selectors, pages under writes. */
import fc from 'fast-check'
import {
  apply,
  type Case,
  del,
  type Fields,
  get,
  type Json,
  jsonPatch,
  mergePatch,
  post,
  put,
  type Step,
  strategicPatch,
} from './case.ts'
import { CONFIG_MAPS, configMap, LEASES, lease, rawWidget, WIDGETS, widget } from './corpus/objects.ts'
import { ruled } from './corpus/rules.ts'
import { paged, watched } from './generated-reads.ts'

const one = `${WIDGETS}/one`
const word = fc.constantFrom('a', 'b', 'c', 'long word', '', 'ü', 'x-y')
const small = fc.integer({ min: -2, max: 12 })
const anything = fc.oneof(
  word,
  small,
  fc.boolean(),
  fc.constant(null),
  fc.array(word, { maxLength: 2 }),
  fc.constant({ a: 1 }),
)

/** A field that mostly has a fitting value. */
const mostly = (value: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 8, arbitrary: value }, { weight: 1, arbitrary: anything })

const part = fc.record(
  { name: word, count: small, notes: fc.dictionary(word, word, { maxKeys: 2 }) },
  { requiredKeys: ['name'] },
)

/** Values for the schema of Widget, a few of them wrong. */
const spec = fc.record(
  {
    size: mostly(small),
    max: mostly(fc.integer({ min: 0, max: 700 })),
    step: mostly(small),
    ratio: mostly(fc.constantFrom(0, 0.25, 0.5, 1)),
    color: mostly(fc.constantFrom('red', 'green', 'pink')),
    code: mostly(fc.constantFrom('ab', 'abcd', 'a', 'A1', 'abcde')),
    address: mostly(fc.constantFrom('10.0.0.1', '300.1.1.1', '::1')),
    flag: mostly(fc.boolean()),
    note: mostly(fc.option(word)),
    port: mostly(fc.oneof(small, word)),
    tags: mostly(fc.array(word, { maxLength: 5 })),
    plain: mostly(fc.array(small, { maxLength: 3 })),
    parts: mostly(fc.array(mostly(part), { maxLength: 3 })),
    labels: mostly(fc.dictionary(fc.constantFrom('a', 'b', 'c'), word, { maxKeys: 3 })),
    open: mostly(fc.dictionary(fc.constantFrom('a', 'b'), anything, { maxKeys: 2 })),
    nested: mostly(
      fc.record({ on: mostly(fc.boolean()), deep: mostly(fc.record({ level: small })) }, { requiredKeys: [] }),
    ),
    choice: mostly(fc.record({ one: word, two: word }, { requiredKeys: [] })),
    any: mostly(fc.record({ n: small, s: word }, { requiredKeys: [] })),
    unknown: word,
  },
  { requiredKeys: ['size'] },
) as fc.Arbitrary<Fields>

const base = post(
  WIDGETS,
  widget('one', { tags: ['a', 'b'], parts: [{ name: 'p' }, { name: 'q' }], open: { a: { b: 1 } } }),
)

const pointer = fc.constantFrom(
  '/spec/size',
  '/spec/tags',
  '/spec/tags/0',
  '/spec/tags/-',
  '/spec/tags/7',
  '/spec/parts/0/count',
  '/spec/parts/1',
  '/spec/open/a',
  '/spec/open/a/b',
  '/spec/open/x',
  '/spec/none/x',
  '/spec/note',
  '/metadata/labels',
  '/spec',
)
const operation = fc.oneof(
  fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path: pointer, value: anything }),
  fc.record({ op: fc.constant('remove'), path: pointer }),
  fc.record({ op: fc.constantFrom('move', 'copy'), from: pointer, path: pointer }),
)

const manager = fc.constantFrom('alice', 'bob', 'carl')
const applied = fc.record(
  {
    size: fc.integer({ min: 0, max: 3 }),
    tags: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
    parts: fc.uniqueArray(
      fc.record(
        { name: fc.constantFrom('p', 'q', 'r'), count: fc.integer({ min: 0, max: 2 }) },
        { requiredKeys: ['name'] },
      ),
      { maxLength: 3, selector: ({ name }) => name },
    ),
    atomic: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
    sealed: fc.record({ a: fc.constantFrom('1', '2'), b: fc.constantFrom('1', '2') }, { requiredKeys: [] }),
    open: fc.dictionary(
      fc.constantFrom('a', 'b'),
      fc.oneof(small, fc.dictionary(fc.constantFrom('c', 'd'), small, { maxKeys: 2 })),
      { maxKeys: 2 },
    ),
    note: fc.constantFrom('x', 'y'),
  },
  { requiredKeys: ['size'] },
) as unknown as fc.Arbitrary<Fields>
const write: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(manager, applied, fc.boolean())
      .map(([who, fields, force]) => apply(`${one}${force ? '?force=true' : ''}`, rawWidget('one', fields), who)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(manager, applied)
      .map(([who, fields]) => mergePatch(`${one}?fieldManager=${who}`, { spec: fields })),
  },
)

const requirement = fc.oneof(
  fc.constantFrom(
    'a',
    '!a',
    'n',
    '!zz',
    'a=x',
    'a!=x',
    'a==y',
    'n>1',
    'n<3',
    'a in (x,y)',
    'a notin (x)',
    'n in ()',
    'a b',
    'a=',
    '=x',
    'a in (x',
    'n>x',
  ),
)
const labelled = ['x', 'y', 'z'].map((value, n) =>
  post(LEASES, lease(`l${n}`, {}, { labels: { a: value, n: String(n) } }), { pick: ['/kind'] }),
)

const rule = fc
  .constantFrom('self.size', 'self.max', 'self.tags.size()', 'self.parts.size()')
  .chain((left) =>
    fc
      .tuple(fc.constantFrom('<', '<=', '==', '!=', '>', '>='), fc.integer({ min: 0, max: 6 }))
      .map(([operator, right]) => `${left} ${operator} ${right}`),
  )

const fieldRequirement = fc.constantFrom(
  'metadata.name=l0',
  'metadata.name!=l0',
  'metadata.name==l1',
  'metadata.namespace=none',
  'metadata.namespace!=none',
  'metadata.labels=a',
  'spec.holderIdentity=x',
  'metadata.name',
  'metadata.name=',
  '=l0',
  'metadata.name in (l0)',
  'metadata.name=l\\,0',
  'metadata.name=a=b',
)

/** Of the schema of `ruled`, and of names that it does not have; a few of them well typed. */
const expression: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom(
      'self.size',
      'self.max',
      'self.tags',
      'self.none',
      'oldSelf.size',
      'has(self.size)',
      'has(self.tags[0])',
      'self.?size',
      'self.?size.hasValue()',
      'self.?size.orValue(1)',
      'self.tags[0]',
      'self.tags[?0]',
      '1',
      '1u',
      '1.5',
      'true',
      'null',
      '"a"',
      'b"a"',
      '[1, 2]',
      '[]',
      '{"a": 1}',
      'duration("1h")',
      'timestamp("2026-01-01T00:00:00Z")',
      'quantity("1Gi")',
      'type(1)',
      'x',
    ),
    fc
      .tuple(
        tie('value'),
        fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||', 'in'),
        tie('value'),
      )
      .map(([left, operator, right]) => `${left} ${operator} ${right}`),
    fc
      .tuple(
        tie('value'),
        fc.constantFrom(
          '.size()',
          '.all(t, t.size() < 3)',
          '.exists(t, t == "a")',
          '.exists_one(t, t > 1)',
          '.map(t, t + 1)',
          '.filter(t, true)',
          '.startsWith("a")',
          '.matches("^a+$")',
          '.matches("(")',
          '.contains("a")',
          '.isSorted()',
          '.sum()',
          '.indexOf(1)',
          '.lowerAscii()',
          '.split(",")',
          '.getHours()',
          '.add(1)',
        ),
      )
      .map(([value, call]) => `(${value})${call}`),
    fc.tuple(tie('value'), tie('value'), tie('value')).map(([test, one, other]) => `${test} ? (${one}) : (${other})`),
    tie('value').map((value) => `!(${value})`),
    tie('value').map((value) => `string(${value})`),
    tie('value').map((value) => `int(${value})`),
  ),
})).value

/** Keys where none belong. */
const misplaced = fc.record(
  {
    nope: anything,
    nested: fc.record({ deep: fc.record({ level: small, nope: anything }), nope: anything }, { requiredKeys: [] }),
    parts: fc.array(fc.record({ name: word, nope: anything, count: fc.constant(null) }, { requiredKeys: ['name'] }), {
      maxLength: 2,
    }),
    Size: small,
  },
  { requiredKeys: [] },
) as unknown as fc.Arbitrary<Fields>

const owner = fc.oneof(
  { weight: 4, arbitrary: write },
  {
    weight: 2,
    arbitrary: fc
      .tuple(manager, fc.array(operation, { minLength: 1, maxLength: 2 }))
      .map(([who, operations]) => jsonPatch(`${one}?fieldManager=${who}`, operations as unknown as Json)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(manager, small)
      .map(([who, observed]) => mergePatch(`${one}/status?fieldManager=${who}`, { status: { observed } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(manager, small)
      .map(([who, observed]) => apply(`${one}/status`, { ...rawWidget('one', {}), status: { observed } }, who)),
  },
)

const data = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'), { maxKeys: 3 })
const marks = fc.record(
  {
    labels: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('1', '2'), { maxKeys: 2 }),
    finalizers: fc.uniqueArray(fc.constantFrom('a.b/c', 'd.e/f'), { maxLength: 2 }),
  },
  { requiredKeys: [] },
) as unknown as fc.Arbitrary<Fields>
const ownMap = `${CONFIG_MAPS}/one`
const mapWrite: fc.Arbitrary<Step> = fc.tuple(manager, data, marks, fc.nat(5)).map(([who, fields, metadata, how]) => {
  const body = configMap('one', { data: fields }, metadata)
  if (how === 0) return mergePatch(`${ownMap}?fieldManager=${who}`, { data: fields, metadata })
  if (how === 1) return strategicPatch(`${ownMap}?fieldManager=${who}`, { data: fields, metadata })
  if (how === 2) return put(`${ownMap}?fieldManager=${who}`, body)
  return apply(`${ownMap}${how === 3 ? '?force=true' : ''}`, body, who)
})

const kinds: Readonly<Record<string, fc.Arbitrary<readonly Step[]>>> = {
  values: spec.map((fields) => [post(WIDGETS, rawWidget('one', fields))]),
  'merge patches': spec.map(({ size: _size, ...fields }) => [base, mergePatch(one, { spec: fields })]),
  'json patches': fc
    .array(operation, { minLength: 1, maxLength: 4 })
    .map((operations) => [base, jsonPatch(one, operations as unknown as Json)]),
  applies: fc.array(write, { minLength: 2, maxLength: 5 }),
  owners: fc.array(owner, { minLength: 3, maxLength: 7 }).map((steps) => [base, ...steps]),
  'owners of configmaps': fc.array(mapWrite, { minLength: 2, maxLength: 5 }),
  updates: fc
    .tuple(spec, spec)
    .map(([first, second]) => [
      post(WIDGETS, rawWidget('one', first)),
      get(one, { as: 'one', pick: ['/kind'] }),
      put(
        one,
        rawWidget('one', second, { metadata: { name: 'one', resourceVersion: '<one.metadata.resourceVersion>' } }),
      ),
    ]),
  selectors: fc.array(requirement, { minLength: 1, maxLength: 3 }).map((all) => [
    ...labelled,
    get(`${LEASES}?labelSelector=${encodeURIComponent(all.join(','))}`, {
      pick: ['/items/metadata/name', '/message', '/code'],
    }),
  ]),
  pages: fc
    .tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.tuple(fc.boolean(), fc.constantFrom('l0', 'l1', 'l2', 'm', 'a')), { maxLength: 3 }),
    )
    .map(([limit, writes]) => [
      ...labelled,
      get(`${LEASES}?limit=${limit}`, { as: 'page', pick: ['/items/metadata/name'] }),
      ...writes.map(([removed, name]) =>
        removed
          ? del(`${LEASES}/${name}`, undefined, { pick: ['/kind'] })
          : post(LEASES, lease(name), { pick: ['/kind'] }),
      ),
      get(`${LEASES}?limit=${limit}&continue=<page.metadata.continue>`, { pick: ['/items/metadata/name'] }),
    ]),
  'pages to the end': paged,
  watches: watched,
  rules: rule.map((text) => [ruled(text)]),
  'field selectors': fc.array(fieldRequirement, { minLength: 1, maxLength: 2 }).map((all) => [
    ...labelled,
    get(`${LEASES}?fieldSelector=${encodeURIComponent(all.join(','))}`, {
      pick: ['/items/metadata/name', '/message', '/code'],
    }),
  ]),
  expressions: expression.map((text) => [ruled(text)]),
  'wrong keys': fc
    .tuple(spec, misplaced)
    .map(([fields, more]) => [
      post(`${WIDGETS}?fieldValidation=Strict`, rawWidget('one', { ...fields, ...more })),
      post(`${WIDGETS}?fieldValidation=Warn`, rawWidget('two', { ...fields, ...more })),
    ]),
  'data of configmaps': fc
    .dictionary(word, fc.oneof(word, small, fc.constant(null)), { maxKeys: 3 })
    .map((data) => [post(CONFIG_MAPS, configMap('one', { data: data as Fields }))]),
}

/** `count` cases, the same for the same seed. */
export function generatedCases(seed: number, count: number): Case[] {
  const names = Object.keys(kinds)
  const each = Math.ceil(count / names.length)
  return names
    .flatMap((feature) => {
      const arbitrary = kinds[feature] as fc.Arbitrary<readonly Step[]>
      return fc.sample(arbitrary, { seed, numRuns: each }).map((steps, index): Case => {
        return { id: `generated/${feature}/${seed}-${index}`, verb: 'generated', feature, steps }
      })
    })
    .slice(0, count)
}
