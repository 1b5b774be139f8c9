/** In which form a client wants discovery: one document or one a group, as JSON, YAML or protobuf. */
import { notAcceptable } from '../../machinery/index.ts'
import { type AcceptClause, acceptClauses, takes } from '../accept.ts'
import { type Encoding, MEDIA_TYPES } from '../form.ts'

export interface DiscoveryForm {
  readonly aggregated: boolean
  readonly encoding: Encoding
  readonly contentType: string
}

const ENCODINGS: readonly Encoding[] = ['json', 'yaml', 'protobuf']
const AGGREGATED = { g: 'apidiscovery.k8s.io', v: 'v2', as: 'APIGroupDiscoveryList' } as const
const PARAMETERS = Object.entries(AGGREGATED)
  .map(([name, value]) => `;${name}=${value}`)
  .join('')

/**
 * The best form that the Accept header takes; 406 (thrown) when there is none. A clause that asks for another type, as clients
 * of before v2 do, is passed over (endpoints/discovery/aggregated/negotiation.go: v2beta1 is gone since 1.36).
 *
 * @param isRoot whether it is about /api or /apis: what lies below is never aggregated
 */
export function discoveryForm(accept: string, isRoot: boolean): DiscoveryForm {
  if (accept === '') return formOf(false, 'json')
  for (const clause of acceptClauses(accept)) {
    const encoding = ENCODINGS.find((one) => takes(clause, MEDIA_TYPES[one]))
    const aggregated = isRoot && isAggregated(clause)
    if (encoding !== undefined && (aggregated || isPlain(clause))) return formOf(aggregated, encoding)
  }
  throw notAcceptable(ENCODINGS.map((encoding) => MEDIA_TYPES[encoding]))
}

function isAggregated({ parameters: { g, v, as } }: AcceptClause): boolean {
  return g === AGGREGATED.g && v === AGGREGATED.v && as === AGGREGATED.as
}

function isPlain({ parameters: { g, v, as } }: AcceptClause): boolean {
  return g === undefined && v === undefined && as === undefined
}

function formOf(aggregated: boolean, encoding: Encoding): DiscoveryForm {
  return { aggregated, encoding, contentType: `${MEDIA_TYPES[encoding]}${aggregated ? PARAMETERS : ''}` }
}
