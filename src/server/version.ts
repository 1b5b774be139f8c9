/** `/version`: the Kubernetes version whose API this is, as clients compare it with their own. */
import type { Answer } from './answer.ts'

/** The version whose behaviour is followed. */
export const KUBERNETES = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3',
}

export function versionDocument(): Answer {
  const version = {
    ...KUBERNETES,
    gitVersion: `${KUBERNETES.gitVersion}+keelson`,
    gitCommit: '',
    gitTreeState: '',
    buildDate: '',
    goVersion: '',
    compiler: 'v8',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  }
  return {
    type: 'document',
    status: 200,
    contentType: 'application/json',
    body: Buffer.from(JSON.stringify(version, null, 2)),
  }
}
