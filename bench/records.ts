import type { Access } from '../e2e/kubeconfig.ts'
import { request, requestObject } from '../e2e/request.ts'

/** The custom resource that is created, read and listed: about 1 kB as it is sent. */
export function recordsPath(namespace: string): string {
  return `/apis/bench.keelson.dev/v1/namespaces/${namespace}/records`
}

/** A record whose name is NAME. */
export const recordTemplate = JSON.stringify({
  apiVersion: 'bench.keelson.dev/v1',
  kind: 'Record',
  metadata: {
    name: 'NAME',
    labels: { app: 'bench', tier: 'back' },
    annotations: { 'bench.keelson.dev/note': 'x'.repeat(100) },
  },
  spec: {
    title: 'a record of the usual size',
    replicas: 3,
    enabled: true,
    settings: Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`setting-${index}`, 'v'.repeat(24)])),
    endpoints: Array.from({ length: 6 }, (_, index) => ({
      host: `host-${index}.example.com`,
      port: 8000 + index,
      weight: 10,
    })),
  },
})

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'records.bench.keelson.dev' },
  spec: {
    group: 'bench.keelson.dev',
    scope: 'Namespaced',
    names: { plural: 'records', singular: 'record', kind: 'Record', listKind: 'RecordList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                required: ['title', 'replicas'],
                properties: {
                  title: { type: 'string', maxLength: 200 },
                  replicas: { type: 'integer', minimum: 0, maximum: 1000 },
                  enabled: { type: 'boolean', default: true },
                  mode: { type: 'string', enum: ['fast', 'safe'], default: 'safe' },
                  settings: { type: 'object', additionalProperties: { type: 'string' } },
                  endpoints: {
                    type: 'array',
                    items: {
                      type: 'object',
                      required: ['host', 'port'],
                      properties: {
                        host: { type: 'string' },
                        port: { type: 'integer', minimum: 1, maximum: 65535 },
                        weight: { type: 'integer' },
                      },
                    },
                  },
                },
              },
              status: { type: 'object', properties: { phase: { type: 'string' } } },
            },
          },
        },
      },
    ],
  },
}

/** Makes an API know records, in the namespaces `listed` and `churn`; resolves once they are served. */
export async function defineRecords(access: Access): Promise<void> {
  await requestObject(access, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
  for (const name of ['listed', 'churn']) {
    await requestObject(access, 'POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })
  }
  while ((await request(access, 'GET', recordsPath('listed'))).status !== 200);
}
