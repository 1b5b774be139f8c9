/** v1 ConfigMap (pkg/registry/core/configmap), and the one that every namespace has. */
import { byteLength, fieldInvalid, fieldTooLong, type KubeObject, type StatusCause } from '../../machinery/index.ts'
import type { PrinterColumn, VirtualScope } from '../definition.ts'
import { builtIn } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import { base64Bytes, MAX_DATA_BYTES, validateImmutable, validateKeys } from './config-data.ts'
import { fieldsIn } from './untyped.ts'
import { virtualUid } from './virtual-uid.ts'

export const ROOT_CERTIFICATE_CONFIG_MAP = 'kube-root-ca.crt'
const ROOT_CERTIFICATE_DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'

const DATA: PrinterColumn = {
  name: 'Data',
  type: 'string',
  description:
    "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
  cell: (object) => Object.keys(fieldsIn(object.data)).length + Object.keys(fieldsIn(object.binaryData)).length,
}

function validate(object: KubeObject): StatusCause[] {
  const data = fieldsIn(object.data)
  const binaryData = fieldsIn(object.binaryData)
  const causes = validateKeys('data', data)
  const binary = Object.keys(binaryData).length > 0
  let size = 0
  for (const key in data) {
    const value = data[key]
    if (binary && Object.hasOwn(binaryData, key)) {
      causes.push(fieldInvalid(`data[${key}]`, key, 'duplicate of key present in binaryData'))
    }
    if (typeof value === 'string') size += byteLength(value)
  }
  causes.push(...validateKeys('binaryData', binaryData))
  for (const value of Object.values(binaryData)) size += base64Bytes(value)
  // A path of one empty name, which upstream prints so, means the object as a whole.
  if (size > MAX_DATA_BYTES) causes.push(fieldTooLong('[]', MAX_DATA_BYTES))
  return causes
}

function rootCertificate({ cluster, namespace, creationTimestamp, rootCertificate }: VirtualScope): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: ROOT_CERTIFICATE_CONFIG_MAP,
      namespace,
      uid: virtualUid(cluster, 'ConfigMap', namespace, ROOT_CERTIFICATE_CONFIG_MAP),
      creationTimestamp,
      annotations: { 'kubernetes.io/description': ROOT_CERTIFICATE_DESCRIPTION },
    },
    data: { 'ca.crt': rootCertificate },
  }
}

export const configMap = builtIn({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  shortNames: ['cm'],
  columns: [NAME, DATA, AGE],
  strategy: {
    validate,
    validateUpdate: (object, old) => [...validateImmutable(object, old, ['data', 'binaryData']), ...validate(object)],
    virtual: (scope) => [rootCertificate(scope)],
  },
})
