import { type Case, cases, type Fields, get, type Json, mergePatch, post, type Step } from '../case.ts'
import { CRDS } from './objects.ts'

const OBJECT = { type: 'object' }
const STATUS: Fields = {
  type: 'object',
  properties: { spec: { type: 'object', properties: { a: { type: 'string' }, n: { type: 'integer' } } } },
}

function crd(
  spec: Fields = {},
  {
    version = {},
    schema = STATUS,
    names = {},
    metadata = {},
  }: { version?: Fields; schema?: Json; names?: Fields; metadata?: Fields } = {},
): Fields {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.<id>.dev', ...metadata },
    spec: {
      group: '<id>.dev',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing', ...names },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
      ...spec,
    },
  }
}

const refused = (all: Record<string, Fields>): Record<string, Step[]> =>
  Object.fromEntries(Object.entries(all).map(([title, body]) => [title, [post(CRDS, body)]]))
const inSpec = (properties: Fields, more: Fields = {}): Fields =>
  crd({}, { schema: { type: 'object', properties, ...more } })

const THINGS = '/apis/<id>.dev/v1/namespaces/<ns>/things'
const thing = (spec: Fields, more: Fields = {}): Fields => ({
  apiVersion: '<id>.dev/v1',
  kind: 'Thing',
  metadata: { name: 'one' },
  spec,
  ...more,
})
const served = (body: Fields): Step[] => [
  post(CRDS, body, { pick: ['/kind', '/spec', '/message'] }),
  get(THINGS, { until: 200, pick: ['/kind', '/items'] }),
]

export const crdSchemaCases: readonly Case[] = [
  ...cases('create', 'definition schemas', {
    ...refused({
      'not an object': crd({}, { schema: { type: 'string' } }),
      'without a type': inSpec({ a: {} }),
      'of an unknown type': inSpec({ a: { type: 'text' } }),
      'a list without items': inSpec({ a: { type: 'array' } }),
      'a list of items without a type': inSpec({ a: { type: 'array', items: {} } }),
      'items that are a list': inSpec({ a: { type: 'array', items: [{ type: 'string' }] } }),
      'properties and additionalProperties': inSpec({
        a: { type: 'object', properties: { b: { type: 'string' } }, additionalProperties: { type: 'string' } },
      }),
      'additionalProperties false': inSpec({ a: { type: 'object', additionalProperties: false } }),
      'additionalProperties at the root': crd(
        {},
        { schema: { type: 'object', additionalProperties: { type: 'string' } } },
      ),
      uniqueItems: inSpec({ a: { type: 'array', items: { type: 'string' }, uniqueItems: true } }),
      'a reference': inSpec({ a: { type: 'string', $ref: '#/x' } }),
      definitions: inSpec({ a: { type: 'string', definitions: { x: { type: 'string' } } } }),
      dependencies: inSpec({ a: { type: 'object', dependencies: { x: ['y'] } } }),
      patternProperties: inSpec({ a: { type: 'object', patternProperties: { x: { type: 'string' } } } }),
      'an id': inSpec({ a: { type: 'string', id: 'x' } }),
      'a bad pattern': inSpec({ a: { type: 'string', pattern: '(' } }),
      'a pattern with a look-ahead': inSpec({ a: { type: 'string', pattern: '(?=a)' } }),
      'an unknown format': inSpec({ a: { type: 'string', format: 'other' } }),
      'a default of a wrong type': inSpec({ a: { type: 'string', default: 1 } }),
      'a default that is not valid': inSpec({ a: { type: 'string', enum: ['x'], default: 'y' } }),
      'a default with unknown fields': inSpec({
        a: { type: 'object', properties: { b: { type: 'string' } }, default: { c: 1 } },
      }),
      'a null default': inSpec({ a: { type: 'string', default: null } }),
      'a default in metadata': crd(
        {},
        { schema: { type: 'object', properties: { metadata: { type: 'object', default: {} } } } },
      ),
      'rules on metadata': crd(
        {},
        {
          schema: {
            type: 'object',
            properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
          },
        },
      ),
      'a name rule on metadata': crd(
        {},
        {
          schema: {
            type: 'object',
            properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 5 } } } },
          },
        },
      ),
      'a type in oneOf': inSpec({ a: { type: 'object', oneOf: [{ type: 'object' }] } }),
      'a default in anyOf': inSpec({
        a: { type: 'object', properties: { b: { type: 'string' } }, anyOf: [{ properties: { b: { default: 'x' } } }] },
      }),
      'an unknown property in allOf': inSpec({
        a: { type: 'object', allOf: [{ properties: { b: { minLength: 1 } } }] },
      }),
      'a description in not': inSpec({ a: { type: 'object', not: { description: 'x' } } }),
      'nullable in anyOf': inSpec({ a: { type: 'string', anyOf: [{ nullable: true }] } }),
      'int or string with a type': inSpec({ a: { type: 'string', 'x-kubernetes-int-or-string': true } }),
      'preserve false': inSpec({ a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': false } }),
      'preserve on a text': inSpec({ a: { type: 'string', 'x-kubernetes-preserve-unknown-fields': true } }),
      'embedded without type': inSpec({ a: { 'x-kubernetes-embedded-resource': true } }),
      'embedded without properties': inSpec({ a: { type: 'object', 'x-kubernetes-embedded-resource': true } }),
      'embedded at the root': crd(
        {},
        {
          schema: {
            type: 'object',
            'x-kubernetes-embedded-resource': true,
            'x-kubernetes-preserve-unknown-fields': true,
          },
        },
      ),
      'a list type that is none': inSpec({
        a: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'bag' },
      }),
      'a list type of no list': inSpec({ a: { type: 'string', 'x-kubernetes-list-type': 'set' } }),
      'a map without keys': inSpec({ a: { type: 'array', items: OBJECT, 'x-kubernetes-list-type': 'map' } }),
      'a map with an unknown key': inSpec({
        a: {
          type: 'array',
          items: { type: 'object', properties: { k: { type: 'string' } }, required: ['k'] },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['j'],
        },
      }),
      'a map with an optional key': inSpec({
        a: {
          type: 'array',
          items: { type: 'object', properties: { k: { type: 'string' } } },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
        },
      }),
      'a map with an object key': inSpec({
        a: {
          type: 'array',
          items: { type: 'object', properties: { k: OBJECT }, required: ['k'] },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
        },
      }),
      'a map with a key twice': inSpec({
        a: {
          type: 'array',
          items: { type: 'object', properties: { k: { type: 'string' } }, required: ['k'] },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k', 'k'],
        },
      }),
      'keys without a map': inSpec({
        a: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-map-keys': ['k'] },
      }),
      'a set of objects': inSpec({ a: { type: 'array', items: OBJECT, 'x-kubernetes-list-type': 'set' } }),
      'a map type that is none': inSpec({ a: { type: 'object', 'x-kubernetes-map-type': 'bag' } }),
      'a map type of a text': inSpec({ a: { type: 'string', 'x-kubernetes-map-type': 'atomic' } }),
      'minimum without number': inSpec({ a: { type: 'string', minimum: 5 } }),
      'exclusiveMinimum alone': inSpec({ a: { type: 'integer', exclusiveMinimum: true } }),
      'a negative minLength': inSpec({ a: { type: 'string', minLength: -1 } }),
      'an empty enum': inSpec({ a: { type: 'string', enum: [] } }),
      'an enum twice': inSpec({ a: { type: 'string', enum: ['x', 'x'] } }),
      'required of nothing': inSpec({ a: { type: 'object', required: ['none'] } }),
      'apiVersion of another type': crd(
        {},
        { schema: { type: 'object', properties: { apiVersion: { type: 'integer' } } } },
      ),
      'a wrong type for a keyword': inSpec({ a: { type: 5 } }),
    }),
  }),
  ...cases('create', 'definition rules', {
    ...refused({
      'that does not parse': inSpec({ a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self ==' }] } }),
      'that names nothing': inSpec({ a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'other == 1' }] } }),
      'that is no boolean': inSpec({ a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self' }] } }),
      'of two types': inSpec({ a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == 1' }] } }),
      'that is empty': inSpec({ a: { type: 'string', 'x-kubernetes-validations': [{ rule: ' ' }] } }),
      twice: inSpec({ a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'true' }, { rule: 'true' }] } }),
      'with a message of two lines': inSpec({
        a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != ""', message: 'a\nb' }] },
      }),
      'of two lines without a message': inSpec({
        a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self !=\n""' }] },
      }),
      'with an empty message': inSpec({
        a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != ""', message: ' ' }] },
      }),
      'with a bad reason': inSpec({
        a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != ""', reason: 'Other' }] },
      }),
      'with a bad field path': inSpec({
        a: {
          type: 'object',
          properties: { b: { type: 'string' } },
          'x-kubernetes-validations': [{ rule: 'has(self.b)', fieldPath: '.c' }],
        },
      }),
      'with a field path that is none': inSpec({
        a: {
          type: 'object',
          properties: { b: { type: 'string' } },
          'x-kubernetes-validations': [{ rule: 'has(self.b)', fieldPath: 'b[' }],
        },
      }),
      'with a message expression that is no text': inSpec({
        a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != ""', messageExpression: '1' }] },
      }),
      'with a message expression that does not parse': inSpec({
        a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != ""', messageExpression: '"a" +' }] },
      }),
      'of a field that is not there': inSpec({
        a: {
          type: 'object',
          properties: { b: { type: 'string' } },
          'x-kubernetes-validations': [{ rule: 'self.c == ""' }],
        },
      }),
      'too costly': inSpec({
        a: {
          type: 'array',
          items: { type: 'array', items: { type: 'string' } },
          'x-kubernetes-validations': [{ rule: 'self.all(x, self.all(y, x.all(z, y.all(w, z == w))))' }],
        },
      }),
      'of unbounded texts': inSpec({
        a: {
          type: 'array',
          items: {
            type: 'string',
            'x-kubernetes-validations': [{ rule: 'self.contains("x")' }, { rule: 'self.matches("[a-z]+")' }],
          },
        },
      }),
      'of the old value of a list': inSpec({
        a: { type: 'array', items: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] } },
      }),
      'inside anyOf': inSpec({
        a: {
          type: 'object',
          properties: { b: { type: 'string' } },
          anyOf: [{ 'x-kubernetes-validations': [{ rule: 'true' }] }],
        },
      }),
      'with optionalOldSelf where there is none': inSpec({
        a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self != ""', optionalOldSelf: true }] },
      }),
    }),
    'of optional old values': [
      ...served(
        inSpec({
          spec: {
            type: 'object',
            properties: {
              a: {
                type: 'string',
                'x-kubernetes-validations': [
                  { rule: 'oldSelf.orValue("x") != "y" || self == "y"', optionalOldSelf: true, message: 'stays y' },
                ],
              },
            },
          },
        }),
      ),
      post(THINGS, thing({ a: 'y' })),
      mergePatch(`${THINGS}/one`, { spec: { a: 'z' } }),
    ],
    'of every library': [
      ...served(
        inSpec({
          spec: {
            type: 'object',
            properties: Object.fromEntries(
              Object.entries({
                u: 'isURL(self) && url(self).getHost() == "a.b"',
                i: 'isIP(self) && ip(self).family() == 4',
                c: 'isCIDR(self) && cidr(self).containsIP("10.0.0.1")',
                q: 'isQuantity(self) && quantity(self).isGreaterThan(quantity("1Gi"))',
                s: 'isSemver(self) && semver(self).major() > 1',
                f: '!format.dns1123Label().validate(self).hasValue()',
                r: 'self.find("[0-9]+") == "42"',
                d: 'duration(self) > duration("1m")',
                t: 'self.split(",").size() > 0 || self.lowerAscii() == self',
              }).map(([name, rule]) => [
                name,
                { type: 'string', maxLength: 64, 'x-kubernetes-validations': [{ rule }] },
              ]),
            ),
          },
        }),
      ),
    ],
  }),
]
