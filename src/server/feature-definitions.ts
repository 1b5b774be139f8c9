/** Kinds of feature rooms: part of the server, served in every logical cluster without a CRD there. */
import { invalid, type KubeObject, validateValue } from '../machinery/index.ts'
import { definitionsFromCRD } from './apiextensions/definitions-from-crd.ts'
import { CREATE_ONLY, type OperationContext, type ResourceDefinition, type Subresource } from './definition.ts'
import { definitionWith } from './definition-with.ts'

/** A create that stores nothing: of the resource itself, or on a subresource of it. */
interface AnsweredCreate {
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string }
  readonly subresource?: { readonly name: string; readonly kind: NonNullable<Subresource['kind']> }
  readonly answer: (asked: KubeObject, context: OperationContext) => Promise<KubeObject>
}

export function featureDefinitions(
  crds: readonly KubeObject[],
  answers: readonly AnsweredCreate[],
): ResourceDefinition[] {
  return crds.flatMap(definitionsFromCRD).map((definition) => {
    const { group, version, names } = definition
    const mine = answers.filter(
      ({ resource }) => resource.group === group && resource.version === version && resource.resource === names.plural,
    )
    return mine.reduce(answering, definitionWith(definition, { identity: 'builtin' }))
  })
}

function answering(definition: ResourceDefinition, { subresource, answer }: AnsweredCreate): ResourceDefinition {
  if (subresource === undefined) {
    return definitionWith(definition, {
      verbs: CREATE_ONLY,
      subresources: {},
      strategy: { answer: checked(definition, answer) },
    })
  }
  const created: Subresource = { type: 'custom', verbs: ['create'], kind: subresource.kind, create: answer }
  return definitionWith(definition, { subresources: { ...definition.subresources, [subresource.name]: created } })
}

/** Nothing is stored, so nothing but this holds it to its schema. */
function checked(definition: ResourceDefinition, answer: AnsweredCreate['answer']): typeof answer {
  return (asked, context) => {
    const { group, names, schema } = definition
    const causes = schema === undefined ? [] : validateValue(schema, asked, '')
    if (causes.length > 0) throw invalid({ group, kind: names.kind }, asked.metadata.name ?? '', causes)
    return answer(asked, context)
  }
}
