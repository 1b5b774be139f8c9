import type { Access } from '../e2e/kubeconfig.ts'
import { requestObject } from '../e2e/request.ts'
import { accessTo, createWorkspace } from '../e2e/workspace.ts'
import { load } from './load.ts'

const schema = {
  apiVersion: 'apis.kcp.io/v1alpha1',
  kind: 'APIResourceSchema',
  metadata: { name: 'v1.gadgets.bench.keelson.dev' },
  spec: {
    group: 'bench.keelson.dev',
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'string' } } } } },
      },
    ],
  },
}

const apiExport = {
  apiVersion: 'apis.kcp.io/v1alpha2',
  kind: 'APIExport',
  metadata: { name: 'gadgets' },
  spec: {
    resources: [{ name: 'gadgets', group: 'bench.keelson.dev', schema: schema.metadata.name, storage: { crd: {} } }],
  },
}

const binding = {
  apiVersion: 'apis.kcp.io/v1alpha2',
  kind: 'APIBinding',
  metadata: { name: 'gadgets' },
  spec: { reference: { export: { path: 'root:exporter', name: apiExport.metadata.name } } },
}

/** Makes the export that workspaces are bound to. */
export async function defineExport(administrator: Access): Promise<void> {
  const exporter = await createWorkspace(administrator, 'exporter')
  await requestObject(exporter, 'POST', '/apis/apis.kcp.io/v1alpha1/apiresourceschemas', schema)
  await requestObject(exporter, 'POST', '/apis/apis.kcp.io/v1alpha2/apiexports', apiExport)
}

/** Binds each of the workspaces `root:<prefix>0` to `root:<prefix><count - 1>` to it. */
export async function bindAll(
  administrator: Access,
  prefix: string,
  count: number,
  concurrency: number,
): Promise<void> {
  await load(
    { ...administrator, url: new URL(administrator.url).origin },
    {
      operation: 'create',
      path: '/clusters/root:NAME/apis/apis.kcp.io/v1alpha2/apibindings',
      concurrency,
      count,
      prefix,
      body: JSON.stringify(binding),
    },
  )
}

interface Bindings {
  metadata: { continue?: string }
  items: { status?: { phase?: string } }[]
}

/**
 * How many of all APIBindings are bound, of one: what was answered is not all that is asked for.
 *
 * @param master who may look into every logical cluster at once
 */
export async function boundShare(master: Access): Promise<number> {
  const everywhere = accessTo(master, '*')
  let [all, bound, token] = [0, 0, '']
  do {
    const page = `limit=500${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`
    const list = await requestObject<Bindings>(everywhere, 'GET', `/apis/apis.kcp.io/v1alpha2/apibindings?${page}`)
    all += list.items.length
    bound += list.items.filter(({ status }) => status?.phase === 'Bound').length
    token = list.metadata.continue ?? ''
  } while (token !== '')
  return bound / all
}
