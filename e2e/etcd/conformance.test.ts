/** Every promise of the store contract, held against a real etcd. */
import { after, before } from 'node:test'
import { describeStore } from '../../src/storage/conformance.ts'
import { openStore } from '../../src/storage/index.ts'
import { type EtcdCluster, startEtcd } from './cluster.ts'

let etcd: EtcdCluster
let stores = 0

before(async () => {
  etcd = await startEtcd({ fast: true })
})
after(() => etcd[Symbol.asyncDispose]())

// Each store lies under a prefix of its own, and its revisions begin where it does.
describeStore('etcd', () => openStore({ engine: 'etcd', servers: etcd.urls, prefix: `/test-${++stores}` }), 15)
