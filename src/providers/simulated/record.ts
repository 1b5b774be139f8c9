import { createHash } from 'node:crypto'
import type { ClusterSpec, ClusterState, ObservedCluster } from '../provider.ts'
import { marksOf } from '../tags.ts'
import { jsonShape } from './json-shape.ts'

/** One pretended cluster, as its file `clusters/<external name>.json` has it. Only `state` must be given by hand. */
export interface ClusterRecord {
  simulated: true
  /** Tells this incarnation from others of the same name. */
  uid: string
  state: ClusterState
  tags: Record<string, string>
  spec: ClusterSpec
  /** How many steps of the build are done. */
  built: number
  endpoint?: {
    host: string
    port: number
    /** Any text: it stands for the certificate in DER. Another text is another certificate authority. */
    certificateAuthority: string
  }
  /** RFC 3339. A cluster that is deleting is gone from this moment on, even if no process is there to see it. */
  goneAt?: string
  message: string
  /** The last lines of its output, for the error of a build that failed. */
  logTail: string[]
}

const count = { type: 'integer', minimum: 0 }
const text = { type: 'string' }

export const parseRecord = jsonShape<ClusterRecord>({
  type: 'object',
  required: ['state'],
  properties: {
    simulated: { type: 'boolean', enum: [true], default: true },
    uid: { type: 'string', pattern: '^[-a-z0-9]+$', default: 'by-hand' },
    state: { type: 'string', enum: ['building', 'ready', 'failed', 'deleting', 'stopped', 'unreachable'] },
    tags: { type: 'object', additionalProperties: text, default: {} },
    spec: {
      type: 'object',
      default: {},
      properties: {
        version: text,
        topology: {
          type: 'object',
          properties: {
            controlPlane: { type: 'object', required: ['replicas'], properties: { replicas: count } },
            pools: {
              type: 'array',
              items: {
                type: 'object',
                required: ['name', 'replicas'],
                properties: { name: text, replicas: count, type: text },
              },
            },
          },
        },
      },
    },
    built: { ...count, default: 0 },
    endpoint: {
      type: 'object',
      required: ['host', 'port', 'certificateAuthority'],
      properties: { host: text, port: count, certificateAuthority: text },
    },
    goneAt: { type: 'string', format: 'date-time' },
    message: { ...text, default: '' },
    logTail: { type: 'array', items: text, default: [] },
  },
})

export const TYPE = 'simulated'

/** One incarnation of the cluster of this name. */
export interface ClusterName {
  externalName: string
  uid: string
}

export function externalIDOf({ externalName, uid }: ClusterName): string {
  return `${TYPE}://${externalName}/${uid}`
}

/** The inverse of externalIDOf; undefined for what is no id of ours. */
export function parseExternalID(externalID: string): ClusterName | undefined {
  const [, externalName, uid] = /^simulated:\/\/([-a-z0-9]+)\/([-a-z0-9]+)$/.exec(externalID) ?? []
  return externalName === undefined || uid === undefined ? undefined : { externalName, uid }
}

/** What a record looks like from outside. Into an unreachable cluster nobody can look: only its tags are seen. */
export function observed(externalName: string, record: ClusterRecord): ObservedCluster {
  const { state, endpoint } = record
  const base: ObservedCluster = {
    found: true,
    externalID: externalIDOf({ externalName, uid: record.uid }),
    externalName,
    state,
    ...marksOf(record.tags),
    spec: state === 'unreachable' ? {} : structuredClone(record.spec),
    message: record.message,
  }
  if (endpoint === undefined) return base
  const digest = createHash('sha256').update(endpoint.certificateAuthority).digest('hex')
  return { ...base, endpoint: { host: endpoint.host, port: endpoint.port, caFingerprint: `sha256:${digest}` } }
}
