import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readKubeconfig } from '../kubeconfig.ts'
import { request } from '../request.ts'
import { startTarget } from '../target.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases'
const map = (fields: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'wrong' }, ...fields })
const parsing = 'strconv.ParseInt: parsing "x": invalid syntax'
const version = 'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax'
const token = 'invalid continue token: continue key is not valid: '
const undecodable = (kind: string) => `${kind} in version "v1" cannot be handled as a ${kind}: `
const unmarshal = (found: string) => `json: cannot unmarshal ${found} into Go struct field `
const method = 'the server does not allow this method on the requested resource'

/** Each was sent to kube-apiserver, and this is what it answered. */
const CASES: readonly [method: string, path: string, body: object | undefined, status: number, message: string][] = [
  ['GET', `${MAPS}?limit=x`, undefined, 400, parsing],
  ['GET', `${MAPS}?timeoutSeconds=x`, undefined, 400, parsing],
  ['GET', `${MAPS}?watch=true&timeoutSeconds=x`, undefined, 400, parsing],
  ['GET', `${MAPS}?resourceVersion=x`, undefined, 400, `invalid resource version: ${version}`],
  ['GET', `${MAPS}/none?resourceVersion=x`, undefined, 500, version],
  ['GET', `${MAPS}?watch=true&resourceVersion=x`, undefined, 500, version],
  ['GET', `${MAPS}?continue=abc`, undefined, 400, `${token}invalid character 'i' looking for beginning of value`],
  ['GET', `${MAPS}?continue=!!!`, undefined, 400, `${token}illegal base64 data at input byte 0`],
  ['GET', `${MAPS}?continue=eyJ2IjoieCJ9`, undefined, 400, `${token}server does not recognize this encoded version x`],
  ['OPTIONS', MAPS, undefined, 405, method],
  ['PUT', MAPS, map({}), 405, method],
  ['POST', '/api/v1/configmaps', map({}), 405, method],
  ['POST', '/version', {}, 405, method],
  [
    'POST',
    MAPS,
    map({ data: 'x' }),
    400,
    `${undecodable('ConfigMap')}${unmarshal('string')}ConfigMap.data of type map[string]string`,
  ],
  [
    'POST',
    MAPS,
    map({ data: { a: 1 } }),
    400,
    `${undecodable('ConfigMap')}${unmarshal('number')}ConfigMap.data of type string`,
  ],
  [
    'POST',
    MAPS,
    map({ binaryData: { a: '***' } }),
    400,
    `${undecodable('ConfigMap')}illegal base64 data at input byte 0`,
  ],
  [
    'POST',
    MAPS,
    map({ metadata: { name: 1 } }),
    400,
    `${undecodable('ConfigMap')}${unmarshal('number')}ObjectMeta.metadata.name of type string`,
  ],
  [
    'POST',
    LEASES,
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'wrong' },
      spec: { leaseDurationSeconds: 1.5 },
    },
    400,
    `${undecodable('Lease')}json: cannot unmarshal number 1.5 into Go struct field LeaseSpec.spec.leaseDurationSeconds of type int32`,
  ],
]

test('parameters, methods and bodies are refused with the words of kube-apiserver', async (context) => {
  await using target = await startTarget()
  const access = await readKubeconfig(await target.workspace('wire'))
  for (const [verb, path, body, status, message] of CASES) {
    await context.test(`${verb} ${path} ${body === undefined ? '' : JSON.stringify(body)}`, async () => {
      const answer = await request(access, verb, path, body)
      assert.deepEqual([answer.status, JSON.parse(answer.text).message], [status, message])
    })
  }
})
