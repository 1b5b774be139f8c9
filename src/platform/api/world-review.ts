/** WorldReview: what there is, as the ClusterProviders tell the server. It is asked and answered, never stored. */
import { declareKind } from './declare-kind.ts'

export const worldReview = declareKind({
  kind: 'WorldReview',
  plural: 'worldreviews',
  // `kubectl get keelson` lists what it finds there, and this cannot be listed.
  categories: [],
  description: 'Asks the cluster providers what there is. Answered at once and not stored; nothing in it is secret.',
  columns: [],
  spec: {
    type: 'object',
    properties: {
      providers: {
        type: 'array',
        maxItems: 256,
        description: 'Which ClusterProviders to ask; none: all of the workspace.',
        items: {
          type: 'object',
          required: ['name'],
          properties: {
            name: { type: 'string', minLength: 1, maxLength: 253 },
            spec: {
              type: 'object',
              'x-kubernetes-preserve-unknown-fields': true,
              description:
                'What the ClusterProvider of this name would say; for whoever may write it. Default: as it is in the workspace.',
            },
            externalNames: {
              type: 'array',
              maxItems: 4096,
              description: 'What to look for by name, whoever made it.',
              items: { type: 'string', minLength: 1, maxLength: 63 },
            },
          },
        },
      },
    },
    example: { providers: [{ name: 'laptop', externalNames: ['keelson-emea-750699a7bd1b'] }] },
  },
  status: {
    type: 'object',
    description: 'The workspace, the objects in it, and for each provider what it has, or why that is not known.',
    'x-kubernetes-preserve-unknown-fields': true,
  },
})
