/** Webhooks, policies and conversion: Keelson's answers beside those of the real kube-apiserver, which calls the same webhook. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Case } from '../case.ts'
import { type Answers, runCorpus } from '../run-corpus.ts'
import { type Fault, inWords, verdictOn } from '../verdict.ts'
import { conversionCases } from './conversion-cases.ts'
import { mutatingPolicyCases } from './mutating-policy-cases.ts'
import { policyCases } from './policy-cases.ts'
import { startOwn, startReal } from './targets.ts'
import { webhookCases } from './webhook-cases.ts'
import { startWebhookServer, type WebhookServer } from './webhook-server.ts'

describe('admission as the real server does it', () => {
  const stack = new AsyncDisposableStack()
  let hooks: WebhookServer
  let cases: readonly Case[] = []
  let faults: readonly Fault[] = []
  before(async () => {
    hooks = stack.use(await startWebhookServer())
    cases = [...policyCases, ...mutatingPolicyCases, ...webhookCases(hooks), ...conversionCases(hooks)]
    const answers: Answers[] = []
    for (const start of [startReal, startOwn]) {
      await using target = await start()
      answers.push(await runCorpus(target.connection, cases))
    }
    const [real = new Map(), own = new Map()] = answers
    faults = verdictOn(cases, real, own).faults
  })
  after(() => stack.disposeAsync())

  for (const feature of ['policies', 'webhooks', 'conversion']) {
    test(`${feature}: the same answers`, () => {
      const some = cases.filter((each) => each.feature.includes(feature.slice(0, 5)))
      assert.ok(some.length > 10)
      const texts = inWords(faults.filter(({ of }) => some.includes(of)))
      assert.deepEqual(texts, [], texts.join('\n'))
    })
  }
})
