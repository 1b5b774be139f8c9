/** ResourceQuotas at work: what they count, refuse and give back. */
import { type Case, cases, del, type Fields, get, type Json, mergePatch, post, type Step } from '../case.ts'
import { CONFIG_MAPS, configMap, LEASES, lease, quota, SECRETS, secret } from './objects.ts'

const QUOTAS = '/api/v1/namespaces/<ns>/resourcequotas'
const STATUS = ['/status', '/message', '/details', '/code']

/** No lease is ever allowed: one that is refused shows that the server has come to know the quota as it is counted. */
const PROBED = { 'count/leases.coordination.k8s.io': '0' }
const limit = (name: string, hard: Fields, more: Fields = {}): Step =>
  post(QUOTAS, quota(name, { spec: { hard: { ...hard, ...PROBED }, ...more } }), { pick: ['/kind', '/message'] })
const used = (name: string, field: string, is?: Json): Step =>
  get(`${QUOTAS}/${name}`, { until: { field: `status.used.${field}`, ...(is !== undefined && { is }) }, pick: STATUS })
const counted = (name: string, field: string, is?: Json): Step[] => [
  used(name, field, is),
  post(`${LEASES}?dryRun=All`, lease('probe'), { until: 403, pick: ['/code'] }),
]
const status = (name: string): Step => get(`${QUOTAS}/${name}`, { pick: STATUS })
const made = (name: string): Step => post(SECRETS, secret(name), { pick: ['/kind', '/message', '/details', '/code'] })

export const quotaCases: readonly Case[] = [
  ...cases('create', 'counted', {
    'what is there already': [
      made('a'),
      post(CONFIG_MAPS, configMap('a'), { pick: ['/kind'] }),
      limit('one', { secrets: '5', configmaps: '5', 'count/serviceaccounts': '5', pods: '1', services: '2' }),
      ...counted('one', 'secrets'),
    ],
    'by both names': [
      limit('one', { secrets: '1', 'count/secrets': '1' }),
      ...counted('one', 'secrets'),
      made('a'),
      made('b'),
      status('one'),
    ],
    'by one of two names': [
      limit('one', { secrets: '2', 'count/secrets': '1' }),
      ...counted('one', 'secrets'),
      made('a'),
      made('b'),
    ],
    'in several quotas': [
      limit('narrow', { secrets: '1' }),
      limit('wide', { secrets: '5' }),
      ...counted('narrow', 'secrets'),
      ...counted('wide', 'secrets'),
      made('a'),
      made('b'),
      used('wide', 'secrets', '1'),
    ],
    'none at all': [limit('one', { secrets: '0' }), ...counted('one', 'secrets'), made('a')],
    'quotas themselves': [
      limit('one', { resourcequotas: '1' }),
      ...counted('one', 'resourcequotas', '1'),
      limit('two', { secrets: '1' }),
    ],
    'one that is there when it is full': [
      limit('one', { secrets: '1' }),
      ...counted('one', 'secrets'),
      made('a'),
      made('a'),
    ],
    'an update when it is full': [
      limit('one', { secrets: '1' }),
      ...counted('one', 'secrets'),
      made('a'),
      mergePatch(`${SECRETS}/a`, { data: { a: 'YQ==' } }, { pick: ['/kind'] }),
      status('one'),
    ],
    'not in a dry run': [
      limit('one', { secrets: '1' }),
      ...counted('one', 'secrets'),
      post(`${SECRETS}?dryRun=All`, secret('a'), { pick: ['/kind'] }),
      status('one'),
      made('a'),
      post(`${SECRETS}?dryRun=All`, secret('b'), { pick: ['/message', '/code'] }),
    ],
    'a generated name': [
      limit('one', { secrets: '0' }),
      ...counted('one', 'secrets'),
      post(
        SECRETS,
        { apiVersion: 'v1', kind: 'Secret', metadata: { generateName: 'a-' } },
        { pick: ['/code', '/reason'] },
      ),
    ],
    'with a scope nothing': [made('a'), limit('one', { secrets: '0' }, { scopes: ['Terminating'] }), made('b')],
    'a large number': [limit('one', { secrets: '2k' }), ...counted('one', 'secrets'), made('a'), status('one')],
  }),
  ...cases('update', 'counted', {
    'a limit below what is used': [
      limit('one', { secrets: '3' }),
      ...counted('one', 'secrets'),
      made('a'),
      made('b'),
      mergePatch(`${QUOTAS}/one`, { spec: { hard: { secrets: '1' } } }, { pick: ['/spec'] }),
      get(`${QUOTAS}/one`, { until: { field: 'status.hard.secrets', is: '1' }, pick: STATUS }),
      post(`${SECRETS}?dryRun=All`, secret('probe'), { until: 403, pick: ['/code'] }),
      made('c'),
    ],
    'another resource': [
      limit('one', { secrets: '3' }),
      ...counted('one', 'secrets'),
      mergePatch(`${QUOTAS}/one`, { spec: { hard: { secrets: null, configmaps: '4' } } }, { pick: ['/spec'] }),
      ...counted('one', 'configmaps'),
    ],
    'a scope cannot change': [
      limit('one', { pods: '3' }),
      mergePatch(`${QUOTAS}/one`, { spec: { scopes: ['BestEffort'] } }, { pick: ['/message', '/details', '/code'] }),
    ],
  }),
  ...cases('delete', 'counted', {
    'gives back': [
      limit('one', { secrets: '1' }),
      ...counted('one', 'secrets'),
      made('a'),
      del(`${SECRETS}/a`, undefined, { pick: ['/kind'] }),
      used('one', 'secrets', '0'),
      made('b'),
    ],
    'all of them gives back': [
      limit('one', { secrets: '2' }),
      ...counted('one', 'secrets'),
      made('a'),
      made('b'),
      del(SECRETS, undefined, { pick: ['/kind'] }),
      used('one', 'secrets', '0'),
    ],
    'a quota is answered with it': [
      limit('one', { secrets: '2' }),
      ...counted('one', 'secrets'),
      del(`${QUOTAS}/one`, undefined, { pick: ['/kind', '/spec', '/metadata/name'] }),
      made('a'),
    ],
  }),
]
