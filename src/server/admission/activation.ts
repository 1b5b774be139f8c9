/** What expressions see of a request (apiserver/pkg/admission/plugin/cel/activation.go, condition.go). */
import {
  type Activation,
  type AdmissionExpression,
  type Answers,
  authorizerValue,
  dynamicValue,
  type Json,
  type JsonObject,
  type KubeObject,
  resourceCheckValue,
  type Value,
} from '../../machinery/index.ts'
import { serviceAccountGroups, serviceAccountUsername } from '../authentication/service-account.ts'
import { CLUSTER_NAME } from '../authentication/users.ts'
import { type AdmissionAttributes, resourceOf } from './attributes.ts'
import type { Match } from './matching.ts'

/** The request and its objects in the version that matched. */
export interface Versioned {
  readonly attributes: AdmissionAttributes
  readonly match: Match
  readonly object: KubeObject | undefined
  readonly old: KubeObject | undefined
}

export interface ActivationInput extends Versioned {
  readonly params: KubeObject | undefined
  readonly namespace: KubeObject | undefined
  readonly composed: Activation['composed']
  /** Of the request: what one policy has asked, no other needs to ask. */
  readonly answers: Answers
}

export interface NamedExpression {
  readonly name: string
  readonly expression: AdmissionExpression
}

export function activationOf(input: ActivationInput): Activation {
  const { attributes, object, old, params, namespace, composed, answers } = input
  const { definition, subresource, name } = attributes
  return {
    variables: {
      object: objectValue(object),
      oldObject: objectValue(old),
      params: objectValue(params),
      request: dynamicValue(requestOf(input)),
      namespaceObject: namespace === undefined ? null : dynamicValue(visibleNamespace(namespace)),
      authorizer: authorizerValue(answers),
      'authorizer.requestResource': resourceCheckValue(answers, {
        group: definition.group,
        resource: definition.names.plural,
        subresource,
        namespace: attributes.namespace,
        name,
      }),
    },
    composed,
    answers,
    ask: ({ serviceAccount, ...question }) => {
      const user =
        serviceAccount === undefined
          ? attributes.user
          : {
              username: serviceAccountUsername(serviceAccount.namespace, serviceAccount.name),
              groups: serviceAccountGroups(serviceAccount.namespace),
              extra: { [CLUSTER_NAME]: [attributes.cluster] },
            }
      return attributes.services.admission.authorize(user, attributes.cluster, question)
    },
  }
}

function objectValue(object: KubeObject | undefined): Value {
  return object === undefined ? null : dynamicValue(object as unknown as JsonObject)
}

/** An AdmissionRequest without its objects; empty fields are left out, as Go leaves them out. */
export function requestOf({ attributes, match }: Versioned): JsonObject {
  const { definition, kind, subresource, name, namespace, operation, user, dryRun, options } = attributes
  const { username, uid, groups, extra } = user
  return {
    kind: { ...match.kind },
    resource: { ...match.resource },
    ...(subresource !== '' && { subResource: subresource }),
    requestKind: { ...kind },
    requestResource: { ...resourceOf(definition) },
    ...(subresource !== '' && { requestSubResource: subresource }),
    ...(name !== '' && { name }),
    ...(namespace !== '' && { namespace }),
    operation,
    userInfo: {
      ...(username !== '' && { username }),
      ...(uid !== undefined && uid !== '' && { uid }),
      ...(groups.length > 0 && { groups: [...groups] }),
      ...(extra !== undefined && Object.keys(extra).length > 0 && { extra: extra as unknown as Json }),
    },
    dryRun,
    options,
  }
}

/** Managed fields and owners of a namespace are nobody's concern (CreateNamespaceObject). */
function visibleNamespace({ metadata, spec, status }: KubeObject): JsonObject {
  const { managedFields: _managed, ownerReferences: _owners, selfLink: _link, ...rest } = metadata
  return { metadata: rest as JsonObject, spec: (spec ?? {}) as Json, status: (status ?? {}) as Json }
}
