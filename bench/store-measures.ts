import type { Measure } from './measures.ts'

/** What is measured of the store's way, in the order of the table, with what design asks for. */
export const storeMeasures = {
  create1: { title: 'create, concurrency 1', unit: '/s', more: true, timesBetter: 2 },
  create32: { title: 'create, concurrency 32', unit: '/s', more: true, timesBetter: 3 },
  create256: { title: 'create, concurrency 256', unit: '/s', more: true, timesBetter: 3 },
  createP99: { title: 'create, concurrency 32: p99', unit: 'ms', more: false },
  createCPU: { title: 'create, concurrency 32: CPU of server and store', unit: 'µs', more: false },
  get32: { title: 'get, concurrency 32', unit: '/s', more: true, timesBetter: 5 },
  getCPU: { title: 'get, concurrency 32: CPU of server and store', unit: 'µs', more: false },
  mixed: { title: 'six gets, two patches, a create, a page of 100; concurrency 32', unit: '/s', more: true },
  mixedP99: { title: 'the same: p99', unit: 'ms', more: false },
  listMeanwhile: { title: 'list of 5,000 while 16 clients create', unit: 'ms', more: false },
  watch: { title: 'one event to 10,000 watchers', unit: 'ms', more: false },
  watcherMemory: { title: 'memory of server and store for one of them', unit: 'kB', more: false },
} satisfies Record<string, Measure>

export type StoreMeasureName = keyof typeof storeMeasures
