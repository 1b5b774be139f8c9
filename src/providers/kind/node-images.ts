/** Which image a node of a version has. */
import { fieldsRefused } from '../provider-error.ts'

export interface NodeImages {
  /** Undefined: kind chooses. */
  readonly imageFor: (version: string | undefined) => string | undefined
}

const UPSTREAM = 'kindest/node'
/** After the last slash: a registry may have a port. */
const TAGGED = /(@sha256:[0-9a-f]{64}|:[\w][\w.-]*)$/

/**
 * `image` with a tag or digest is every node's; without one its tags are versions. Default: kindest/node, as kind itself has it.
 */
export function nodeImages(image?: string): NodeImages {
  return {
    imageFor(version) {
      if (image !== undefined && TAGGED.test(image)) {
        const has = versionIn(image)
        if (version === undefined || has === undefined || has === version) return image
        throw fieldsRefused([{ field: 'spec.version', message: `the node image ${image} has ${has}; leave it out` }])
      }
      return version === undefined && image === undefined ? undefined : `${image ?? UPSTREAM}:${version ?? 'latest'}`
    },
  }
}

/** Of `kindest/node:v1.35.4@sha256:…`. */
export function versionIn(image: string): string | undefined {
  return /:(v\d+\.\d+\.\d+)(?=[-@]|$)/.exec(image)?.[1]
}
