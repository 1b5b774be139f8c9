/** Where two servers' answers differ, apart from what is known of them (docs/compatibility.md) or has no order. */
import type { Case, Json } from '../oracle/case.ts'
import { type Difference, judge } from '../oracle/compare.ts'
import type { Answers } from '../oracle/run-corpus.ts'

/** What is said of Kubernetes' own types and parameters is in our own words (docs/compatibility.md, openapi-documents). */
const ELSEWHERE =
  /^body\.components\.schemas\.io\.k8s\..*\.description$|\.properties\.(?:apiVersion|kind|metadata)\.description$|\.parameters\.\d+\.description$/

/** One text for each case that differs. */
export function disagreements(cases: readonly Case[], real: Answers, own: Answers): string[] {
  return cases.flatMap(({ id, steps }) => {
    const texts = steps.flatMap((step, index) => {
      const found = judge(ordered(real.get(id)?.[index]), ordered(own.get(id)?.[index])).unexpected.filter(
        ({ at }) => !ELSEWHERE.test(at),
      )
      const title = `  step ${index + 1} ${'method' in step ? `${step.method} ${step.path}` : ''}`
      return found.length === 0 ? [] : [title, ...found.slice(0, 6).map(inWords)]
    })
    return texts.length === 0 ? [] : [[id, ...texts].join('\n')]
  })
}

function inWords({ at, real, own }: Difference): string {
  const shown = (value: Json | undefined) => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 900))
  return `    ${at}\n      real: ${shown(real)}\n      own:  ${shown(own)}`
}

/** Upstream goes through a schema's properties, and through definitions for discovery, in the order of a Go map. */
function ordered(answer: Json | undefined): Json {
  if (answer === undefined) return null
  const { body } = answer as { body?: { message?: Json; details?: { causes?: Json[] }; resources?: Json[] } }
  body?.resources?.sort(byText)
  const causes = body?.details?.causes
  if (body !== undefined && causes !== undefined && causes.length > 1) {
    causes.sort(byText)
    body.message = String(body.message).replace(/\[.*\]$/s, '[causes]')
  }
  return answer
}

function byText(one: Json, other: Json): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1
}
