import { type Comparison } from './comparison.ts'
/** Measures Keelson beside kube-apiserver with etcd, in turns; `tell` hears how far it is. */
export declare function benchApi(tell: (step: string) => void): Promise<Comparison[]>
