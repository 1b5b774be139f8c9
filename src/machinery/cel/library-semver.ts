/** `semver` (apiserver/pkg/cel/library/semverlib.go, and blang/semver for what a version is). */
import { quote } from '../names/go-text.ts'
import type { Result as Outcome } from '../result.ts'
import { defineFunction, type Library } from './declaration.ts'
import { opaqueType } from './type.ts'
import { celError, fromBigInt, isUint64, type OpaqueValue, type Result } from './value.ts'

const SEMVER = opaqueType('kubernetes.Semver')

interface Version {
  /** Major, minor and patch. */
  readonly numbers: readonly [bigint, bigint, bigint]
  readonly prerelease: readonly string[]
}

function failure(error: string): Outcome<never> {
  return { ok: false, error }
}

function parseVersion(text: string): Outcome<Version> {
  if (text === '') return failure('Version string empty')
  const [major, minor, ...others] = text.split('.')
  if (minor === undefined || others.length === 0) return failure('No Major.Minor.Patch elements found')
  const [, patch = '', dash, prerelease = '', plus, build = ''] =
    /^([^-+]*)(-([^+]*))?(\+(.*))?$/s.exec(others.join('.')) ?? []
  const numbers: bigint[] = []
  for (const [name, digits = ''] of [
    ['major', major],
    ['minor', minor],
    ['patch', patch],
  ] as const) {
    const label = name === 'patch' ? 'patch' : name
    if (!/^\d+$/.test(digits)) return failure(`Invalid character(s) found in ${label} number ${quote(digits)}`)
    if (digits.length > 1 && digits.startsWith('0')) {
      const title = name.charAt(0).toUpperCase() + name.slice(1)
      return failure(`${title} number must not contain leading zeroes ${quote(digits)}`)
    }
    const number = BigInt(digits)
    if (!isUint64(number)) return failure(`strconv.ParseUint: parsing ${quote(digits)}: value out of range`)
    numbers.push(number)
  }
  const parts = dash === undefined ? [] : prerelease.split('.')
  for (const part of parts) {
    if (part === '') return failure('Prerelease is empty')
    if (/^0\d+$/.test(part)) return failure(`Numeric PreRelease version must not contain leading zeroes ${quote(part)}`)
    if (!/^[0-9A-Za-z-]+$/.test(part)) return failure(`Invalid character(s) found in prerelease ${quote(part)}`)
  }
  for (const part of plus === undefined ? [] : build.split('.')) {
    if (part === '') return failure('Build meta data is empty')
    if (!/^[0-9A-Za-z-]+$/.test(part)) return failure(`Invalid character(s) found in build meta data ${quote(part)}`)
  }
  return { ok: true, value: { numbers: numbers as [bigint, bigint, bigint], prerelease: parts } }
}

/** Leaves out a `v` and leading zeros, and adds the numbers that are missing. */
function normalizeVersion(text: string): Outcome<Version> {
  const pieces = text.replace(/^v/, '').split('.')
  const parts = [...pieces.slice(0, 2), ...(pieces.length > 2 ? [pieces.slice(2).join('.')] : [])].map((part) => {
    if (part.length <= 1) return part
    const stripped = part.replace(/^0+/, '')
    return /^\d/.test(stripped) ? stripped : `0${stripped}`
  })
  if (parts.length < 3) {
    if (/[+-]/.test(parts.at(-1) ?? '')) return failure('short version cannot contain PreRelease/Build meta data')
    while (parts.length < 3) parts.push('0')
  }
  return parseVersion(parts.join('.'))
}

function compareVersions(left: Version, right: Version): number {
  for (const [index, number] of left.numbers.entries()) {
    const other = right.numbers[index] as bigint
    if (number !== other) return number < other ? -1 : 1
  }
  if (left.prerelease.length === 0 || right.prerelease.length === 0) {
    return Math.sign(right.prerelease.length - left.prerelease.length)
  }
  for (const [index, part] of left.prerelease.entries()) {
    const other = right.prerelease[index]
    if (other === undefined) return 1
    const order = comparePrereleases(part, other)
    if (order !== 0) return order
  }
  return left.prerelease.length < right.prerelease.length ? -1 : 0
}

/** Numbers come before words. */
function comparePrereleases(left: string, right: string): number {
  if (left === right) return 0
  const [a, b] = [left, right].map((part) => (/^\d+$/.test(part) ? BigInt(part) : undefined))
  if (a !== undefined && b !== undefined) return a < b ? -1 : 1
  if (a !== undefined || b !== undefined) return a !== undefined ? -1 : 1
  return left < right ? -1 : 1
}

function read(text: string, normalize = false): Outcome<Version> {
  return normalize ? normalizeVersion(text) : parseVersion(text)
}

function toSemver(text: string, normalize = false): Result {
  const parsed = read(text, normalize)
  if (!parsed.ok) return celError(parsed.error)
  const equals = (other: OpaqueValue): boolean => compareVersions(parsed.value, other.value as Version) === 0
  return { kind: 'opaque', type: SEMVER, value: parsed.value, equals }
}

function isSemver(text: string, normalize = false): Result {
  return read(text, normalize).ok
}

function compared(call: (order: number) => Result) {
  return (left: OpaqueValue, right: OpaqueValue): Result => {
    return call(compareVersions(left.value as Version, right.value as Version))
  }
}

function number(place: 0 | 1 | 2) {
  return (value: OpaqueValue): Result => fromBigInt(BigInt.asIntN(64, (value.value as Version).numbers[place]))
}

export const SEMVERS: Library = {
  functions: [
    defineFunction('semver', [
      ['string_to_semver', '(string) -> kubernetes.Semver', toSemver],
      ['string_bool_to_semver', '(string, bool) -> kubernetes.Semver', toSemver],
    ]),
    defineFunction('isSemver', [
      ['is_semver_string', '(string) -> bool', isSemver],
      ['is_semver_string_bool', '(string, bool) -> bool', isSemver],
    ]),
    defineFunction('isGreaterThan', [
      ['semver_is_greater_than', 'kubernetes.Semver.(kubernetes.Semver) -> bool', compared((order) => order > 0)],
    ]),
    defineFunction('isLessThan', [
      ['semver_is_less_than', 'kubernetes.Semver.(kubernetes.Semver) -> bool', compared((order) => order < 0)],
    ]),
    defineFunction('compareTo', [
      ['semver_compare_to', 'kubernetes.Semver.(kubernetes.Semver) -> int', compared((order) => order)],
    ]),
    defineFunction('major', [['semver_major', 'kubernetes.Semver.() -> int', number(0)]]),
    defineFunction('minor', [['semver_minor', 'kubernetes.Semver.() -> int', number(1)]]),
    defineFunction('patch', [['semver_patch', 'kubernetes.Semver.() -> int', number(2)]]),
  ],
}
