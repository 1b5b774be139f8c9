import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { resolveWorkspace } from './workspace-path.ts'

describe('where a place is, from https://host/clusters/root:acme', () => {
  const cases: [string, string | RegExp][] = [
    [':root', 'root'],
    [':root:acme:web', 'root:acme:web'],
    [':', 'root'],
    ['web', 'root:acme:web'],
    ['web:shop', 'root:acme:web:shop'],
    ['web/shop', 'root:acme:web:shop'],
    ['..', 'root'],
    ['..:other', 'root:other'],
    ['../other', 'root:other'],
    ['.', 'root:acme'],
    ['..:..', /root:acme has no parent workspace/],
    ['We_b', /invalid workspace name "We_b"/],
    ['a::b', /invalid workspace name ""/],
  ]
  for (const [place, expected] of cases) {
    const resolve = () => resolveWorkspace('https://host/clusters/root:acme', place)
    if (typeof expected === 'string') it(`${place} is ${expected}`, () => assert.equal(resolve(), expected))
    else it(`${place} is refused`, () => assert.throws(resolve, expected))
  }

  it('needs an absolute path where the URL names no workspace', () => {
    assert.equal(resolveWorkspace('https://host', ':root:acme'), 'root:acme')
    assert.throws(() => resolveWorkspace('https://host', 'web'), /names no workspace/)
  })
})
