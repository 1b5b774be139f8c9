import { join } from 'node:path'
import { test } from 'node:test'
import { readKubeconfig, writeKubeconfig } from '../kubeconfig.ts'
import { startKeelson } from '../server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { createWorkspace } from '../workspace.ts'
import { type Kubectl, kubectlWith } from './kubectl.ts'
import { play } from './scenario.ts'

const EXPORT = join(import.meta.dirname, '..', 'fixtures', 'gadgets-export.yaml')
const BINDING = `
apiVersion: apis.kcp.io/v1alpha2
kind: APIBinding
metadata: { name: gadgets }
spec: { reference: { export: { path: root:provider, name: gadgets } } }`
const gadget = (name: string, size: number): string => `
apiVersion: example.com/v1
kind: Gadget
metadata: { name: ${name} }
spec: { size: ${size} }`

test('one workspace exports an API, another one binds and uses it', async (context) => {
  await using keelson = await startKeelson()
  await using folder = await temporaryFolder()
  const administrator = await readKubeconfig(keelson.kubeconfig)
  const workspace = async (name: string): Promise<Kubectl> => {
    const path = join(folder.path, `${name}.kubeconfig`)
    await writeKubeconfig(path, await createWorkspace(administrator, name))
    return kubectlWith(path)
  }
  const [provider, consumer] = [await workspace('provider'), await workspace('consumer')]

  await context.test('the provider applies schema and export', (nested) =>
    play(nested, provider, [
      {
        run: `apply -f ${EXPORT}`,
        output: `
          apiresourceschema.apis.kcp.io/v1.gadgets.example.com created
          apiexport.apis.kcp.io/gadgets created`,
      },
      { run: `apply -f ${EXPORT}`, lines: ['apiexport.apis.kcp.io/gadgets unchanged'] },
      {
        run: 'get apiexport gadgets -o jsonpath=\'{.status.conditions[?(@.type=="IdentityValid")].status}\'',
        output: 'True',
      },
      { run: 'get secret -n kcp-system gadgets -o name', output: 'secret/gadgets' },
      { run: 'get apiexportendpointslices', output: 'NAME  EXPORT  PARTITION  AGE\ngadgets  gadgets  <age>' },
      { run: 'get gadgets', error: 'error: the server doesn\'t have a resource type "gadgets"' },
    ]),
  )

  await context.test('the consumer binds it and has the API', (nested) =>
    play(nested, consumer, [
      { run: 'get gadgets', error: 'error: the server doesn\'t have a resource type "gadgets"' },
      { run: 'apply -f -', input: BINDING, output: 'apibinding.apis.kcp.io/gadgets created' },
      {
        run: 'wait --for=condition=Ready apibinding/gadgets --timeout=120s',
        output: 'apibinding.apis.kcp.io/gadgets condition met',
      },
      {
        run: 'api-resources --api-group=example.com',
        output: 'NAME  SHORTNAMES  APIVERSION  NAMESPACED  KIND\ngadgets  gd  example.com/v1  true  Gadget',
      },
      { run: 'apply -f -', input: gadget('first', 3), output: 'gadget.example.com/first created' },
      { run: 'get gd', output: 'NAME  SIZE\nfirst  3' },
      { run: 'explain gadgets.spec.size', lines: ['FIELD: size <integer>'] },
      {
        run: 'apply -f -',
        input: gadget('none', 0),
        error:
          'The Gadget "none" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
      },
    ]),
  )

  await context.test('deleting the binding takes the API and its objects away', (nested) =>
    play(nested, consumer, [
      { run: 'delete apibinding gadgets --timeout=120s', output: 'apibinding.apis.kcp.io "gadgets" deleted' },
      {
        // kubectl remembers what it has discovered.
        run: 'get gadgets',
        error:
          'Error from server (NotFound): Unable to list "example.com/v1, Resource=gadgets": the server could not find the requested resource (get gadgets.example.com)',
      },
      { run: 'apply -f -', input: BINDING, output: 'apibinding.apis.kcp.io/gadgets created' },
      { run: 'get gadgets', error: 'No resources found in default namespace.', code: 0 },
    ]),
  )
})
