/** Field paths as apimachinery/pkg/util/validation/field prints them. The empty text is the root. */

export function childPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

export function keyPath(path: string, key: string): string {
  return `${path}[${key}]`
}

export function indexPath(path: string, index: number): string {
  return `${path}[${index}]`
}

/** How the path is named in a cause. */
export function fieldName(path: string): string {
  return path === '' ? '<nil>' : path
}

/** Steps from a root, names and indexes, as strict field validation and kube-openapi write them: `spec.list[0].name`. */
export function wayText(way: readonly (string | number)[]): string {
  let text = ''
  for (const step of way) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? step : `.${step}`
  }
  return text
}
