import { type Case, cases, post } from '../case.ts'
import {
  CONFIG_MAPS,
  configMap,
  GADGETS,
  gadget,
  LEASES,
  lease,
  rawWidget,
  SECRETS,
  secret,
  text,
  WIDGETS,
  widget,
} from './objects.ts'

const good = configMap('one', { data: { a: '1' } })

export const bodyCases: readonly Case[] = [
  ...cases('create', 'fieldValidation', {
    ...Object.fromEntries(
      ['Ignore', 'Warn', 'Strict', 'strict', ''].flatMap((value) => [
        [
          `${value || 'empty'} unknown field of a configmap`,
          [post(`${CONFIG_MAPS}?fieldValidation=${value}`, { ...good, other: 1, more: { a: 2 } })],
        ],
        [
          `${value || 'empty'} unknown field of a widget`,
          [
            post(
              `${WIDGETS}?fieldValidation=${value}`,
              rawWidget('one', { size: 1, other: 1, nested: { x: 2 } }, { top: 1 }),
            ),
          ],
        ],
        [
          `${value || 'empty'} duplicate field of a configmap`,
          [
            post(
              `${CONFIG_MAPS}?fieldValidation=${value}`,
              '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"a":"1","a":"2"}}',
            ),
          ],
        ],
        [
          `${value || 'empty'} duplicate field of a widget`,
          [
            post(
              `${WIDGETS}?fieldValidation=${value}`,
              '{"apiVersion":"oracle.keelson.dev/v1","kind":"Widget","metadata":{"name":"one"},"spec":{"size":1,"size":2}}',
            ),
          ],
        ],
        [
          `${value || 'empty'} unknown field of metadata`,
          [post(`${WIDGETS}?fieldValidation=${value}`, widget('one', {}, { other: 1 }))],
        ],
      ]),
    ),
    'in another case of a configmap': [post(`${CONFIG_MAPS}?fieldValidation=Strict`, { ...good, Data: { b: '2' } })],
    'many unknown fields': [
      post(WIDGETS, widget('one', Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`u${n}`, n])))),
    ],
    'by default of a configmap': [post(CONFIG_MAPS, { ...good, other: 1 })],
    'by default of a widget': [post(WIDGETS, rawWidget('one', { size: 1, other: 1 }))],
    'both kinds at once': [
      post(
        `${WIDGETS}?fieldValidation=Strict`,
        '{"apiVersion":"oracle.keelson.dev/v1","kind":"Widget","metadata":{"name":"one"},"spec":{"size":1,"size":2,"other":3}}',
      ),
    ],
  }),
  ...cases('create', 'types', {
    'data with a number': [post(CONFIG_MAPS, configMap('one', { data: { a: 1 } }))],
    'data that is a list': [post(CONFIG_MAPS, configMap('one', { data: ['a'] }))],
    'data that is a text': [post(CONFIG_MAPS, configMap('one', { data: 'a' }))],
    'null data': [post(CONFIG_MAPS, configMap('one', { data: null }))],
    'binaryData that is not base64': [post(CONFIG_MAPS, configMap('one', { binaryData: { a: '***' } }))],
    'binaryData without padding': [post(CONFIG_MAPS, configMap('one', { binaryData: { a: 'YQ' } }))],
    'secret data that is not base64': [post(SECRETS, secret('one', { data: { a: '***' } }))],
    'immutable that is a text': [post(CONFIG_MAPS, configMap('one', { immutable: 'yes' }))],
    'a lease with a text as number': [post(LEASES, lease('one', { spec: { leaseDurationSeconds: 'x' } }))],
    'a lease with a fraction': [post(LEASES, lease('one', { spec: { leaseDurationSeconds: 1.5 } }))],
    'a lease with a bad time': [post(LEASES, lease('one', { spec: { renewTime: 'now' } }))],
    'a number beyond 32 bits': [post(LEASES, lease('one', { spec: { leaseDurationSeconds: 4_294_967_296 } }))],
    'spec that is a list': [post(LEASES, lease('one', { spec: [] }))],
    'kind that is a number': [post(CONFIG_MAPS, { ...good, kind: 5 })],
    'kind of a widget that is a number': [post(WIDGETS, { ...widget('one'), kind: 5 })],
    'metadata that is a text': [post(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: 'x' })],
    'metadata of a widget that is a text': [post(WIDGETS, { ...widget('one'), metadata: 'x' })],
  }),
  ...cases('create', 'bodies', {
    empty: [post(CONFIG_MAPS, '')],
    'empty for a widget': [post(WIDGETS, '')],
    'not json': [post(CONFIG_MAPS, '{"a":')],
    'not json for a widget': [post(WIDGETS, '{"a":')],
    'a number': [post(CONFIG_MAPS, '5')],
    'a list of objects': [post(CONFIG_MAPS, '[]')],
    null: [post(CONFIG_MAPS, 'null')],
    'a text': [post(CONFIG_MAPS, '"a"')],
    'json and more': [post(CONFIG_MAPS, `${JSON.stringify(good)}{}`)],
    'an empty object': [post(CONFIG_MAPS, {})],
    'an empty object for a widget': [post(WIDGETS, {})],
    yaml: [
      post(CONFIG_MAPS, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: "1"}\n', {
        type: 'application/yaml',
      }),
    ],
    'yaml of a widget': [
      post(WIDGETS, 'apiVersion: oracle.keelson.dev/v1\nkind: Widget\nmetadata: {name: one}\nspec: {size: 3}\n', {
        type: 'application/yaml',
      }),
    ],
    'yaml that is none': [post(CONFIG_MAPS, 'a: [', { type: 'application/yaml' })],
    'yaml with a key twice': [
      post(CONFIG_MAPS, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: "1", a: "2"}\n', {
        type: 'application/yaml',
      }),
    ],
    'of an unknown type': [post(CONFIG_MAPS, good, { type: 'text/plain' })],
    'of an unknown type for a widget': [post(WIDGETS, widget('one'), { type: 'text/plain' })],
    'of a type with parameters': [post(CONFIG_MAPS, good, { type: 'application/json; charset=utf-8' })],
    'of a type that is none': [post(CONFIG_MAPS, good, { type: ';;' })],
    'protobuf that is none': [post(CONFIG_MAPS, good, { type: 'application/vnd.kubernetes.protobuf' })],
    'deeper than allowed': [
      post(
        GADGETS,
        `{"apiVersion":"oracle.keelson.dev/v1","kind":"Gadget","metadata":{"name":"<id>"},"x":${'['.repeat(10_001)}${']'.repeat(10_001)}}`,
      ),
    ],
    'larger than allowed': [post(CONFIG_MAPS, configMap('one', { data: { a: text(3_200_000) } }))],
    'larger than the store takes': [post(GADGETS, gadget('<id>', { a: text(2_000_000) }))],
    'large numbers': [
      post(
        GADGETS,
        '{"apiVersion":"oracle.keelson.dev/v1","kind":"Gadget","metadata":{"name":"<id>"},"a":9223372036854775807,"b":1e3,"c":0.1,"d":-0,"e":1.0,"f":12345678901234567890}',
      ),
    ],
    'keys in any order': [
      post(GADGETS, '{"z":1,"apiVersion":"oracle.keelson.dev/v1","a":2,"kind":"Gadget","metadata":{"name":"<id>"}}'),
    ],
    'special characters': [post(CONFIG_MAPS, configMap('one', { data: { a: '<&> \u2028 \u0000 "\\ ü 😀' } }))],
    'a key with a dot': [post(GADGETS, gadget('<id>', { 'a.b/c': { '~': 1 } }))],
  }),
]
