import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counter, gauge, histogram } from './metrics.ts'

test('a counter has a line for each combination of labels', () => {
  const family = counter({ name: 'requests_total', help: 'Requests.', labels: ['verb', 'code'] })
  assert.equal(family.render(), '')
  family.add(['GET', '200'])
  family.add(['GET', '200'], 2)
  family.add(['a"b\n\\', '404'])
  assert.equal(
    family.render(),
    '# HELP requests_total Requests.\n# TYPE requests_total counter\n' +
      'requests_total{verb="GET",code="200"} 3\nrequests_total{verb="a\\"b\\n\\\\",code="404"} 1\n',
  )
})

test('a histogram counts what is up to each bound', () => {
  const family = histogram({ name: 's', help: 'S.', labels: [] }, [1, 5])
  for (const value of [1, 3, 9]) family.observe([], value)
  assert.deepEqual(family.render().trim().split('\n').slice(2), [
    's_bucket{le="1"} 1',
    's_bucket{le="5"} 2',
    's_bucket{le="+Inf"} 3',
    's_sum 13',
    's_count 3',
  ])
})

test('a gauge is measured when it is asked for', () => {
  let now = 1
  const family = gauge({ name: 'g', help: 'G.', labels: ['a'] }, () => [[['x'], now]])
  assert.match(family.render(), /# TYPE g gauge\ng\{a="x"\} 1\n/)
  now = 2
  assert.match(family.render(), /g\{a="x"\} 2/)
})

test('series have a bound, after which all are one', () => {
  const family = counter({ name: 'c', help: 'C.', labels: ['resource'] })
  for (let index = 0; index < 5000; index++) family.add([`r${index}`])
  const lines = family.render().split('\n')
  assert.ok(lines.length < 2010)
  assert.ok(lines.includes('c{resource="other"} 3000'))
})
