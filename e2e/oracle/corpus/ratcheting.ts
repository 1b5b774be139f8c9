/** Objects under definitions that change after they were made. */
import { type Case, cases, get, mergePatch } from '../case.ts'
import { changed, object, patched, THINGS, thing } from './things.ts'

const NAMED = { type: 'object', required: ['name'], properties: { name: { type: 'string' }, n: { type: 'integer' } } }
const MAP_OF_NAMED = { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }
const SMALL = { ...NAMED, properties: { name: { type: 'string' }, n: { type: 'integer', maximum: 5 } } }
const TEXTS = { type: 'array', items: { type: 'string' } }

export const ratchetingCases: readonly Case[] = [
  ...cases('update', 'ratcheting', {
    'an enum that got narrower': [
      ...changed(
        object({ e: { type: 'string' }, n: { type: 'integer' } }),
        [thing('one', { e: 'old', n: 1 })],
        object({ e: { type: 'string', enum: ['new'] }, n: { type: 'integer' } }),
        thing('two', { e: 'old' }),
      ),
      patched({ spec: { n: 2 } }),
      patched({ spec: { e: 'older' } }),
      patched({ spec: { e: 'new' } }),
      patched({ spec: { e: 'old' } }),
    ],
    'items of a map by their keys': [
      ...changed(
        object({ list: { ...MAP_OF_NAMED, items: NAMED } }),
        [
          thing('one', {
            list: [
              { name: 'a', n: 9 },
              { name: 'b', n: 1 },
            ],
          }),
        ],
        object({ list: { ...MAP_OF_NAMED, items: SMALL } }),
        thing('two', { list: [{ name: 'a', n: 9 }] }),
      ),
      patched({
        spec: {
          list: [
            { name: 'b', n: 2 },
            { name: 'a', n: 9 },
          ],
        },
      }),
      patched({
        spec: {
          list: [
            { name: 'a', n: 9 },
            { name: 'c', n: 9 },
          ],
        },
      }),
      patched({ spec: { list: [{ name: 'a', n: 8 }] } }),
    ],
    'items of an atomic list': [
      ...changed(
        object({ list: TEXTS, n: { type: 'integer' } }),
        [thing('one', { list: ['long', 'x'], n: 1 })],
        object({ list: { ...TEXTS, items: { type: 'string', maxLength: 2 } }, n: { type: 'integer' } }),
        thing('two', { list: ['long'] }),
      ),
      patched({ spec: { n: 2 } }),
      patched({ spec: { list: ['long', 'y'] } }),
    ],
    'values of a map': [
      ...changed(
        object({ map: { type: 'object', additionalProperties: { type: 'string' } } }),
        [thing('one', { map: { a: 'long', b: 'x' } })],
        object({ map: { type: 'object', additionalProperties: { type: 'string', maxLength: 2 } } }),
        thing('two', { map: { a: 'long' } }),
      ),
      patched({ spec: { map: { b: 'y' } } }),
      patched({ spec: { map: { a: 'longer' } } }),
      patched({ spec: { map: { c: 'long' } } }),
    ],
    'what is required now': [
      ...changed(
        object({ a: { type: 'string' }, n: { type: 'integer' } }),
        [thing('one', { n: 1 })],
        object({ a: { type: 'string' }, n: { type: 'integer' } }, { required: ['a'] }),
        thing('two', { n: 1 }),
      ),
      mergePatch(`${THINGS}/one`, { metadata: { labels: { a: 'b' } } }),
      patched({ spec: { n: 2 } }),
    ],
    'another type': [
      ...changed(
        object({ a: { type: 'string' }, n: { type: 'integer' } }),
        [thing('one', { a: 'x', n: 1 })],
        object({ a: { type: 'integer' }, n: { type: 'integer' } }),
        thing('two', { a: 'x' }),
      ),
      patched({ spec: { n: 2 } }),
      patched({ spec: { a: 'y' } }),
    ],
    'a rule of a field': [
      ...changed(
        object({ a: { type: 'string', maxLength: 9 }, n: { type: 'integer' } }),
        [thing('one', { a: 'long', n: 1 })],
        object({
          a: {
            type: 'string',
            maxLength: 9,
            'x-kubernetes-validations': [{ rule: 'self.size() < 3', message: 'short' }],
          },
          n: { type: 'integer' },
        }),
        thing('two', { a: 'long' }),
      ),
      patched({ spec: { n: 2 } }),
      patched({ spec: { a: 'other' } }),
    ],
    'a rule of the whole': [
      ...changed(
        object({ a: { type: 'string' }, n: { type: 'integer' } }),
        [thing('one', { n: 9 })],
        object(
          { a: { type: 'string' }, n: { type: 'integer' } },
          { 'x-kubernetes-validations': [{ rule: '!has(self.n) || self.n < 5', message: 'less' }] },
        ),
        thing('two', { n: 9 }),
      ),
      mergePatch(`${THINGS}/one`, { metadata: { labels: { a: 'b' } } }),
      patched({ spec: { a: 'x' } }),
    ],
    'a pattern and a format': [
      ...changed(
        object({ a: { type: 'string' }, b: { type: 'string' } }),
        [thing('one', { a: 'A', b: 'nobody' })],
        object({ a: { type: 'string', pattern: '^[a-z]+$' }, b: { type: 'string', format: 'ipv4' } }),
        thing('two', { a: 'A' }),
      ),
      patched({ spec: { a: 'b' } }),
      patched({ spec: { b: '1.2.3' } }),
    ],
  }),
  ...cases('get', 'changed definitions', {
    'a field that is dropped': [
      ...changed(
        object({ a: { type: 'string' }, n: { type: 'integer' } }),
        [thing('one', { a: 'x', n: 1 })],
        object({ n: { type: 'integer', maximum: 5 } }),
        thing('two', { n: 9 }),
      ),
      get(`${THINGS}/one`),
      get(THINGS, { pick: ['/items/spec'] }),
    ],
    'defaults of what is stored': [
      ...changed(
        object({ n: { type: 'integer' }, list: { type: 'array', items: NAMED } }),
        [thing('one', { n: 1, list: [{ name: 'a' }] })],
        object({
          n: { type: 'integer', maximum: 5 },
          o: {
            type: 'object',
            default: { a: 1 },
            properties: { a: { type: 'integer' }, b: { type: 'string', default: 'x' } },
          },
          list: {
            type: 'array',
            items: { ...NAMED, properties: { ...NAMED.properties, m: { type: 'string', default: 'y' } } },
          },
        }),
        thing('two', { n: 9 }),
      ),
      get(`${THINGS}/one`),
      patched({ spec: { o: { a: null } } }),
    ],
    'null where it is not allowed any more': [
      ...changed(
        object({ n: { type: 'integer' }, a: { type: 'string', nullable: true } }),
        [thing('one', { n: 1, a: null })],
        object({ n: { type: 'integer', maximum: 5 }, a: { type: 'string' } }),
        thing('two', { n: 9 }),
      ),
      get(`${THINGS}/one`),
    ],
    'null with a default': [
      ...changed(
        object({ n: { type: 'integer' }, a: { type: 'string', nullable: true } }),
        [thing('one', { n: 1, a: null })],
        object({ n: { type: 'integer', maximum: 5 }, a: { type: 'string', default: 'x' } }),
        thing('two', { n: 9 }),
      ),
      get(`${THINGS}/one`),
    ],
  }),
]
