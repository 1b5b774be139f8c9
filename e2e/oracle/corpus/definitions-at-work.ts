import { type Case, cases, del, events, get, mergePatch, open, post, put } from '../case.ts'
import { CRDS } from './objects.ts'
import {
  A_AND_N,
  crd,
  established,
  isEstablished,
  KIND,
  OWN,
  object,
  STATUS,
  served,
  THINGS,
  thing,
  things,
  version,
  versions,
} from './things.ts'

export const definitionCases: readonly Case[] = [
  ...cases('create', 'definitions at work', {
    'of an authority that is none': [
      post(
        CRDS,
        things({
          conversion: {
            strategy: 'Webhook',
            webhook: {
              conversionReviewVersions: ['v1'],
              clientConfig: { url: 'https://a.example.com', caBundle: 'eA==' },
            },
          },
        }),
        STATUS,
      ),
      get(OWN, { until: { field: 'status.conditions.1.reason', is: 'InvalidCABundle' }, ...STATUS }),
    ],
    'a kind that another one has, until that goes': [
      ...established(),
      post(CRDS, crd('others', 'Thing'), KIND),
      get(`${CRDS}/others.<id>.dev`, { until: { field: 'status.conditions.1.status', is: 'False' }, ...STATUS }),
      del(OWN, undefined, KIND),
      get(`${CRDS}/others.<id>.dev`, { until: isEstablished, ...STATUS }),
    ],
    'a short name that another one has, until that changes': [
      ...established(things({ names: { plural: 'things', kind: 'Thing', shortNames: ['th', 'tg'] } })),
      post(
        CRDS,
        crd('others', 'Other', { names: { plural: 'others', kind: 'Other', shortNames: ['th', 'ot'] } }),
        KIND,
      ),
      get(`${CRDS}/others.<id>.dev`, { until: { field: 'status.conditions.1.status', is: 'False' }, ...STATUS }),
      mergePatch(OWN, { spec: { names: { shortNames: ['tg'] } } }, KIND),
      get(`${CRDS}/others.<id>.dev`, { until: isEstablished, ...STATUS }),
    ],
    'a singular that is a plural': [
      ...established(),
      post(CRDS, crd('others', 'Other', { names: { plural: 'others', kind: 'Other', singular: 'things' } }), KIND),
      get(`${CRDS}/others.<id>.dev`, { until: { field: 'status.conditions.1.status', is: 'False' }, ...STATUS }),
    ],
    'of a deprecated version': [
      ...served(things({ versions: [version(A_AND_N, { deprecated: true })] })),
      get(THINGS, KIND),
      post(THINGS, thing('one', { a: 'x' }), KIND),
      mergePatch(`${THINGS}/one`, { spec: { a: 'y' } }, KIND),
      del(`${THINGS}/one`, undefined, KIND),
    ],
    'an unknown format twice': [
      post(
        CRDS,
        things({
          versions: [
            version(object({ a: { type: 'string', format: 'other' }, b: { type: 'string', format: 'other' } })),
          ],
        }),
        KIND,
      ),
    ],
    'an unknown format in a dry run': [
      post(
        `${CRDS}?dryRun=All`,
        things({ versions: [version(object({ a: { type: 'integer', format: 'date' } }))] }),
        KIND,
      ),
    ],
  }),
  ...cases('update', 'definitions at work', {
    'labels by its status': [...established(), mergePatch(`${OWN}/status`, { metadata: { labels: { a: 'b' } } })],
    'its spec by its status': [...established(), mergePatch(`${OWN}/status`, { spec: { scope: 'Cluster' } })],
    'bad accepted names': [
      ...established(),
      mergePatch(`${OWN}/status`, { status: { acceptedNames: { plural: 'A B' } } }),
    ],
    'a stored version that there is not': [
      ...established(),
      mergePatch(`${OWN}/status`, { status: { storedVersions: ['v1', 'v0'] } }, STATUS),
      mergePatch(OWN, { metadata: { labels: { a: 'b' } } }, { pick: ['/message', '/details'] }),
    ],
    'without a resourceVersion': [...established(), put(OWN, things())],
    'a new unknown format': [
      ...established(things({ versions: [version(object({ a: { type: 'string', format: 'old' } }))] })),
      mergePatch(
        OWN,
        versions(version(object({ a: { type: 'string', format: 'old' }, b: { type: 'string', format: 'new' } }))),
        KIND,
      ),
    ],
    'a short name': [
      ...established(),
      mergePatch(OWN, { spec: { names: { shortNames: ['th'] } } }),
      get(OWN, { until: { field: 'status.acceptedNames.shortNames.0', is: 'th' }, ...STATUS }),
    ],
    'a version is served no more': [
      ...served(things({ versions: [version(A_AND_N), version(A_AND_N, { name: 'v2', storage: false })] })),
      mergePatch(
        OWN,
        versions(version(A_AND_N, { served: false }), version(A_AND_N, { name: 'v2', storage: false })),
        STATUS,
      ),
      get(THINGS, { until: 404 }),
      get(THINGS.replace('/v1/', '/v2/'), { until: 200, ...KIND }),
    ],
    'scale comes': [
      ...served(),
      post(THINGS, thing('one', { n: 3 }), KIND),
      mergePatch(
        OWN,
        versions(
          version(A_AND_N, {
            subresources: { scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' } },
          }),
        ),
        KIND,
      ),
      get(`${THINGS}/one/scale`, { until: 200 }),
    ],
    'status goes': [
      ...served(
        things({
          versions: [
            version({ ...A_AND_N, 'x-kubernetes-preserve-unknown-fields': true }, { subresources: { status: {} } }),
          ],
        }),
      ),
      post(THINGS, thing('one', { n: 3 }, { status: { a: 1 } })),
      mergePatch(`${THINGS}/one/status`, { status: { a: 2 } }),
      mergePatch(
        OWN,
        versions(version({ ...A_AND_N, 'x-kubernetes-preserve-unknown-fields': true }, { subresources: null })),
        KIND,
      ),
      get(`${THINGS}/one/status`, { until: 404 }),
      mergePatch(`${THINGS}/one`, { status: { a: 3 } }),
    ],
  }),
  ...cases('watch', 'definitions at work', {
    'objects whose definition goes': [
      ...served(),
      post(THINGS, thing('one', { a: 'x' }), KIND),
      open('w', THINGS),
      events('w', 1),
      del(OWN, undefined, KIND),
      get(THINGS, { until: 404 }),
      events('w', 2),
    ],
  }),
]
