/**
 * Says in the status of a ValidatingAdmissionPolicy where its expressions cannot be right, by the schemas of the kinds that it
 * names (pkg/controller/validatingadmissionpolicystatus).
 */
import { type Client, resourceRef } from '../../client/index.ts'
import { find, orGone } from '../../controller/index.ts'
import {
  type CheckedKind,
  checkPolicyTypes,
  compareText,
  type JsonObject,
  type KubeObject,
  parseApiVersion,
  structuralSchemaOf,
} from '../../machinery/index.ts'
import { choreController } from '../chores.ts'

interface Rule {
  apiGroups?: string[]
  apiVersions?: string[]
  resources?: string[]
}

interface Policy extends KubeObject {
  spec?: {
    paramKind?: { apiVersion: string; kind: string }
    matchConstraints?: { resourceRules?: Rule[] }
    variables?: { name: string; expression: string }[]
    validations?: { expression: string; messageExpression?: string }[]
  }
  status?: { observedGeneration?: number }
}

interface Definition extends KubeObject {
  spec?: { versions?: { name: string; schema?: { openAPIV3Schema?: JsonObject } }[] }
}

const NAME = 'validatingadmissionpolicy-status'
const API_VERSION = 'admissionregistration.k8s.io/v1'
const POLICIES = resourceRef<Policy>(API_VERSION, 'validatingadmissionpolicies', { namespaced: false })
const DEFINITIONS = resourceRef<Definition>('apiextensions.k8s.io/v1', 'customresourcedefinitions', {
  namespaced: false,
})
/** A policy may be about more kinds than can be checked. */
const MAX_KINDS = 10

export const policyTypeCheckingController = choreController({
  name: `${NAME}-controller`,
  rules: [
    { apiGroups: ['admissionregistration.k8s.io'], resources: ['validatingadmissionpolicies'], verbs: ['get'] },
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['validatingadmissionpolicies/status'],
      verbs: ['get', 'patch', 'update'],
    },
    { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ['get'] },
    { nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*'], verbs: ['get'] },
  ],
  async look({ name }, { client }) {
    const policy = await find(client, POLICIES, name)
    const generation = policy?.metadata.generation ?? 0
    if (policy === undefined || generation <= (policy.status?.observedGeneration ?? 0)) return
    const { variables = [], validations = [], paramKind } = policy.spec ?? {}
    const warnings = checkPolicyTypes(
      {
        variables,
        params: paramKind && (await kindNamed(client, paramKind)),
        expressions: validations.flatMap(({ expression, messageExpression = '' }, index) => {
          const field = `spec.validations[${index}]`
          const message = { field: `${field}.messageExpression`, text: messageExpression }
          return [{ field: `${field}.expression`, text: expression }, ...(messageExpression === '' ? [] : [message])]
        }),
      },
      await kindsOf(client, policy),
    )
    const status = {
      observedGeneration: generation,
      typeChecking: warnings.length === 0 ? {} : { expressionWarnings: warnings },
    }
    const applied = { apiVersion: API_VERSION, kind: 'ValidatingAdmissionPolicy', metadata: { name }, status }
    const options = { fieldManager: NAME, force: true, subresource: 'status' }
    await orGone(client.patch(POLICIES, name, 'apply', applied, options))
  },
})

/** Those that its rules name without wildcards, by group, version and kind. */
async function kindsOf({ discovery, ...client }: Client, { spec }: Policy): Promise<CheckedKind[]> {
  const all = await discovery.resources()
  const found = new Map<string, CheckedKind>()
  for (const { apiGroups = [], apiVersions = [], resources = [] } of spec?.matchConstraints?.resourceRules ?? []) {
    if ([...apiGroups, ...apiVersions].some((text) => text.includes('*'))) continue
    const plain = resources.filter((text) => !/[*/]/.test(text))
    for (const { group, version, resource: plural, kind } of all) {
      if (found.size === MAX_KINDS || !apiGroups.includes(group)) continue
      if (!apiVersions.includes(version) || !plain.includes(plural)) continue
      const schema = await schemaOf({ ...client, discovery }, { group, version, kind, plural })
      found.set(`${group}/${version}/${kind}`, { group, version, kind, schema })
    }
  }
  return [...found].sort(([one], [other]) => compareText(one, other)).map(([, kind]) => kind)
}

async function kindNamed(
  client: Client,
  { apiVersion, kind }: { apiVersion: string; kind: string },
): Promise<CheckedKind> {
  const { group = '', version = '' } = parseApiVersion(apiVersion) ?? {}
  const found = await client.discovery.mapKind(apiVersion, kind)
  const schema = found && (await schemaOf(client, { group, version, kind, plural: found.resource }))
  return { group, version, kind, schema }
}

async function schemaOf(
  client: Client,
  { group, version, kind, plural }: { group: string; version: string; kind: string; plural: string },
): Promise<JsonObject | undefined> {
  const builtIn = structuralSchemaOf(group, version, kind)
  if (builtIn !== undefined) return builtIn
  const definition = await find(client, DEFINITIONS, `${plural}.${group}`)
  return definition?.spec?.versions?.find(({ name }) => name === version)?.schema?.openAPIV3Schema
}
