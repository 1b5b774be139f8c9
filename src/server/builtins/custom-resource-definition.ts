/** apiextensions.k8s.io/v1 CustomResourceDefinition; what it does is in apiextensions/. */
import { customResourceDefinitionStrategy } from '../apiextensions/crd-strategy.ts'
import type { ResourceDefinition } from '../definition.ts'
import { builtIn, STATUS_AND_METADATA } from './built-in.ts'

export const customResourceDefinition: ResourceDefinition = builtIn({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  subresources: { status: STATUS_AND_METADATA },
  generation: true,
  requiresResourceVersion: true,
  strategy: customResourceDefinitionStrategy,
})
