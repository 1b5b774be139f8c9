/** What is asked about each definition: that it is made and established, and what is then said of it. */
import { type Case, cases, get, post, type Step } from '../oracle/case.ts'
import type { Definition } from './projects.ts'

export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
/** kube-apiserver takes its time until it has established a definition. */
const ESTABLISHED = { pick: ['/spec', '/status/acceptedNames', '/status/storedVersions'] }

export function installation(project: string, definition: Definition): Case[] {
  return cases('create', project, { [definition.metadata.name]: [post(DEFINITIONS, definition)] })
}

/** What is said of definitions that are served: they themselves, discovery, and the document of every group-version. */
export function description(project: string, definitions: readonly Definition[]): Case[] {
  const versions = [...new Set(definitions.flatMap(groupVersions))]
  const groups = [...new Set(definitions.map(({ spec }) => spec.group))]
  const each = (texts: readonly string[], step: (text: string) => Step) =>
    Object.fromEntries(texts.map((text): [string, Step[]] => [text, [step(text)]]))
  return [
    ...cases(
      'get',
      project,
      each(
        definitions.map(({ metadata }) => metadata.name),
        (name) => get(`${DEFINITIONS}/${name}`, ESTABLISHED),
      ),
    ),
    ...cases(
      'get',
      `discovery of ${project}`,
      each([...groups, ...versions], (path) => get(`/apis/${path}`)),
    ),
    ...cases(
      'get',
      `OpenAPI of ${project}`,
      each(versions, (version) => get(`/openapi/v3/apis/${version}`)),
    ),
  ]
}

export function groupVersions({ spec }: Definition): string[] {
  return spec.versions.filter(({ served }) => served).map(({ name }) => `${spec.group}/${name}`)
}

/** Where objects of the version are, inside the case's own namespace where they have one. */
export function collectionOf({ spec }: Definition, version: string): string {
  const namespace = spec.scope === 'Namespaced' ? '/namespaces/<ns>' : ''
  return `/apis/${spec.group}/${version}${namespace}/${spec.names.plural}`
}
