/**
 * A process of its own that makes one call: `child.ts <module> <argument> <call as JSON>`. It prints what the call returns, or
 * the reason why it failed.
 */
import { flushCompileCache } from 'node:module'
import type { ClusterIntent, ClusterProvider } from '../provider.ts'
import { isProviderError } from '../provider-error.ts'

export type ChildCall =
  | { call: 'create'; intent: ClusterIntent }
  | { call: 'update'; externalID: string; intent: ClusterIntent }
  | { call: 'delete'; externalID: string; ownerTag: string }

export type ChildAnswer = { ok: true; externalID?: string } | { ok: false; reason: string }

async function make(provider: ClusterProvider, call: ChildCall): Promise<ChildAnswer> {
  const { signal } = new AbortController()
  switch (call.call) {
    case 'create':
      return { ok: true, externalID: (await provider.create(call.intent, { signal })).externalID }
    case 'update':
      return { ok: true, externalID: (await provider.update(call.externalID, call.intent, { signal })).externalID }
    case 'delete':
      await provider.delete(call.externalID, { ownerTag: call.ownerTag, signal })
      return { ok: true }
  }
}

if (import.meta.main) {
  const [module = '', argument = '', call = ''] = process.argv.slice(2)
  const { openForChild } = (await import(module)) as { openForChild: (argument: string) => ClusterProvider }
  // Whoever is killed writes nothing at its end: the next process shall find what this one has compiled.
  flushCompileCache()
  const answer = await make(openForChild(argument), JSON.parse(call) as ChildCall).catch((error: unknown) => ({
    ok: false,
    reason: isProviderError(error) ? error.reason : String(error),
  }))
  process.stdout.write(JSON.stringify(answer))
}
