/** In which order groups and versions are listed: kubectl takes the first that has a resource of the asked name. */
import { compareText } from '../../machinery/index.ts'

/** pkg/controlplane/apiserver/aggregator.go; higher comes first. */
const PRIORITIES: Readonly<Record<string, number>> = {
  '': 18000,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  'certificates.k8s.io': 17300,
  'rbac.authorization.k8s.io': 17000,
  'admissionregistration.k8s.io': 16700,
  'apiextensions.k8s.io': 16700,
  'coordination.k8s.io': 16500,
}
/** Groups of CustomResourceDefinitions and of everything else. */
const OTHER_PRIORITY = 1000

export function compareGroups(left: string, right: string): number {
  const difference = (PRIORITIES[right] ?? OTHER_PRIORITY) - (PRIORITIES[left] ?? OTHER_PRIORITY)
  return difference === 0 ? compareText(left, right) : difference
}

const KUBE_VERSION = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/
const STABILITY: Readonly<Record<string, number>> = { alpha: 0, beta: 1, '': 2 }

/** Stable before beta before alpha, then the higher number first; what is no Kubernetes version last, by its text. */
export function compareVersions(left: string, right: string): number {
  const [first, second] = [orderOf(left), orderOf(right)]
  if (first === undefined || second === undefined) {
    if (first === undefined && second === undefined) return compareText(left, right)
    return first === undefined ? 1 : -1
  }
  for (const [place, value] of first.entries()) {
    const other = second[place] ?? 0
    if (value !== other) return other - value
  }
  return 0
}

function orderOf(version: string): readonly number[] | undefined {
  const match = KUBE_VERSION.exec(version)
  if (match === null) return undefined
  const [, major, stability = '', minor = '0'] = match
  return [STABILITY[stability] ?? 0, Number(major), Number(minor)]
}
