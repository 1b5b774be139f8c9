export { type DiscoveryDocument, discoveryDocument } from './document.ts'
export { compareVersions } from './group-priority.ts'
export { type ServedGroup, type ServedVersion, servedGroups } from './served-groups.ts'
