/** What follows from the probes: which providers of clusters work here, and what the others lack. */
import { localClusterTypes } from '../clusters/index.ts'
import { providerTypes } from '../platform/index.ts'
import type { Findings, ProbeName } from './doctor-probes.ts'

interface ProviderNeeds {
  readonly type: string
  readonly gives: string
  readonly nodes: boolean
  readonly needs: readonly ProbeName[]
}

const PROVIDERS: readonly ProviderNeeds[] = [
  { type: 'logical', gives: 'APIs without nodes, in this process', nodes: false, needs: [] },
  { type: 'simulated', gives: 'pretended clusters, to try things out', nodes: false, needs: [] },
  {
    type: 'local',
    gives: 'real kubelets on this machine',
    nodes: true,
    needs: ['root', 'cgroups', 'overlay', 'network', 'iptables', 'kubelet'],
  },
  { type: 'kind', gives: 'real nodes in containers', nodes: true, needs: ['docker', 'kind'] },
  { type: 'vm', gives: 'real nodes in virtual machines', nodes: true, needs: ['kvm', 'tun'] },
  { type: 'existing', gives: 'a cluster that is there already', nodes: true, needs: ['cluster'] },
]

export interface Provision {
  readonly type: string
  readonly gives: string
  readonly nodes: boolean
  /** `later`: this version of Keelson has it not yet, whatever the machine lacks. */
  readonly state: 'works' | 'later' | 'lacking'
  /** Probes that failed. */
  readonly lacks: readonly ProbeName[]
}

export function provisions(findings: Findings): Provision[] {
  return PROVIDERS.map(({ type, gives, nodes, needs }) => {
    const lacks = needs.filter((name) => !findings[name].ok)
    const isThere = type in { ...providerTypes, ...localClusterTypes }
    const state = !isThere ? 'later' : lacks.length > 0 ? 'lacking' : 'works'
    return { type, gives, nodes, state, lacks }
  })
}

/** Whether somebody would gain by what the probe asks for: no provider needs it, or one that this version has. */
export function isWorthwhile(name: ProbeName, all: readonly Provision[]): boolean {
  const needing = PROVIDERS.filter(({ needs }) => needs.includes(name)).map(({ type }) => type)
  return needing.length === 0 || all.some(({ type, state }) => needing.includes(type) && state !== 'later')
}

/** One line on how to get nodes here, for whoever has platforms without. */
export function nodesHint(all: readonly Provision[]): string {
  const works = all.find(({ nodes, state }) => nodes && state === 'works')
  if (works !== undefined) return `a ClusterProvider of type ${works.type} gives them nodes here`
  const later = all.filter(({ state, lacks }) => state === 'later' && lacks.length === 0).map(({ type }) => type)
  if (later.length > 0)
    return `this machine could give them nodes (${later.join(', ')}), and this version of Keelson cannot yet`
  return 'this machine gives them no nodes as it is'
}
