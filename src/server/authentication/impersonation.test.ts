import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { forbidden, StatusError, type UserInfo } from '../../machinery/index.ts'
import { impersonate } from './impersonation.ts'
import type { ImpersonationAttributes } from './impersonation-modes.ts'
import { headersOf } from './request-headers.ts'

const caller: UserInfo = { username: 'root', groups: ['ops', 'system:authenticated'] }
const master: UserInfo = { username: 'shard-admin', groups: ['system:masters', 'system:authenticated'] }
const scoped = { 'authentication.kcp.io/scopes': ['cluster:abc'] }

const refusalOn = forbidden({ group: '', resource: 'configmaps' }, '', 'not this')
/** Of whoever has plain impersonation alone. */
const refuseOn = async () => refusalOn

async function act(rawHeaders: string[], as: UserInfo = caller) {
  const asked: string[] = []
  const refuse = async ({ group, resource, subresource, namespace, name }: ImpersonationAttributes) => {
    asked.push([group, resource, subresource, namespace, name].join('|'))
    return undefined
  }
  return { user: await impersonate(headersOf(rawHeaders), as, { cluster: 'abc', refuse, refuseOn }), asked }
}

describe('acting as somebody else', () => {
  test('without the headers, the caller stays who it is', async () => {
    assert.deepEqual(await act(['Accept', 'x']), { user: caller, asked: [] })
  })

  const cases: { name: string; headers: string[]; as?: UserInfo; user: UserInfo; asked: string[] }[] = [
    {
      name: 'a user, scoped to the logical cluster of the request',
      headers: ['Impersonate-User', 'alice'],
      user: { username: 'alice', groups: ['system:authenticated'], extra: scoped },
      asked: ['|users|||alice'],
    },
    {
      name: 'as system:masters, without a scope',
      headers: ['Impersonate-User', 'alice'],
      as: master,
      user: { username: 'alice', groups: ['system:authenticated'] },
      asked: ['|users|||alice'],
    },
    {
      name: 'groups, each of which must be allowed',
      headers: ['Impersonate-User', 'alice', 'Impersonate-Group', 'dev', 'Impersonate-Group', 'a, b'],
      user: { username: 'alice', groups: ['dev', 'a, b', 'system:authenticated'], extra: scoped },
      asked: ['|users|||alice', '|groups|||dev', '|groups|||a, b'],
    },
    {
      name: 'a service account has the groups of its namespace',
      headers: ['Impersonate-User', 'system:serviceaccount:default:builder'],
      user: {
        username: 'system:serviceaccount:default:builder',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
        extra: scoped,
      },
      asked: ['|serviceaccounts||default|builder'],
    },
    {
      name: 'a service account with groups named has only those',
      headers: ['Impersonate-User', 'system:serviceaccount:default:builder', 'Impersonate-Group', 'dev'],
      user: {
        username: 'system:serviceaccount:default:builder',
        groups: ['dev', 'system:authenticated'],
        extra: scoped,
      },
      asked: ['|serviceaccounts||default|builder', '|groups|||dev'],
    },
    {
      name: 'a name that only looks like a service account is a user',
      headers: ['Impersonate-User', 'system:serviceaccount:Default:builder'],
      user: { username: 'system:serviceaccount:Default:builder', groups: ['system:authenticated'], extra: scoped },
      asked: ['|users|||system:serviceaccount:Default:builder'],
    },
    {
      name: 'anonymous is unauthenticated',
      headers: ['Impersonate-User', 'system:anonymous'],
      user: { username: 'system:anonymous', groups: ['system:unauthenticated'], extra: scoped },
      asked: ['|users|||system:anonymous'],
    },
    {
      name: 'unauthenticated on request',
      headers: ['Impersonate-User', 'alice', 'Impersonate-Group', 'system:unauthenticated'],
      user: { username: 'alice', groups: ['system:unauthenticated'], extra: scoped },
      asked: ['|users|||alice', '|groups|||system:unauthenticated'],
    },
    {
      name: 'a UID and extra fields, whose keys travel escaped',
      headers: [
        'Impersonate-User',
        'alice',
        'Impersonate-Uid',
        'u1',
        'Impersonate-Extra-Example.com%2fTeam',
        'a',
        'Impersonate-Extra-Example.com%2fTeam',
        'b',
      ],
      as: master,
      user: {
        username: 'alice',
        uid: 'u1',
        groups: ['system:authenticated'],
        extra: { 'example.com/team': ['a', 'b'] },
      },
      asked: [
        '|users|||alice',
        'authentication.k8s.io|uids|||u1',
        'authentication.k8s.io|userextras|example.com/team||a',
        'authentication.k8s.io|userextras|example.com/team||b',
      ],
    },
    {
      name: 'a special group that the caller is in itself',
      headers: ['Impersonate-User', 'alice', 'Impersonate-Group', 'system:authenticated'],
      user: { username: 'alice', groups: ['system:authenticated'], extra: scoped },
      asked: ['|users|||alice', '|groups|||system:authenticated'],
    },
    {
      name: 'a scope of its own is narrowed further, never widened',
      headers: ['Impersonate-User', 'alice', 'Impersonate-Extra-Authentication.kcp.io%2fscopes', 'cluster:other'],
      user: {
        username: 'alice',
        groups: ['system:authenticated'],
        extra: { 'authentication.kcp.io/scopes': ['cluster:other', 'cluster:abc'] },
      },
      asked: ['|users|||alice', 'authentication.k8s.io|userextras|authentication.kcp.io/scopes||cluster:other'],
    },
  ]
  for (const { name, headers, as, user, asked } of cases) {
    test(name, async () => assert.deepEqual(await act(headers, as), { user, asked }))
  }
})

describe('refuses', () => {
  const cases: { name: string; headers: string[]; code: number; message: string }[] = [
    {
      name: 'groups without a user',
      headers: ['Impersonate-Group', 'dev'],
      code: 400,
      message:
        'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"dev"}, Extra:map[string][]string(nil)} without impersonating a user name',
    },
    {
      name: 'a UID without a user',
      headers: ['Impersonate-Uid', 'u1'],
      code: 400,
      message:
        'requested &user.DefaultInfo{Name:"", UID:"u1", Groups:[]string(nil), Extra:map[string][]string(nil)} without impersonating a user name',
    },
    {
      name: 'extra fields without a user',
      headers: ['Impersonate-Extra-X', 'y', 'Impersonate-Extra-X', 'z', 'Impersonate-Extra-A', 'b'],
      code: 400,
      message:
        'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string(nil), Extra:map[string][]string{"a":[]string{"b"}, "x":[]string{"y", "z"}}} without impersonating a user name',
    },
    ...['system:masters', 'system:kcp:admin', 'system:kcp:logical-cluster-admin', 'system:kcp:initializer:a:b'].map(
      (group) => ({
        name: `${group} for one who is not in it`,
        headers: ['Impersonate-User', 'alice', 'Impersonate-Group', group],
        code: 403,
        message: 'forbidden: impersonation is not allowed for the requestor',
      }),
    ),
    {
      name: 'a warrant, which could name any group',
      headers: [
        'Impersonate-User',
        'alice',
        'Impersonate-Extra-authorization.kcp.io%2fwarrant',
        '{"groups":["system:masters"]}',
      ],
      code: 403,
      message: 'forbidden: impersonation is not allowed for the requestor',
    },
  ]
  for (const { name, headers, code, message } of cases) {
    test(name, async () => {
      await assert.rejects(act(headers), (error) => {
        assert.ok(error instanceof StatusError)
        assert.deepEqual([error.status.code, error.message], [code, message])
        return true
      })
    })
  }

  test('what no mode allows, with the answer of the first', async () => {
    const refusal = forbidden({ group: '', resource: 'groups' }, 'dev', 'no')
    const refuse = async ({ resource }: ImpersonationAttributes) => (resource === 'groups' ? refusal : undefined)
    const headers = headersOf(['Impersonate-User', 'alice', 'Impersonate-Group', 'dev'])
    const options = { cluster: 'abc', refuse, refuseOn }
    await assert.rejects(impersonate(headers, caller, options), (error) => error === refusalOn)
  })

  test('a service account with groups, which plain impersonation alone gives, with its answer', async () => {
    const refusal = forbidden({ group: '', resource: 'groups' }, 'dev', 'no')
    const refuse = async ({ resource }: ImpersonationAttributes) => (resource === 'groups' ? refusal : undefined)
    const headers = headersOf(['Impersonate-User', 'system:serviceaccount:a:b', 'Impersonate-Group', 'dev'])
    const options = { cluster: 'abc', refuse, refuseOn: async () => undefined }
    await assert.rejects(impersonate(headers, caller, options), (error) => error === refusal)
  })
})

describe('a right to act as others for some requests', () => {
  test('does not cover system:masters, and says so', async () => {
    const refuse = async ({ verb }: ImpersonationAttributes) => (verb === 'impersonate' ? refusalOn : undefined)
    const headers = headersOf(['Impersonate-User', 'alice', 'Impersonate-Group', 'system:masters'])
    await assert.rejects(impersonate(headers, master, { cluster: 'abc', refuse, refuseOn: async () => undefined }), {
      message:
        'groups.authentication.k8s.io "system:masters" is forbidden: User "shard-admin" cannot impersonate:user-info resource "groups" in API group "authentication.k8s.io" at the cluster scope: impersonating the system:masters group is not allowed',
    })
  })

  const USER_INFO = 'impersonate:user-info authentication.k8s.io'
  const PLAIN_USERS = 'impersonate  users'
  const cases: { name: string; headers: string[]; groups: string[]; asked: string[] }[] = [
    {
      name: 'covers a user with all that is said of it',
      headers: ['Impersonate-User', 'alice', 'Impersonate-Group', 'dev', 'Impersonate-Extra-Example.com%2fA', 'b'],
      groups: ['dev', 'system:authenticated'],
      asked: [
        'on user-info',
        `${USER_INFO} users alice`,
        `${USER_INFO} groups dev`,
        `${USER_INFO} userextras/example.com/a b`,
      ],
    },
    {
      name: 'covers a service account',
      headers: ['Impersonate-User', 'system:serviceaccount:a:b'],
      groups: ['system:serviceaccounts', 'system:serviceaccounts:a', 'system:authenticated'],
      asked: ['on serviceaccount', 'impersonate:serviceaccount authentication.k8s.io serviceaccounts b'],
    },
    {
      name: 'covers a node, which is in the group of nodes',
      headers: ['Impersonate-User', 'system:node:n1'],
      groups: ['system:nodes', 'system:authenticated'],
      asked: ['on arbitrary-node', 'impersonate:arbitrary-node authentication.k8s.io nodes n1'],
    },
    ...(
      [
        ['an empty group', ['Impersonate-Group', '']],
        ['an extra field without a domain', ['Impersonate-Extra-A', 'b']],
        ['an extra field without a value', ['Impersonate-Extra-Example.com%2fA', '']],
      ] as const
    ).map(([name, more]) => ({
      name: `does not cover ${name}`,
      headers: ['Impersonate-User', 'alice', ...more],
      groups: name === 'an empty group' ? ['', 'system:authenticated'] : ['system:authenticated'],
      asked: [
        'on user-info',
        `${PLAIN_USERS} alice`,
        ...(name === 'an empty group' ? ['impersonate  groups '] : []),
        ...(name.includes('without a domain') ? ['impersonate authentication.k8s.io userextras/a b'] : []),
        ...(name.includes('without a value') ? ['impersonate authentication.k8s.io userextras/example.com/a '] : []),
      ],
    })),
  ]
  for (const { name, headers, groups, asked } of cases) {
    test(name, async () => {
      const seen: string[] = []
      const user = await impersonate(headersOf(headers), caller, {
        cluster: 'abc',
        refuse: async ({ verb, group, resource, subresource, name: one }) => {
          seen.push(`${verb} ${group} ${resource}${subresource === '' ? '' : `/${subresource}`} ${one}`)
          return undefined
        },
        refuseOn: async (mode) => {
          seen.push(`on ${mode}`)
          return undefined
        },
      })
      assert.deepEqual([user.groups, seen], [groups, asked])
    })
  }
})
