/** Watches in protobuf, over HTTP/2 and over WebSocket, and how they end. */
import { type Case, cases, del, events, get, mergePatch, open, post, put, type Step } from '../case.ts'
import { PROTOBUF } from '../protobuf.ts'
import type { Transport } from '../streams.ts'
import { CONFIG_MAPS, LEASES, lease, WIDGETS, widget } from './objects.ts'

/** Bookmarks come when they come: watches.test.ts looks at those. */
const WATCH_LIST = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan'
const BEARER = 'base64url.bearer.authorization.k8s.io.'
const END = Number.POSITIVE_INFINITY
const protobuf = { headers: { accept: PROTOBUF } }
const websocket = (headers: { [name: string]: string } = {}) => ({ over: 'websocket' as const, headers })
const say = (opcode: number, payload: string): Step => ({ say: 'w', opcode, payload })
/** Of a frame that closes: 1000 in two bytes, and a reason. */
const code = (number: number, reason = ''): string => String.fromCharCode(number >> 8, number & 255) + reason

const life = (
  path: string,
  one: (size: number) => never,
  more: { over?: Transport; headers?: { [name: string]: string } },
) => [
  get(path, { as: 'list', pick: ['/kind'] }),
  open('w', `${path}?resourceVersion=<list.metadata.resourceVersion>`, more),
  post(path, one(1), { pick: ['/kind'] }),
  put(`${path}/a`, one(2), { pick: ['/kind'] }),
  mergePatch(`${path}/a`, { metadata: { labels: { x: 'y' } } }, { pick: ['/kind'] }),
  del(`${path}/a`, undefined, { pick: ['/kind'] }),
  events('w', 4),
]
const ofLease = (size: number) => lease('a', { spec: { holderIdentity: `h${size}` } }) as never
const ofWidget = (size: number) => widget('a', { size }) as never
const selected = (more: { over?: Transport; headers?: { [name: string]: string } }) => [
  get(LEASES, { as: 'list', pick: ['/kind'] }),
  open('w', `${LEASES}?resourceVersion=<list.metadata.resourceVersion>&labelSelector=app%3Dx`, more),
  post(LEASES, lease('a', {}, { labels: { app: 'y' } }), { pick: ['/kind'] }),
  put(`${LEASES}/a`, lease('a', {}, { labels: { app: 'x' } }), { pick: ['/kind'] }),
  put(`${LEASES}/a`, lease('a', {}, { labels: { app: 'y' } }), { pick: ['/kind'] }),
  events('w', 2),
]
const initial = (more: { over?: Transport; headers?: { [name: string]: string } }) => [
  post(LEASES, lease('a'), { pick: ['/kind'] }),
  post(LEASES, lease('b'), { pick: ['/kind'] }),
  open('w', `${LEASES}?${WATCH_LIST}`, more),
  events('w', 2),
  post(LEASES, lease('c'), { pick: ['/kind'] }),
  events('w', 3),
]
/** With one event before the end, which is the server's. */
const ended = (query: string, more: { over?: Transport; headers?: { [name: string]: string } }) => [
  post(LEASES, lease('a'), { pick: ['/kind'] }),
  open('w', `${LEASES}?timeoutSeconds=1${query}`, more),
  events('w', END),
]
const refusals = (more: { over?: Transport; headers?: { [name: string]: string } }) => ({
  'a version that is none': [open('w', `${LEASES}?resourceVersion=x`, more)],
  'a selector that is none': [open('w', `${LEASES}?labelSelector=a+b`, more)],
  'a resource that is not there': [open('w', '/api/v1/namespaces/<ns>/nothings', more)],
  'a match that is none': [open('w', `${LEASES}?resourceVersionMatch=Exact`, more)],
})
const titled = (prefix: string, all: Record<string, readonly Step[]>): Record<string, readonly Step[]> =>
  Object.fromEntries(Object.entries(all).map(([title, steps]) => [`${prefix} ${title}`, steps]))

export const streamCases: readonly Case[] = [
  ...cases('watch', 'protobuf', {
    'a lease': life(LEASES, ofLease, protobuf),
    'a widget': [open('w', WIDGETS, protobuf)],
    'a widget for protobuf or json': life(WIDGETS, ofWidget, { headers: { accept: `${PROTOBUF},application/json` } }),
    'a selection': selected(protobuf),
    'initial events': initial(protobuf),
    'until the time is over': ended('', protobuf),
    'metadata of widgets': [
      post(WIDGETS, widget('a')),
      open('w', `${WIDGETS}?${WATCH_LIST}`, {
        headers: { accept: `${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io` },
      }),
      events('w', 1),
    ],
    tables: [open('w', LEASES, { headers: { accept: `${PROTOBUF};as=Table;v=v1;g=meta.k8s.io` } })],
    'asked for as a stream': life(LEASES, ofLease, { headers: { accept: `${PROTOBUF};stream=watch` } }),
    ...titled('refuses', refusals(protobuf)),
  }),
  ...cases('watch', 'http2', {
    'a lease': life(LEASES, ofLease, { over: 'http/2' }),
    'a widget': life(WIDGETS, ofWidget, { over: 'http/2' }),
    'a lease in protobuf': life(LEASES, ofLease, { over: 'http/2', ...protobuf }),
    'a selection': selected({ over: 'http/2' }),
    'initial events': initial({ over: 'http/2' }),
    'until the time is over': ended('', { over: 'http/2' }),
    ...titled('refuses', refusals({ over: 'http/2' })),
  }),
  ...cases('watch', 'websocket', {
    'a lease': life(LEASES, ofLease, websocket()),
    'a widget': life(WIDGETS, ofWidget, websocket()),
    'a lease in protobuf': life(LEASES, ofLease, websocket({ accept: PROTOBUF })),
    'a selection': selected(websocket()),
    'initial events': initial(websocket()),
    'initial events in protobuf': initial(websocket({ accept: PROTOBUF })),
    'tables of widgets': life(WIDGETS, ofWidget, websocket({ accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })),
    'a long event': [
      post(
        CONFIG_MAPS,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'x'.repeat(70_000) } },
        { pick: ['/kind'] },
      ),
      open('w', `${CONFIG_MAPS}?fieldSelector=metadata.name%3Da`, websocket()),
      events('w', 1),
    ],
    'until the time is over': ended('', websocket()),
    'until the time is over in protobuf': ended('', websocket({ accept: PROTOBUF })),
    'by the old path': [
      open('w', '/apis/coordination.k8s.io/v1/watch/namespaces/<ns>/leases', websocket()),
      post(LEASES, lease('a'), { pick: ['/kind'] }),
      events('w', 1),
    ],
    'of one protocol': ended('', websocket({ 'sec-websocket-protocol': 'mine' })),
    'of a protocol of channels': ended('', websocket({ 'sec-websocket-protocol': 'v4.channel.k8s.io' })),
    'of base64': ended('', websocket({ 'sec-websocket-protocol': 'base64.binary.k8s.io' })),
    'of two protocols': [open('w', LEASES, websocket({ 'sec-websocket-protocol': 'one, two' }))],
    'of no protocol': ended('', websocket({ 'sec-websocket-protocol': '' })),
    'with a token alone': [open('w', LEASES, websocket({ 'sec-websocket-protocol': `${BEARER}YQ` }))],
    'with a token that is nobody': [open('w', LEASES, websocket({ 'sec-websocket-protocol': `${BEARER}YQ, mine` }))],
    'with two tokens': [open('w', LEASES, websocket({ 'sec-websocket-protocol': `${BEARER}YQ, ${BEARER}Yg, mine` }))],
    'of another version': [open('w', LEASES, websocket({ 'sec-websocket-version': '8' }))],
    'without a version': [open('w', LEASES, websocket({ 'sec-websocket-version': '' }))],
    'without a key': [open('w', LEASES, websocket({ 'sec-websocket-key': '' }))],
    'with a short key': ended('', websocket({ 'sec-websocket-key': 'YQ==' })),
    'from another origin': ended('', websocket({ origin: 'https://elsewhere.example.com' })),
    'from an origin that is none': [open('w', LEASES, websocket({ origin: '://' }))],
    'from nowhere': [open('w', LEASES, websocket({ origin: '' }))],
    'that also keeps alive': ended('', websocket({ connection: 'keep-alive, Upgrade' })),
    'that begins in capitals': ended('', websocket({ connection: 'upgrade', upgrade: 'WebSocket' })),
    'of what is no watch': [{ open: 'w', path: LEASES, over: 'websocket' }],
    'of one that is no watch': [
      post(LEASES, lease('a'), { pick: ['/kind'] }),
      { open: 'w', path: `${LEASES}/a`, over: 'websocket' },
    ],
    'of a form that is none': [open('w', LEASES, websocket({ accept: 'text/html' }))],
    'that is pinged': [open('w', LEASES, websocket()), say(9, 'hi'), events('w', 1), say(9, ''), events('w', 2)],
    'that gets a pong': [
      open('w', LEASES, websocket()),
      say(10, 'hi'),
      post(LEASES, lease('a'), { pick: ['/kind'] }),
      events('w', 1),
    ],
    'that gets a text': [
      open('w', LEASES, websocket()),
      say(1, 'hello'),
      post(LEASES, lease('a'), { pick: ['/kind'] }),
      events('w', 1),
    ],
    'that gets bytes': [
      open('w', LEASES, websocket()),
      say(2, 'hello'),
      post(LEASES, lease('a'), { pick: ['/kind'] }),
      events('w', 1),
    ],
    'that is closed': [open('w', LEASES, websocket()), say(8, code(1000)), events('w', END)],
    'that is closed with a reason': [open('w', LEASES, websocket()), say(8, code(1001, 'away')), events('w', END)],
    'that is closed without a code': [open('w', LEASES, websocket()), say(8, ''), events('w', END)],
    ...titled('refuses', refusals(websocket())),
    ...titled('refuses in protobuf', refusals(websocket({ accept: PROTOBUF }))),
  }),
  ...cases('watch', 'time-outs', {
    'a lease of one second': ended('', {}),
    'no bookmark before its time': [
      post(LEASES, lease('a'), { as: 'a', pick: ['/kind'] }),
      open('w', `${LEASES}?allowWatchBookmarks=true&resourceVersion=<a.metadata.resourceVersion>`),
      post(LEASES, lease('b'), { pick: ['/kind'] }),
      events('w', 1),
    ],
    'initial events maybe': [open('w', `${LEASES}?timeoutSeconds=1&sendInitialEvents=maybe`), events('w', END)],
    'zero seconds': [open('w', `${LEASES}?timeoutSeconds=0`), events('w', 0)],
    'more than can be': [open('w', `${LEASES}?timeoutSeconds=9223372036854775808`)],
    'half a second': [open('w', `${LEASES}?timeoutSeconds=0.5`)],
  }),
]
