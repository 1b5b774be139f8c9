import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Attributes, pathAttributes, resourceAttributes } from './attributes.ts'
import { type PolicyRule, ruleAllows } from './policy-rule.ts'

const user = { username: 'alice', groups: [] }

/** `get apps/deployments/status web` */
function resource(text: string): Attributes {
  const [verb = '', path = '', name = ''] = text.split(' ')
  const [group = '', plural = '', subresource = ''] = path.split('/')
  return resourceAttributes({ user, cluster: 'a', verb, group, resource: plural, subresource, name })
}

function path(text: string): Attributes {
  const [verb = '', url = ''] = text.split(' ')
  return pathAttributes({ user, cluster: 'a', verb, path: url })
}

describe('a rule for resources', () => {
  const cases: { name: string; rule: Partial<PolicyRule>; allows: string[]; refuses: string[] }[] = [
    {
      name: 'names verb, group and resource',
      rule: { verbs: ['get', 'list'], apiGroups: ['apps'], resources: ['deployments'] },
      allows: ['get apps/deployments web', 'list apps/deployments'],
      refuses: [
        'watch apps/deployments',
        'get /deployments web',
        'get apps/statefulsets',
        'get apps/deployments/status web',
      ],
    },
    {
      name: 'allows every verb, group or resource by a star',
      rule: { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      allows: ['get apps/deployments web', 'use tenancy.kcp.io/workspacetypes x', 'create /pods/exec web'],
      refuses: [],
    },
    {
      name: 'names the core group as the empty text',
      rule: { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
      allows: ['get /pods web'],
      refuses: ['get metrics.k8s.io/pods web'],
    },
    {
      name: 'names a subresource together with its resource',
      rule: { verbs: ['get'], apiGroups: [''], resources: ['pods/log'] },
      allows: ['get /pods/log web'],
      refuses: ['get /pods web', 'get /pods/exec web', 'get /services/log web'],
    },
    {
      name: 'names a subresource of every resource',
      rule: { verbs: ['update'], apiGroups: ['*'], resources: ['*/scale'] },
      allows: ['update apps/deployments/scale web', 'update apps/statefulsets/scale web'],
      refuses: [
        'update apps/deployments web',
        'update apps/deployments/status web',
        'update apps/deployments/rescale web',
      ],
    },
    {
      name: 'with names allows nothing without a name',
      rule: { verbs: ['*'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['a', 'b'] },
      allows: ['get /configmaps a', 'delete /configmaps b'],
      refuses: ['get /configmaps c', 'list /configmaps', 'create /configmaps'],
    },
    {
      name: 'a star among the names is a plain name',
      rule: { verbs: ['get'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['*'] },
      allows: ['get /configmaps *'],
      refuses: ['get /configmaps a'],
    },
    {
      name: 'without groups allows nothing',
      rule: { verbs: ['*'], resources: ['*'] },
      allows: [],
      refuses: ['get /pods web'],
    },
    {
      name: 'says nothing of URLs, even when they are there too',
      rule: { verbs: ['get'], apiGroups: [''], resources: ['pods'], nonResourceURLs: ['*'] },
      allows: ['get /pods web'],
      refuses: ['get /services web'],
    },
  ]
  for (const { name, rule, allows, refuses } of cases) {
    test(name, () => {
      for (const text of allows) assert.ok(ruleAllows({ verbs: [], ...rule }, resource(text)), text)
      for (const text of refuses) assert.ok(!ruleAllows({ verbs: [], ...rule }, resource(text)), text)
    })
  }
})

describe('a rule for URLs', () => {
  const cases: { url: string; allows: string[]; refuses: string[] }[] = [
    { url: '/healthz', allows: ['get /healthz'], refuses: ['get /healthz/', 'post /healthz', 'get /health'] },
    { url: '/apis/*', allows: ['get /apis/', 'get /apis/apps/v1'], refuses: ['get /apis', 'get /api'] },
    { url: '*', allows: ['get /', 'get /anything'], refuses: ['post /'] },
    { url: '/a*b', allows: ['get /a*b'], refuses: ['get /axb'] },
  ]
  for (const { url, allows, refuses } of cases) {
    test(`for ${url}`, () => {
      const rule = { verbs: ['get'], nonResourceURLs: [url] }
      for (const text of allows) assert.ok(ruleAllows(rule, path(text)), text)
      for (const text of refuses) assert.ok(!ruleAllows(rule, path(text)), text)
    })
  }
})
