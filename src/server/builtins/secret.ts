/** v1 Secret (pkg/registry/core/secret). */
import {
  decodeJson,
  fieldInvalid,
  fieldRequired,
  fieldTooLong,
  goJsonError,
  goKind,
  type KubeObject,
  type StatusCause,
} from '../../machinery/index.ts'
import type { PrinterColumn } from '../definition.ts'
import { builtIn } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import { base64Bytes, MAX_DATA_BYTES, validateImmutable, validateKeys } from './config-data.ts'
import { fillTokenSecret, noteTokenSecret, SERVICE_ACCOUNT_NAME, TOKEN_SECRET } from './service-account-secret.ts'
import { pairFault } from './tls-pair.ts'
import { fieldsIn, isFields, textIn } from './untyped.ts'

const COLUMNS: readonly PrinterColumn[] = [
  NAME,
  {
    name: 'Type',
    type: 'string',
    description:
      'Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types',
    cell: (object) => textIn(object.type),
  },
  {
    name: 'Data',
    type: 'string',
    description:
      "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
    cell: (object) => Object.keys(fieldsIn(object.data)).length,
  },
  AGE,
]

/** `stringData` is written and never read: its values end up in `data`. Anything but text is left for the schema to refuse. */
function mergeStringData(object: KubeObject): void {
  const stringData = object.stringData
  if (stringData === undefined) return
  if (!isFields(stringData)) {
    if (stringData === null) delete object.stringData
    return
  }
  if (Object.values(stringData).some((value) => typeof value !== 'string')) return
  const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(textIn(value)).toString('base64')])
  if (encoded.length > 0) object.data = { ...fieldsIn(object.data), ...Object.fromEntries(encoded) }
  delete object.stringData
}

type Data = Readonly<Record<string, unknown>>

function required(data: Data, keys: readonly string[]): StatusCause[] {
  return keys.filter((key) => !Object.hasOwn(data, key)).map((key) => fieldRequired(`data[${key}]`, ''))
}

function jsonObject(data: Data, key: string): StatusCause[] {
  if (!Object.hasOwn(data, key)) return required(data, [key])
  const text = Buffer.from(textIn(data[key]), 'base64').toString()
  const decoded = decodeJson(text)
  if (decoded.ok && (decoded.value === null || isFields(decoded.value))) return []
  const fault = decoded.ok
    ? `json: cannot unmarshal ${goKind(decoded.value)} into Go value of type map[string]interface {}`
    : goJsonError(text)
  return [fieldInvalid(`data[${key}]`, '<secret contents redacted>', fault)]
}

const TLS = 'kubernetes.io/tls'
const BASIC_AUTH = ['username', 'password']

/** What a type of Secret must hold. */
const REQUIREMENTS: Readonly<Record<string, (data: Data, object: KubeObject) => StatusCause[]>> = {
  [TOKEN_SECRET]: (_data, object) =>
    textIn(object.metadata.annotations?.[SERVICE_ACCOUNT_NAME]) === ''
      ? [fieldRequired(`metadata.annotations[${SERVICE_ACCOUNT_NAME}]`, '')]
      : [],
  'kubernetes.io/dockercfg': (data) => jsonObject(data, '.dockercfg'),
  'kubernetes.io/dockerconfigjson': (data) => jsonObject(data, '.dockerconfigjson'),
  'kubernetes.io/basic-auth': (data) =>
    BASIC_AUTH.some((key) => Object.hasOwn(data, key)) ? [] : required(data, BASIC_AUTH),
  'kubernetes.io/ssh-auth': (data) =>
    textIn(data['ssh-privatekey']) === '' ? [fieldRequired('data[ssh-privatekey]', '')] : [],
  [TLS]: (data) => required(data, ['tls.crt', 'tls.key']),
}

function validate(object: KubeObject): StatusCause[] {
  const data = fieldsIn(object.data)
  const causes = validateKeys('data', data)
  const size = Object.values(data).reduce((sum: number, value) => sum + base64Bytes(value), 0)
  if (size > MAX_DATA_BYTES) causes.push(fieldTooLong('data', MAX_DATA_BYTES))
  return [...causes, ...(REQUIREMENTS[textIn(object.type)]?.(data, object) ?? [])]
}

/** Upstream tells whether it could serve with the pair, and stores it in any case. */
function warn({ type, data }: KubeObject): string[] {
  const { 'tls.crt': certificate, 'tls.key': key } = fieldsIn(data)
  if (type !== TLS) return []
  const [pem, secret] = [certificate, key].map((value) => Buffer.from(textIn(value), 'base64').toString('latin1'))
  const fault = pairFault(pem ?? '', secret ?? '')
  return fault === undefined ? [] : [fault]
}

export const secret = builtIn({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  columns: COLUMNS,
  selectableFields: ['type'],
  strategy: {
    prepareForCreate: (object) => {
      mergeStringData(object)
      if (object.type === undefined || object.type === '') object.type = 'Opaque'
    },
    prepareForUpdate: (object) => {
      mergeStringData(object)
      if (object.type === undefined || object.type === '') object.type = 'Opaque'
    },
    warn,
    admit: async (change, context) => {
      if (change.type !== 'delete') await fillTokenSecret(change.object, context)
    },
    commit: noteTokenSecret,
    validate,
    validateUpdate: (object, old) => [
      ...(object.type === old.type ? [] : [fieldInvalid('type', object.type, 'field is immutable')]),
      ...validateImmutable(object, old, ['data']),
      ...validate(object),
    ],
  },
})
