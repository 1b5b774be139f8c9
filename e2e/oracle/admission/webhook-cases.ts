/** Webhooks, each for its own namespace: what they are told, what they may say, and what comes of it. */
import {
  type Case,
  cases,
  del,
  type Fields,
  get,
  type Json,
  jsonPatch,
  mergePatch,
  post,
  put,
  type Step,
} from '../case.ts'
import { CONFIG_MAPS, configMap, namespace } from '../corpus/objects.ts'
import type { WebhookServer } from './webhook-server.ts'

const GROUP = '/apis/admissionregistration.k8s.io/v1'
const VALIDATING = `${GROUP}/validatingwebhookconfigurations`
const MUTATING = `${GROUP}/mutatingwebhookconfigurations`
const RULE: Fields = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['configmaps'],
}
const HERE: Fields = { matchLabels: { 'kubernetes.io/metadata.name': '<ns>' } }

export function webhookCases({ url, ca }: Pick<WebhookServer, 'url' | 'ca'>): Case[] {
  const hook = (path: string, more: Fields = {}, name = 'one.example.com'): Fields => ({
    name,
    clientConfig: { url: `${url}${path}`, caBundle: ca },
    rules: [RULE],
    namespaceSelector: HERE,
    objectSelector: { matchExpressions: [{ key: 'probe', operator: 'DoesNotExist' }] },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...more,
  })
  const configuration = (kind: string, webhooks: Json): Fields => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: '<id>' },
    webhooks,
  })
  /** Refuses what is sent until the configuration is known. */
  const probe = hook(
    '/deny',
    { objectSelector: { matchLabels: { probe: 'yes' } }, sideEffects: 'None' },
    'probe.example.com',
  )
  const known: Step = post(`${CONFIG_MAPS}?dryRun=All`, configMap('probe', {}, { labels: { probe: 'yes' } }), {
    until: 400,
  })
  const validating = (...webhooks: Fields[]): Step[] => [
    post(VALIDATING, configuration('Validating', [probe, ...webhooks]), {
      pick: ['/kind', '/webhooks/1/failurePolicy'],
    }),
    known,
  ]
  const mutating = (...webhooks: Fields[]): Step[] => [
    post(MUTATING, configuration('Mutating', [probe, ...webhooks]), {
      pick: ['/kind', '/webhooks/1/reinvocationPolicy'],
    }),
    known,
  ]
  const create = (name: string, data?: Fields, query = ''): Step =>
    post(`${CONFIG_MAPS}${query}`, configMap(name, data === undefined ? {} : { data }))

  const answers = ['/allow', '/warn', '/deny', '/deny-message', '/deny-reason', '/deny-full', '/deny-success']
  const failures = [
    '/empty',
    '/text',
    '/html',
    '/no-kind',
    '/other-kind',
    '/no-response',
    '/old-version',
    '/other-uid',
    '/label',
    ...[400, 401, 403, 404, 405, 409, 410, 418, 422, 429, 500, 502, 503, 504].map((status) => `/status-${status}`),
  ]
  const patches = [
    '/label',
    '/data',
    '/unknown-field',
    '/wrong-type',
    '/absent-path',
    '/absent-key',
    '/replace-absent',
    '/failed-test',
    '/empty-patch',
    '/patch-no-type',
    '/type-no-patch',
    '/strange-type',
    '/no-patch-at-all',
    '/patch-no-list',
    '/deny-full',
    '/warn',
    '/status-500',
  ]
  const titled = (paths: readonly string[], steps: (path: string) => Step[]) =>
    Object.fromEntries(paths.map((path) => [path.slice(1), steps(path)]))
  const echoed = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }
  const labelled: Fields = { objectSelector: { matchLabels: { echo: 'yes' } } }

  return [
    ...cases(
      'create',
      'validating webhooks',
      titled(answers, (path) => [...validating(hook(path)), create('one', { a: '1' })]),
    ),
    ...cases(
      'create',
      'failing webhooks',
      titled(failures, (path) => [
        ...validating(hook(path), hook(path, { failurePolicy: 'Ignore' }, 'two.example.com')),
        create('one', { a: '1' }),
      ]),
    ),
    ...cases(
      'create',
      'ignored webhooks',
      titled(['/empty', '/status-500', '/other-uid', '/deny-message'], (path) => [
        ...validating(hook(path, { failurePolicy: 'Ignore' })),
        create('one', { a: '1' }),
      ]),
    ),
    ...cases(
      'create',
      'mutating webhooks',
      titled(patches, (path) => [...mutating(hook(path)), create('one', { a: '1' }), get(`${CONFIG_MAPS}/one`)]),
    ),
    ...cases('create', 'unreachable webhooks', {
      'a port where nobody is': [
        ...validating(hook('', { clientConfig: { url: 'https://127.0.0.1:9/path', caBundle: ca } })),
        create('one'),
      ],
      'another authority': [...validating(hook('', { clientConfig: { url: `${url}/allow` } })), create('one')],
      'a service that is not there': [
        ...validating(
          hook('', {
            clientConfig: { service: { name: 'absent', namespace: '<ns>', path: '/p', port: 8443 }, caBundle: ca },
          }),
        ),
        create('one'),
      ],
      'one that hangs': [...validating(hook('/hang', { timeoutSeconds: 1 })), create('one')],
      'one that hangs and may': [
        ...validating(hook('/hang', { timeoutSeconds: 1, failurePolicy: 'Ignore' })),
        create('one'),
      ],
    }),
    ...cases('update', 'webhooks', {
      'what a create is told': [
        ...validating(hook('/echo')),
        create('one', { a: '1' }, '?fieldManager=me&dryRun=All&fieldValidation=Strict'),
      ],
      'what an update is told': [
        post(CONFIG_MAPS, configMap('one', { data: { a: '1' } }, { labels: { echo: 'yes' } })),
        ...validating(hook('/echo', labelled)),
        put(`${CONFIG_MAPS}/one`, configMap('one', { data: { a: '2' } })),
        mergePatch(`${CONFIG_MAPS}/one?fieldManager=me`, { data: { a: '3' } }),
        jsonPatch(`${CONFIG_MAPS}/one`, [{ op: 'remove', path: '/data' }]),
      ],
      'what a delete is told': [
        post(CONFIG_MAPS, configMap('one', { data: { a: '1' } }, { labels: { echo: 'yes' } })),
        ...validating(hook('/echo', { ...labelled, rules: [{ ...RULE, operations: ['CREATE', 'DELETE'] }] })),
        del(`${CONFIG_MAPS}/one`, { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' }),
        del(`${CONFIG_MAPS}/one?dryRun=All`),
        del(CONFIG_MAPS),
      ],
      'a patch in admission of a dry run that it does not support': [
        ...validating(hook('/allow', { sideEffects: 'NoneOnDryRun' })),
        create('one', { a: '1' }, '?dryRun=All'),
      ],
      'a mutation on each update': [
        ...mutating(hook('/count', { rules: [RULE] })),
        create('one', { a: '1' }),
        mergePatch(`${CONFIG_MAPS}/one`, { data: { b: '1' } }),
        put(`${CONFIG_MAPS}/one`, configMap('one', { data: { a: '1' } })),
      ],
      'mutations of what is answered by name alone': [...mutating(hook('/rename')), create('one', { a: '1' })],
      'one that is told again': [
        ...mutating(
          hook('/count', { reinvocationPolicy: 'IfNeeded' }, 'a.example.com'),
          hook('/after', { reinvocationPolicy: 'Never' }, 'b.example.com'),
        ),
        create('one', { a: '1' }),
      ],
      'one that is not told again': [
        ...mutating(
          hook('/count', { reinvocationPolicy: 'Never' }, 'a.example.com'),
          hook('/after', { reinvocationPolicy: 'IfNeeded' }, 'b.example.com'),
        ),
        create('one', { a: '1' }),
      ],
    }),
    ...cases('update', 'webhooks matched', {
      'by conditions': [
        ...validating(
          hook('/deny', {
            matchConditions: [
              { name: 'named', expression: 'object.metadata.name != "spared"' },
              { name: 'user', expression: 'request.userInfo.username != "nobody"' },
            ],
          }),
        ),
        create('spared'),
        create('other'),
      ],
      'by a condition that fails': [
        ...validating(
          hook('/allow', { matchConditions: [{ name: 'broken', expression: 'object.data.absent == "x"' }] }),
        ),
        create('one', { a: '1' }),
      ],
      'by a condition that fails where failures are ignored': [
        ...validating(
          hook('/deny', {
            failurePolicy: 'Ignore',
            matchConditions: [{ name: 'broken', expression: 'object.data.absent == "x"' }],
          }),
        ),
        create('one', { a: '1' }),
      ],
      'by the authorizer': [
        ...validating(
          hook('/deny', {
            matchConditions: [
              { name: 'may', expression: '!authorizer.group("").resource("secrets").check("breakglass").allowed()' },
            ],
          }),
        ),
        create('one'),
      ],
      'by the kind of a subresource': [
        ...validating(hook('/echo', { rules: [{ ...echoed, resources: ['namespaces/status'] }] })),
        get('/api/v1/namespaces/<ns>/status', { as: 'there', pick: ['/kind'] }),
        mergePatch('/api/v1/namespaces/<ns>/status', {}),
      ],
      'by the labels of a namespace that is made': [
        ...validating(
          hook('/echo', {
            rules: [{ ...echoed, resources: ['namespaces'] }],
            namespaceSelector: { matchLabels: { hook: '<id>' } },
          }),
        ),
        post('/api/v1/namespaces', namespace('<id>-new', {}, { labels: { hook: '<id>' } })),
      ],
      'in an equivalent version': [
        ...validating(
          hook('/deny-message', {
            rules: [{ ...echoed, apiGroups: ['events.k8s.io'], apiVersions: ['v1'], resources: ['events'] }],
          }),
        ),
        post('/api/v1/namespaces/<ns>/events', {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: 'one' },
          involvedObject: { kind: 'ConfigMap', namespace: '<ns>', name: 'x' },
          reason: 'Seen',
          message: 'm',
          type: 'Normal',
        }),
      ],
      'never for their own configurations': [
        ...validating(
          hook('/deny', {
            namespaceSelector: {},
            rules: [{ ...echoed, apiGroups: ['admissionregistration.k8s.io'], resources: ['*'] }],
          }),
        ),
        mergePatch(`${VALIDATING}/<id>`, { metadata: { labels: { a: 'b' } } }, { pick: ['/metadata/labels'] }),
        del(`${VALIDATING}/<id>`, undefined, { pick: ['/status'] }),
      ],
    }),
    ...cases('create', 'webhooks refused', {
      'a condition that does not compile': [
        post(
          VALIDATING,
          configuration('Validating', [hook('/allow', { matchConditions: [{ name: 'a', expression: 'object.' }] })]),
        ),
      ],
      'a condition of parameters': [
        post(
          VALIDATING,
          configuration('Validating', [
            hook('/allow', { matchConditions: [{ name: 'a', expression: 'params.a == 1' }] }),
          ]),
        ),
      ],
      'a condition that is no truth': [
        post(
          MUTATING,
          configuration('Mutating', [hook('/allow', { matchConditions: [{ name: 'a', expression: '1' }] })]),
        ),
      ],
      'a bundle that is none': [
        post(
          VALIDATING,
          configuration('Validating', [hook('/allow', { clientConfig: { url, caBundle: 'bm90aGluZw==' } })]),
        ),
      ],
    }),
  ]
}
