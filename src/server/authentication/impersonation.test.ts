import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { forbidden, StatusError, type UserInfo } from '../../machinery/index.ts'
import { type ImpersonationAttributes, impersonate } from './impersonation.ts'
import { headersOf } from './request-headers.ts'

const caller: UserInfo = { username: 'root', groups: ['ops', 'system:authenticated'] }
const master: UserInfo = { username: 'shard-admin', groups: ['system:masters', 'system:authenticated'] }
const scoped = { 'authentication.kcp.io/scopes': ['cluster:abc'] }

async function act(rawHeaders: string[], as: UserInfo = caller) {
  const asked: string[] = []
  const refuse = async ({ group, resource, subresource, namespace, name }: ImpersonationAttributes) => {
    asked.push([group, resource, subresource, namespace, name].join('|'))
    return undefined
  }
  return { user: await impersonate(headersOf(rawHeaders), as, { cluster: 'abc', refuse }), asked }
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
        'authentication.k8s.io|userextras|example.com/team||a',
        'authentication.k8s.io|userextras|example.com/team||b',
        'authentication.k8s.io|uids|||u1',
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
      message: 'requested [{Group  dev    }] without impersonating a user',
    },
    {
      name: 'a UID without a user',
      headers: ['Impersonate-Uid', 'u1'],
      code: 400,
      message: 'requested [{UID  u1  authentication.k8s.io/v1  }] without impersonating a user',
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

  test('what the authorizer refuses, with its answer', async () => {
    const refusal = forbidden({ group: '', resource: 'groups' }, 'dev', 'no')
    const refuse = async ({ resource }: ImpersonationAttributes) => (resource === 'groups' ? refusal : undefined)
    const headers = headersOf(['Impersonate-User', 'alice', 'Impersonate-Group', 'dev'])
    await assert.rejects(impersonate(headers, caller, { cluster: 'abc', refuse }), (error) => error === refusal)
  })
})
