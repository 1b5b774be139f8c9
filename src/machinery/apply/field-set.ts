/**
 * A set of the fields of an object, as a tree of path elements (structured-merge-diff/fieldpath.Set). A node is a member of
 * the set, or leads to members, or both; a parent is not a member because a child is. Sets share nodes: only a set that
 * nobody else has seen may be inserted into.
 */
import { type Path, type PathElement, sortElements } from './path-element.ts'

export interface FieldNode {
  readonly member: boolean
  /** Never empty. */
  readonly children: FieldSet | undefined
}

export type FieldSet = ReadonlyMap<PathElement, FieldNode>

/** A set under construction. */
export type FieldSetBuilder = Map<PathElement, { member: boolean; children: FieldSetBuilder | undefined }>

export const NO_FIELDS: FieldSet = new Map()

export function fieldSetOf(...paths: readonly Path[]): FieldSet {
  const set: FieldSetBuilder = new Map()
  for (const path of paths) insertPath(set, path)
  return set
}

/** The empty path, the whole object, belongs to no set. */
export function insertPath(set: FieldSetBuilder, path: Path): void {
  let nodes = set
  const last = path.length - 1
  for (let i = 0; i <= last; i++) {
    const element = path[i] as PathElement
    let node = nodes.get(element)
    if (node === undefined) {
      node = { member: false, children: undefined }
      nodes.set(element, node)
    }
    if (i === last) node.member = true
    else nodes = node.children ??= new Map()
  }
}

export function hasPath(set: FieldSet, path: Path): boolean {
  let nodes: FieldSet | undefined = set
  let node: FieldNode | undefined
  for (const element of path) {
    node = nodes?.get(element)
    if (node === undefined) return false
    nodes = node.children
  }
  return node?.member === true
}

/** The members below one element, without it. */
export function withPrefix(set: FieldSet, element: PathElement): FieldSet {
  return set.get(element)?.children ?? NO_FIELDS
}

function place(into: Map<PathElement, FieldNode>, element: PathElement, member: boolean, children: FieldSet): void {
  if (member || children.size > 0) into.set(element, { member, children: children.size > 0 ? children : undefined })
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  if (left.size === 0 || left === right) return right
  if (right.size === 0) return left
  const result = new Map(left)
  for (const [element, node] of right) {
    const other = left.get(element)
    if (other === undefined) result.set(element, node)
    else {
      const children = union(other.children ?? NO_FIELDS, node.children ?? NO_FIELDS)
      place(result, element, other.member || node.member, children)
    }
  }
  return result
}

export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  if (left.size === 0 || right.size === 0) return NO_FIELDS
  const result = new Map<PathElement, FieldNode>()
  for (const [element, node] of left) {
    const other = right.get(element)
    if (other === undefined) continue
    const children = intersection(node.children ?? NO_FIELDS, other.children ?? NO_FIELDS)
    place(result, element, node.member && other.member, children)
  }
  return result
}

/** What is a member of `left` and not of `right`; a child stays although its parent is taken away. */
export function difference(left: FieldSet, right: FieldSet): FieldSet {
  if (left.size === 0 || right.size === 0) return left
  const result = new Map<PathElement, FieldNode>()
  for (const [element, node] of left) {
    const other = right.get(element)
    if (other === undefined) result.set(element, node)
    else
      place(
        result,
        element,
        node.member && !other.member,
        difference(node.children ?? NO_FIELDS, other.children ?? NO_FIELDS),
      )
  }
  return result
}

/** As difference, and all that lies below a member of `right` goes with it. */
export function recursiveDifference(left: FieldSet, right: FieldSet): FieldSet {
  if (left.size === 0 || right.size === 0) return left
  const result = new Map<PathElement, FieldNode>()
  for (const [element, node] of left) {
    const other = right.get(element)
    if (other === undefined) result.set(element, node)
    else if (!other.member) {
      const children = recursiveDifference(node.children ?? NO_FIELDS, other.children ?? NO_FIELDS)
      place(result, element, node.member, children)
    }
  }
  return result
}

export function equalSets(left: FieldSet, right: FieldSet): boolean {
  if (left === right) return true
  if (left.size !== right.size) return false
  for (const [element, node] of left) {
    const other = right.get(element)
    if (other === undefined || other.member !== node.member) return false
    if (!equalSets(node.children ?? NO_FIELDS, other.children ?? NO_FIELDS)) return false
  }
  return true
}

/** The nodes in upstream's order. */
export function sortedNodes(set: FieldSet): readonly (readonly [PathElement, FieldNode])[] {
  if (set.size < 2) return [...set]
  return sortElements([...set.keys()]).map((element) => [element, set.get(element) as FieldNode])
}

/** All members, those of a level before those below it. */
export function pathsOf(set: FieldSet, prefix: Path = []): Path[] {
  const nodes = sortedNodes(set)
  const here = nodes.flatMap(([element, { member }]) => (member ? [[...prefix, element]] : []))
  const below = nodes.flatMap(([element, { children }]) =>
    children === undefined ? [] : pathsOf(children, [...prefix, element]),
  )
  return [...here, ...below]
}
