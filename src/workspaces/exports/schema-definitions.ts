/** An APIResourceSchema is what a CustomResourceDefinition says: it is validated and served as one. */
import type { JsonObject, KubeObject } from '../../machinery/index.ts'
import { definitionsAs, type ResourceDefinition } from '../../server/index.ts'
import { resourceSchemaSpec } from '../api/api-resource-schema.ts'

export interface Served {
  /** Of the export. */
  readonly identityHash: string
  /** Nothing is born into it any more. */
  readonly terminating: boolean
}

/** One definition per served version; the same array for equal content. */
export function schemaDefinitions(schema: KubeObject, served: Served): readonly ResourceDefinition[] {
  const { nameValidation } = resourceSchemaSpec(schema)
  return definitionsAs(definitionForm(schema, served.terminating), {
    identity: served.identityHash,
    nameRule: nameValidation === 'PathSegmentName' ? 'PathSegment' : 'DNS1123Subdomain',
  })
}

/** The schema as a CustomResourceDefinition whose names are granted. */
export function definitionForm(schema: KubeObject, terminating = false): KubeObject {
  const { group, names, scope, versions, conversion } = resourceSchemaSpec(schema)
  const { annotations } = schema.metadata
  const storage = versions.filter((version) => version.storage).map(({ name }) => name)
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${group}`, ...(annotations !== undefined && { annotations }) },
    spec: {
      group,
      names: { ...names },
      scope,
      conversion: conversion ?? { strategy: 'None' },
      versions: versions.map(
        ({ schema: openAPIV3Schema, ...version }) =>
          ({
            ...version,
            ...(openAPIV3Schema !== undefined && { schema: { openAPIV3Schema } }),
          }) as unknown as JsonObject,
      ),
    },
    status: {
      acceptedNames: { ...names },
      storedVersions: storage,
      conditions: [
        { type: 'Established', status: 'True' },
        { type: 'Terminating', status: terminating ? 'True' : 'False' },
      ],
    },
  }
}
