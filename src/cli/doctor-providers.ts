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
  /** `later`: the machine could, and this version of Keelson cannot yet. */
  readonly state: 'works' | 'later' | 'lacking'
  /** Probes that failed. */
  readonly lacks: readonly ProbeName[]
}

export function provisions(findings: Findings): Provision[] {
  return PROVIDERS.map(({ type, gives, nodes, needs }) => {
    const lacks = needs.filter((name) => !findings[name].ok)
    const state = lacks.length > 0 ? 'lacking' : type in { ...providerTypes, ...localClusterTypes } ? 'works' : 'later'
    return { type, gives, nodes, state, lacks }
  })
}

/** One line on how to get nodes here, for whoever has platforms without. */
export function nodesHint(all: readonly Provision[]): string {
  const works = all.find(({ nodes, state }) => nodes && state === 'works')
  if (works !== undefined) return `a ClusterProvider of type ${works.type} gives them nodes here`
  const later = all.filter(({ nodes, state }) => nodes && state === 'later').map(({ type }) => type)
  if (later.length > 0)
    return `this machine could give them nodes (${later.join(', ')}), and this version of Keelson cannot yet`
  return 'this machine gives them no nodes as it is'
}
