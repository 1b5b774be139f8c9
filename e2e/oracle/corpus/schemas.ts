import { type Case, cases, type Fields, get, type Json, mergePatch, post, put, type Step } from '../case.ts'
import { GIZMOS, GIZMOS_BETA, gizmo, rawWidget, text, WIDGETS, widget } from './objects.ts'

const spec = (all: Record<string, Json>): Record<string, Step[]> =>
  Object.fromEntries(Object.entries(all).map(([title, value]) => [title, [post(WIDGETS, rawWidget('one', value))]]))
const field = (all: Record<string, Fields>): Record<string, Step[]> =>
  spec(Object.fromEntries(Object.entries(all).map(([title, fields]) => [title, { size: 1, ...fields }])))

export const schemaCases: readonly Case[] = [
  ...cases('create', 'schema types', {
    ...spec({
      'no size': {},
      'null spec': null,
      'a list for the spec': [],
      'a text for the spec': 'x',
      'a text for a number': { size: 'x' },
      'a fraction for an integer': { size: 1.5 },
      'a whole fraction': { size: 2.0 },
      'a boolean for a number': { size: true },
      'null for a number': { size: null },
    }),
    ...field({
      'a number for a text': { note: 1 },
      'null for a nullable': { note: null },
      'null for a text': { code: null },
      'null for a defaulted': { color: null, flag: null },
      'a text for a boolean': { flag: 'true' },
      'an object for a list': { tags: {} },
      'a list for an object': { labels: [] },
      'null in a list': { tags: [null] },
      'a number in a list of texts': { tags: [1, 'a'] },
      'a text in a list of numbers': { plain: ['a', 1] },
      'int or string as int': { port: 8080 },
      'int or string as text': { port: 'http' },
      'int or string as boolean': { port: true },
      'int or string as fraction': { port: 1.5 },
      'int or string by pattern': { quantity: '5Mi' },
      'int or string against pattern': { quantity: '5Gi' },
      'int or string as number with pattern': { quantity: 5 },
      'an integer beyond 32 bits': { size: 4_294_967_296 },
      'an integer beyond 64 bits': { max: 1e30 },
    }),
    // Upstream goes through the fields of an object in the order of a Go map, which is another one each time.
    'several at once': [
      post(WIDGETS, widget('one', { color: 'pink', code: 'TOO LONG', flag: 1, tags: 'x', ratio: 2, size: -4 }), {
        pick: ['/code', '/reason', '/details/name', '/details/kind'],
      }),
    ],
    'unknown fields are dropped': [
      post(WIDGETS, {
        ...widget('one', { other: 1, nested: { other: 2 }, parts: [{ name: 'p', other: 3 }], open: { other: 4 } }),
        more: 5,
      }),
    ],
  }),
  ...cases('create', 'schema values', {
    ...spec({
      'size 0': { size: 0 },
      'size 1000': { size: 1000 },
      'size 1001': { size: 1001 },
      'size -1': { size: -1 },
    }),
    ...field({
      'multiple of 5': { step: 10 },
      'not a multiple of 5': { step: 7 },
      'ratio 0': { ratio: 0 },
      'ratio 1': { ratio: 1 },
      'ratio between': { ratio: 0.25 },
      enum: { color: 'red' },
      'not in the enum': { color: 'pink' },
      pattern: { code: 'ab' },
      'too short': { code: 'a' },
      'too long': { code: 'abcde' },
      'against the pattern': { code: 'A1' },
      'too many items': { tags: ['a', 'b', 'c', 'd', 'e'] },
      'too few items': { plain: [] },
      'too many properties': { labels: { a: '1', b: '2', c: '3', d: '4' } },
      'a value that is too long': { labels: { a: text(9) } },
      'twice in a set': { tags: ['a', 'b', 'a'] },
      'twice in a map': { parts: [{ name: 'a' }, { name: 'a' }] },
      'twice by two keys': { ports: [{ number: 1 }, { number: 1, protocol: 'TCP' }] },
      'different by a key': { ports: [{ number: 1 }, { number: 1, protocol: 'UDP' }] },
      'without a key': { parts: [{ count: 1 }] },
      'an empty key': { parts: [{ name: '' }] },
      'one of': { choice: { one: 'x' } },
      'none of one of': { choice: {} },
      'both of one of': { choice: { one: 'x', two: 'y' } },
      'any of by number': { any: { n: 1 } },
      'any of by text': { any: { s: 'abc' } },
      'any of by a short text': { any: { s: 'ab' } },
      'none of any of': { any: {} },
      not: { any: { n: 1, s: 'abc' } },
      'beyond ascii counts characters': { code: 'äöüß' },
      'emoji in a value': { labels: { a: '😀😀😀😀😀😀😀😀' } },
    }),
  }),
  ...cases(
    'create',
    'schema formats',
    field(
      Object.fromEntries(
        Object.entries({
          when: [
            '2020-01-02T03:04:05Z',
            '2020-01-02T03:04:05.678+02:00',
            '2020-01-02',
            'yesterday',
            '2020-13-02T03:04:05Z',
            '2020-01-02t03:04:05z',
          ],
          address: ['10.0.0.1', '10.0.0.256', '::1', '010.0.0.1'],
          mail: ['a@b.c', 'a', 'A <a@b.c>', 'a@'],
          link: ['https://a.b/c?d#e', 'a b', '//x', '/path', ''],
          key: ['YQ==', '***', 'YQ', ''],
          span: ['5s', '1h30m', '5', 'x', '1d', '-3ms', '1 h'],
        }).flatMap(([name, values]) => values.map((value) => [`${name} ${value || 'empty'}`, { [name]: value }])),
      ),
    ),
  ),
  ...cases('create', 'defaults', {
    ...field({
      'of everything': {},
      'inside what is given': { nested: { deep: {} } },
      'in items': { parts: [{ name: 'a' }, { name: 'b', count: 5 }], ports: [{ number: 1 }] },
      'not over what is given': { color: 'red', flag: false, nested: { on: true } },
    }),
    'of a field that a patch removes': [
      post(WIDGETS, widget('one', { color: 'red' })),
      mergePatch(`${WIDGETS}/one`, { spec: { color: null } }),
    ],
  }),
  ...cases('create', 'rules', {
    ...field({
      held: { max: 5 },
      broken: { size: 6, max: 5 },
      'of a field': { max: 600 },
      'two broken': { size: 900, max: 600 },
      'beside a wrong type': { size: 'x', max: 5 },
    }),
    'transition held': [
      post(WIDGETS, widget('one', { fixed: 'a' })),
      mergePatch(`${WIDGETS}/one`, { spec: { fixed: 'a', size: 2 } }),
    ],
    'transition broken': [
      post(WIDGETS, widget('one', { fixed: 'a' })),
      mergePatch(`${WIDGETS}/one`, { spec: { fixed: 'b' } }),
    ],
    'transition from nothing': [post(WIDGETS, widget('one')), mergePatch(`${WIDGETS}/one`, { spec: { fixed: 'b' } })],
    'transition to nothing': [
      post(WIDGETS, widget('one', { fixed: 'a' })),
      mergePatch(`${WIDGETS}/one`, { spec: { fixed: null } }),
    ],
  }),
  ...cases('create', 'embedded', {
    ...field({
      'an object': {
        template: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'a', labels: { b: 'c' } },
          data: { d: 'e' },
        },
      },
      'without kind': { template: { apiVersion: 'v1', metadata: {} } },
      'without anything': { template: {} },
      'with bad metadata': { template: { apiVersion: 'v1', kind: 'A', metadata: { labels: 'x', name: 5 } } },
      'with bad labels': { template: { apiVersion: 'v1', kind: 'A', metadata: { labels: { a: '-' }, name: 'B_' } } },
      'with unknown metadata': { template: { apiVersion: 'v1', kind: 'A', metadata: { other: 1 } } },
      'with a bad version': { template: { apiVersion: 'a/b/c', kind: 'A' } },
      'with a bad kind': { template: { apiVersion: 'v1', kind: 'a b' } },
    }),
  }),
  ...cases('get', 'versions', {
    'another version of what is stored': [
      post(GIZMOS, gizmo('one', { n: 1 })),
      get(`${GIZMOS_BETA}/one`),
      get(`${GIZMOS}/one`),
    ],
    'through the old version': [
      post(GIZMOS_BETA, gizmo('one', { n: 1, extra: 'y' }, 'v1beta1')),
      get(`${GIZMOS}/one`),
      get(`${GIZMOS_BETA}/one`),
    ],
    'listed by the old version': [post(GIZMOS, gizmo('one', { n: 1 })), get(GIZMOS_BETA)],
    'updated by the old version': [
      post(GIZMOS, gizmo('one', { n: 1 })),
      put(`${GIZMOS_BETA}/one`, gizmo('one', { n: 2 }, 'v1beta1'), {}),
      mergePatch(`${GIZMOS_BETA}/one`, { spec: { n: 3 } }),
      get(`${GIZMOS}/one`),
    ],
    'of the wrong version': [post(GIZMOS_BETA, gizmo('one', { n: 1 }))],
    'of a version that is not served': [get(GIZMOS.replace('/v1/', '/v1alpha1/'))],
  }),
]
