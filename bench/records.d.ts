import type { Access } from '../e2e/kubeconfig.ts'
/** The custom resource that is created, read and listed: about 1 kB as it is sent. */
export declare function recordsPath(namespace: string): string
/** A record whose name is NAME. */
export declare const recordTemplate: string
/** Makes an API know records, in the namespaces `listed` and `churn`; resolves once they are served. */
export declare function defineRecords(access: Access): Promise<void>
