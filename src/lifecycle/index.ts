/** The door of lifecycle: what happens to other objects when one is deleted. */
import type { Feature } from '../controller/index.ts'
import { apiBindingDeletionController } from './controllers/api-binding.ts'
import { apiBindingFollower } from './controllers/api-binding-follower.ts'
import { customResourceDefinitionController } from './controllers/custom-resource-definition.ts'
import { garbageCollector } from './controllers/garbage-collector.ts'
import { logicalClusterDeletionController } from './controllers/logical-cluster.ts'
import { namespaceController } from './controllers/namespace.ts'
import { workspaceDeletionController } from './controllers/workspace.ts'

export const feature: Feature = {
  apis: [],
  housekeeping: true,
  controllers: [
    garbageCollector,
    namespaceController,
    customResourceDefinitionController,
    apiBindingDeletionController,
    apiBindingFollower,
    workspaceDeletionController,
    logicalClusterDeletionController,
  ],
}
