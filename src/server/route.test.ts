import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findRoute, isTrue, type RequestInfo } from './route.ts'

const route = (method: string, url: string): RequestInfo => {
  const [path = '', query = ''] = url.split('?')
  return findRoute(method, path, new URLSearchParams(query))
}
/** verb group/version/resource/subresource namespace/name, and three dots when there is more behind that */
const summary = ({ isResource, verb, path, group, version, resource, subresource, deeper, ...place }: RequestInfo) => {
  const where = `${place.namespace}|${place.name}${deeper === true ? ' ...' : ''}`
  return isResource ? `${verb} ${group}|${version}|${resource}|${subresource} ${where}` : `${verb} ${path}`
}

describe('a path and method ask for', () => {
  const CASES: readonly [string, string, string][] = [
    ['GET', '/api/v1/namespaces', 'list |v1|namespaces| |'],
    ['GET', '/api/v1/namespaces/a', 'get |v1|namespaces| a|a'],
    ['GET', '/api/v1/namespaces/a?watch=true', 'get |v1|namespaces| a|a'],
    ['PUT', '/api/v1/namespaces/a/finalize', 'update |v1|namespaces|finalize a|a'],
    ['PUT', '/api/v1/namespaces/a/status', 'update |v1|namespaces|status a|a'],
    ['GET', '/api/v1/namespaces/a/configmaps', 'list |v1|configmaps| a|'],
    ['GET', '/api/v1/namespaces/a/configmaps?watch=1', 'watch |v1|configmaps| a|'],
    ['GET', '/api/v1/namespaces/a/configmaps?watch=false', 'list |v1|configmaps| a|'],
    ['GET', '/api/v1/namespaces/a/configmaps/b', 'get |v1|configmaps| a|b'],
    ['HEAD', '/api/v1/namespaces/a/configmaps/b', 'get |v1|configmaps| a|b'],
    ['POST', '/api/v1/namespaces/a/serviceaccounts/b/token', 'create |v1|serviceaccounts|token a|b'],
    ['PATCH', '/api/v1/namespaces/a/configmaps/b', 'patch |v1|configmaps| a|b'],
    ['DELETE', '/api/v1/namespaces/a/configmaps/b', 'delete |v1|configmaps| a|b'],
    ['DELETE', '/api/v1/namespaces/a/configmaps', 'deletecollection |v1|configmaps| a|'],
    ['GET', '/api/v1/configmaps', 'list |v1|configmaps| |'],
    [
      'GET',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:x',
      'get rbac.authorization.k8s.io|v1|clusterroles| |system:x',
    ],
    ['GET', '/apis/example.com/v1/clusters/c', 'get example.com|v1|clusters| |c'],
    ['GET', '//api//v1//configmaps//', 'get //api//v1//configmaps//'],
    ['GET', '/api/v1/watch/namespaces/a/configmaps', 'watch |v1|configmaps| a|'],
    ['GET', '/api/v1/watch/configmaps', 'watch |v1|configmaps| |'],
    ['GET', '/api/v1/watch', 'list |v1|watch| |'],
    ['GET', '/api/v1/namespaces/a/configmaps/b%2Fc', 'get |v1|configmaps| a|b/c'],
    ['GET', '/api/v1/namespaces/a/configmaps/%E0%A4%A', 'get |v1|configmaps| a|%E0%A4%A'],
    ['GET', '/api/v1/namespaces/a/configmaps/__proto__', 'get |v1|configmaps| a|__proto__'],
    ['GET', '/api', 'get /api'],
    ['GET', '/api/v1', 'get /api/v1'],
    ['GET', '/apis', 'get /apis'],
    ['GET', '/apis/example.com/v1', 'get /apis/example.com/v1'],
    ['GET', '/api/v1/namespaces/a/configmaps/b/c/d', 'get |v1|configmaps|c a|b ...'],
    ['PUT', '/api/v1/namespaces/a/status/more', 'update |v1|namespaces|status a|a ...'],
    ['GET', '/api/v1/namespaces/a/finalize', 'get |v1|namespaces|finalize a|a'],
    ['GET', '/healthz', 'get /healthz'],
    ['OPTIONS', '/api/v1/configmaps', ' |v1|configmaps| |'],
    ['constructor', '/api/v1/configmaps', ' |v1|configmaps| |'],
    ['__proto__', '/api/v1/configmaps', ' |v1|configmaps| |'],
  ]
  for (const [method, url, expected] of CASES) {
    test(`${method} ${url}`, () => assert.equal(summary(route(method, url)), expected))
  }
})

test('a parameter counts as true unless it says no', () => {
  for (const value of ['1', 't', 'T', 'true', 'TRUE', 'yes']) assert.equal(isTrue(value), true, value)
  for (const value of [null, '', '0', 'f', 'F', 'false', 'False', 'FALSE']) assert.equal(isTrue(value), false)
})
