/** Objects that hold any JSON in `spec.doc`. */
import type { Json } from '../oracle/case.ts'
import type { Connection, RawAnswer } from '../oracle/connection.ts'

export const DOCUMENTS = '/apis/suites.keelson.dev/v1/namespaces/default/documents'

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'documents.suites.keelson.dev' },
  spec: {
    group: 'suites.keelson.dev',
    scope: 'Namespaced',
    names: { plural: 'documents', kind: 'Document' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { doc: { nullable: true, 'x-kubernetes-preserve-unknown-fields': true } },
              },
            },
          },
        },
      },
    ],
  },
}

/** Resolves once they are served. */
export async function defineDocuments(connection: Connection): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const headers = { 'content-type': 'application/json' }
  const { status, body } = await connection.send({ method: 'POST', path, headers, body: JSON.stringify(definition) })
  if (status !== 201) throw new Error(`${status} ${body}`)
  while ((await connection.send({ method: 'GET', path: DOCUMENTS })).status !== 200);
}

/** Makes one, and says where it is. */
export async function createDocument(
  connection: Connection,
  name: string,
  doc: Json,
): Promise<RawAnswer & { readonly path: string }> {
  const body = { apiVersion: 'suites.keelson.dev/v1', kind: 'Document', metadata: { name }, spec: { doc } }
  const headers = { 'content-type': 'application/json' }
  const answer = await connection.send({ method: 'POST', path: DOCUMENTS, headers, body: JSON.stringify(body) })
  return { ...answer, path: `${DOCUMENTS}/${name}` }
}
