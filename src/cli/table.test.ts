import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Table, type TableStyle, tablePrinter } from './table.ts'

const plain: TableStyle = { wide: false, noHeaders: false, withNamespace: false, showLabels: false, kindPrefix: '' }
const table: Table = {
  kind: 'Table',
  columnDefinitions: [
    { name: 'Name', type: 'string' },
    { name: 'Size', type: 'integer' },
    { name: 'Owner', type: 'string', priority: 1 },
  ],
  rows: [
    {
      cells: ['one', 1, 'ada'],
      object: { apiVersion: 'v1', kind: 'X', metadata: { name: 'one', namespace: 'web', labels: { b: '2', a: '1' } } },
    },
    { cells: ['two', null, 'bob'] },
  ],
}

describe('a table', () => {
  const cases: [string, Partial<TableStyle>, string][] = [
    ['shows columns of priority 0; what is missing is empty', {}, 'NAME   SIZE\none    1\ntwo    \n'],
    ['shows all columns with -o wide', { wide: true }, 'NAME   SIZE   OWNER\none    1      ada\ntwo           bob\n'],
    ['goes without a header', { noHeaders: true }, 'one   1\ntwo   \n'],
    [
      'begins with the namespace with -A',
      { withNamespace: true },
      'NAMESPACE   NAME   SIZE\nweb         one    1\n            two    \n',
    ],
    ['ends with labels', { showLabels: true }, 'NAME   SIZE   LABELS\none    1      a=1,b=2\ntwo           <none>\n'],
    ['says the kind when there are several', { kindPrefix: 'x.y' }, 'NAME      SIZE\nx.y/one   1\nx.y/two   \n'],
  ]
  for (const [name, style, expected] of cases) {
    it(name, () => assert.equal(tablePrinter({ ...plain, ...style })(table), expected))
  }

  it('keeps a cell on one line and the terminal unharmed', () => {
    const rows = [{ cells: ['a\nb', 'x\x1b[31mred', ''] }]
    assert.equal(tablePrinter(plain)({ ...table, rows }), 'NAME   SIZE\na...   x^[[31mred\n')
  })

  it('prints the header once, whatever a watch sends', () => {
    const print = tablePrinter(plain)
    print(table)
    const rows = [{ cells: ['three', 3, 'eve'] }]
    assert.equal(print({ kind: 'Table', columnDefinitions: null, rows }), 'three   3\n')
  })
})
