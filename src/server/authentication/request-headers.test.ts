import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headersOf, valuesOf } from './request-headers.ts'

test('header names are in lower case, pseudo-headers left out', () => {
  assert.deepEqual({ ...headersOf([':path', '/', 'Accept', 'a', 'X-A', '']) }, { accept: 'a', 'x-a': '' })
})

test('a repeated header is one list, a repeated cookie one cookie', () => {
  const headers = headersOf(['Accept', 'a', 'Cookie', 'a=1', 'accept', 'b', 'cookie', 'b=2'])
  assert.deepEqual({ ...headers }, { accept: 'a, b', cookie: 'a=1; b=2' })
})

test('impersonated groups and extra values may hold commas', () => {
  const headers = headersOf([
    'Impersonate-Group',
    'a, b',
    'Impersonate-Group',
    'c',
    'Impersonate-Extra-X',
    '1',
    'Impersonate-Extra-x',
    '2',
  ])
  assert.deepEqual(valuesOf(headers['impersonate-group']), ['a, b', 'c'])
  assert.deepEqual(valuesOf(headers['impersonate-extra-x']), ['1', '2'])
  assert.deepEqual(valuesOf(headers['impersonate-extra-y']), [])
})
