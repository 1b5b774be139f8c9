/** The part of a server's URL that chooses a logical cluster. */

/** `/clusters/root:acme` for a path; a virtual workspace's prefix stays: `/services/apiexport/x/y/clusters/*`. */
export function inClusterPrefix(prefix: string, path: string): string {
  return `${withoutCluster(prefix)}/clusters/${path}`
}

/** The workspace path that a URL or prefix names; undefined without `/clusters/…`. */
export function clusterPathOf(url: string): string | undefined {
  return /\/clusters\/([^/?#]+)/.exec(url)?.[1]
}

/** kcp's plugins cut at the first `/clusters/`. */
export function withoutCluster(url: string): string {
  const start = url.indexOf('/clusters/')
  return (start === -1 ? url : url.slice(0, start)).replace(/\/$/, '')
}
