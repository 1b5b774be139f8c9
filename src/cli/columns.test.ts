import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { alignColumns, DESCRIPTION_COLUMNS, TABLE_COLUMNS } from './columns.ts'

describe('columns', () => {
  it('are as wide as the widest cell and three spaces, at least six; the last one is not padded', () => {
    const lines = [
      ['NAME', 'A', 'AGE'],
      ['settings', '1', '5s'],
    ]
    assert.equal(alignColumns(lines, TABLE_COLUMNS), 'NAME       A     AGE\nsettings   1     5s\n')
  })

  it('count characters, not bytes', () => {
    assert.equal(
      alignColumns(
        [
          ['äöü€𝄞xyz', 'a'],
          ['12345678', 'b'],
        ],
        TABLE_COLUMNS,
      ),
      'äöü€𝄞xyz   a\n12345678   b\n',
    )
  })

  it('end where a line has no such cell', () => {
    const lines = [['Name:', 'x'], ['Spec:'], ['  Engine Type:', 'y'], ['  A:', 'z']]
    assert.equal(alignColumns(lines, DESCRIPTION_COLUMNS), 'Name:  x\nSpec:\n  Engine Type:  y\n  A:            z\n')
  })

  it('keep their widths from one call to the next when they are to be remembered', () => {
    const widths: number[] = []
    alignColumns([['a-long-name', 'x']], TABLE_COLUMNS, widths)
    assert.equal(alignColumns([['a', 'x']], TABLE_COLUMNS, widths), 'a             x\n')
  })
})
