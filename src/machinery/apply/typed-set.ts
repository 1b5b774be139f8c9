/** What a set of fields means depends on their type: fields of a struct, and schemas that change. */
import {
  type FieldNode,
  type FieldSet,
  type FieldSetBuilder,
  insertPath,
  NO_FIELDS,
  recursiveDifference,
  union,
} from './field-set.ts'
import { type FieldType, isDeducedMap, mainForm, typeOfField } from './field-type.ts'
import { fieldNameOf, isKeyElement, type PathElement } from './path-element.ts'

/**
 * The set with the declared fields that lead to its members: `a.b.c` then owns `a` where `a` is a field of a struct, and
 * not `a.b` where `b` is a key of a map (fieldpath.Set.EnsureNamedFieldsAreMembers).
 */
export function withNamedFields(set: FieldSet, type: FieldType | undefined): FieldSet {
  const result = new Map<PathElement, FieldNode>()
  for (const [element, { member, children }] of set) {
    const name = fieldNameOf(element)
    const isNamed = children !== undefined && name !== undefined && type?.map?.fields.has(name) === true
    result.set(element, {
      member: member || isNamed,
      children: children === undefined ? undefined : withNamedFields(children, typeBelow(type, element)),
    })
  }
  return result
}

function typeBelow(type: FieldType | undefined, element: PathElement): FieldType | undefined {
  const name = fieldNameOf(element)
  if (name !== undefined) return type?.map === undefined ? undefined : typeOfField(type.map, name)
  return isKeyElement(element) ? type?.list?.element : undefined
}

/**
 * What a set that was written under another schema means under this one: where a list or map has become atomic, whoever
 * owned a part of it owns the whole (structured-merge-diff/typed/reconcile_schema.go). Undefined when nothing changes.
 */
export function reconcileWithType(set: FieldSet, type: FieldType): FieldSet | undefined {
  const atomic: FieldSetBuilder = new Map()
  findAtomic(type, set, [], false, atomic)
  return atomic.size === 0 ? undefined : union(recursiveDifference(set, atomic), atomic)
}

function findAtomic(
  type: FieldType,
  set: FieldSet | undefined,
  path: PathElement[],
  isLeaf: boolean,
  atomic: FieldSetBuilder,
): void {
  const form = mainForm(type)
  if (form === 'map' && type.map !== undefined) {
    if (isDeducedMap(type.map)) return
    if (!isLeaf && type.map.atomic) {
      if (set !== undefined) insertPath(atomic, path)
      return
    }
  } else if (form === 'list' && type.list !== undefined) {
    if (!isLeaf && !type.list.associative) {
      insertPath(atomic, path)
      return
    }
  } else return
  for (const [element, node] of set ?? NO_FIELDS) {
    const below = form === 'list' ? type.list?.element : typeOfElement(type, element)
    if (below === undefined) continue
    path.push(element)
    findAtomic(below, node.children, path, node.member && node.children === undefined, atomic)
    path.pop()
  }
}

function typeOfElement({ map }: FieldType, element: PathElement): FieldType | undefined {
  const name = fieldNameOf(element)
  if (map === undefined) return undefined
  return name === undefined ? map.element : typeOfField(map, name)
}
