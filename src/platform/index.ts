/** The door of platform: control centers, platforms and what they are made with. */
import type { Feature } from '../controller/index.ts'
import { clusterProvider } from './api/cluster-provider.ts'
import { controlCenter } from './api/control-center.ts'
import { platform } from './api/platform.ts'
import { sharedService } from './api/shared-service.ts'

export const feature: Feature = {
  apis: [controlCenter, platform, clusterProvider, sharedService],
  controllers: [],
}
