/** Request bodies as client-go v0.35.4 encodes them, each with the JSON that Go prints for the same object. */
import type { JsonObject } from '../../object.ts'

export const CAPTURED: readonly { about: string; hex: string; json: JsonObject }[] = [
  {
    about: 'Namespace',
    hex:
      '6b3873000a0f0a02763112094e616d657370616365122a0a220a067465616d2d6112001a0022002a003200380042005a0a0a03656e76' +
      '120364657612001a020a001a002200',
    json: {
      kind: 'Namespace',
      apiVersion: 'v1',
      metadata: { name: 'team-a', labels: { env: 'dev' } },
      spec: {},
      status: {},
    },
  },
  {
    about: 'Secret',
    hex:
      '6b3873000a0c0a027631120653656372657412650a420a017312001a0764656661756c7422002a003200380042006a190a09436f6e66' +
      '69674d61701a01632203752d312a0276313000720d6578616d706c652e636f6d2f66120a0a0362696e120300fffe12090a05656d7074' +
      '7912001a064f706171756528001a002200',
    json: {
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: {
        name: 's',
        namespace: 'default',
        ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'c', uid: 'u-1', controller: false }],
        finalizers: ['example.com/f'],
      },
      immutable: false,
      data: { bin: 'AP/+', empty: '' },
      type: 'Opaque',
    },
  },
  {
    about: 'Lease',
    hex:
      '6b3873000a1f0a16636f6f7264696e6174696f6e2e6b38732e696f2f763112054c6561736512460a240a016c12001a0b6b7562652d73' +
      '797374656d22002a003200380042080880f2d6ca061000121e0a026d651000220b0880f2d6ca06108094ef3a28ffffffffffffffffff' +
      '011a002200',
    json: {
      kind: 'Lease',
      apiVersion: 'coordination.k8s.io/v1',
      metadata: { name: 'l', namespace: 'kube-system', creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: {
        holderIdentity: 'me',
        leaseDurationSeconds: 0,
        renewTime: '2026-01-01T00:00:00.123456Z',
        leaseTransitions: -1,
      },
    },
  },
  {
    about: 'Event',
    hex:
      '6b3873000a0b0a02763112054576656e74126b0a120a001202652d1a0022002a0032003800420012150a0657696467657412001a0177' +
      '22002a0032003a001a0654657374656422076772c3bcc39f652a040a00120032080880f2d6ca0610003a0040034a064e6f726d616c52' +
      '0b0880f2d6ca06108094ef3a620072007a001a002200',
    json: {
      kind: 'Event',
      apiVersion: 'v1',
      metadata: { generateName: 'e-' },
      involvedObject: { kind: 'Widget', name: 'w' },
      reason: 'Tested',
      message: 'grüße',
      source: {},
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: null,
      count: 3,
      type: 'Normal',
      eventTime: '2026-01-01T00:00:00.123456Z',
      reportingComponent: '',
      reportingInstance: '',
    },
  },
  {
    about: 'CustomResourceDefinition whose schema contains schemas',
    hex:
      '6b3873000a330a17617069657874656e73696f6e732e6b38732e696f2f76311218437573746f6d5265736f75726365446566696e6974' +
      '696f6e12f8040a230a13776964676574732e6578616d706c652e636f6d12001a0022002a0032003800420012c2040a0b6578616d706c' +
      '652e636f6d1a150a0777696467657473120022065769646765742a00220a4e616d657370616365643a8d040a02763110011801228004' +
      '0afd030a00120022002a066f626a65637432003a00500060007a00900100ea01d5030a047370656312cc030a00120022002a066f626a' +
      '65637432003a00500060007a00900100ba010473697a65ea01300a036d617012290a00120022002a066f626a65637432003a00500060' +
      '007a00900100f201020801a80200b80200c00200ea01740a056e616d6573126b0a00120022002a05617272617932003a00500060007a' +
      '00900100c2013f0a3d0a00120022002a06737472696e6732003a0042050a0322782250006000683f7a00900100a201050a03227822a2' +
      '01050a03227922a80200b80200c00200a80200b80200c00200d20203736574ea018e010a066e65737465641283010a00120022002a06' +
      '6f626a65637432003a00500060007a00900100f201410800123d0a00120022002a06737472696e6732003a0042050a03227822500060' +
      '00683f7a00900100a201050a03227822a201050a03227922a80200b80200c00200a80200b80200c00200e202180a0f73656c662e7369' +
      '7a652829203e203012016d1a002a00ea01260a04706f7274121e0a00120022002a0032003a00500060007a00900100a80200b80200c0' +
      '0201ea01360a0473697a65122e0a00120022002a07696e746567657232003a00500059000000000000e03f60007a00900100a80200b8' +
      '0200c00200a80200b00201b80200c00200a80200b80200c00200380050001a0c12080a00120022002a0020001a002200',
    json: {
      kind: 'CustomResourceDefinition',
      apiVersion: 'apiextensions.k8s.io/v1',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        names: { plural: 'widgets', kind: 'Widget' },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: {
                    type: 'object',
                    required: ['size'],
                    properties: {
                      map: { type: 'object', additionalProperties: true },
                      names: {
                        type: 'array',
                        items: { type: 'string', default: 'x', maxLength: 63, enum: ['x', 'y'] },
                        'x-kubernetes-list-type': 'set',
                      },
                      nested: {
                        type: 'object',
                        additionalProperties: { type: 'string', default: 'x', maxLength: 63, enum: ['x', 'y'] },
                        'x-kubernetes-validations': [{ rule: 'self.size() > 0', message: 'm' }],
                      },
                      port: { 'x-kubernetes-int-or-string': true },
                      size: { type: 'integer', minimum: 0.5 },
                    },
                    'x-kubernetes-preserve-unknown-fields': true,
                  },
                },
              },
            },
          },
        ],
      },
      status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null },
    },
  },
  {
    about: 'RoleBinding',
    hex:
      '6b3873000a2b0a1c726261632e617574686f72697a6174696f6e2e6b38732e696f2f7631120b526f6c6542696e64696e6712660a120a' +
      '02726212001a0022002a00320038004200122a0a04557365721219726261632e617574686f72697a6174696f6e2e6b38732e696f1a05' +
      '616c69636522001a240a19726261632e617574686f72697a6174696f6e2e6b38732e696f1204526f6c651a01721a002200',
    json: {
      kind: 'RoleBinding',
      apiVersion: 'rbac.authorization.k8s.io/v1',
      metadata: { name: 'rb' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'alice' }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
    },
  },
  {
    about: 'SubjectAccessReview',
    hex:
      '6b3873000a2e0a17617574686f72697a6174696f6e2e6b38732e696f2f763112135375626a6563744163636573735265766965771259' +
      '0a100a0012001a0022002a00320038004200123b0a180a0012036765741a0022002a077365637265747332003a001a05616c69636522' +
      '01612201622a100a0673636f70657312060a01780a017932001a08080012001a0020001a002200',
    json: {
      kind: 'SubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec: {
        resourceAttributes: { verb: 'get', resource: 'secrets' },
        user: 'alice',
        groups: ['a', 'b'],
        extra: { scopes: ['x', 'y'] },
      },
      status: { allowed: false },
    },
  },
  {
    about: 'DeleteOptions, sent with the apiVersion of the resource',
    hex:
      '6b3873000a270a16636f6f7264696e6174696f6e2e6b38732e696f2f7631120d44656c6574654f7074696f6e73121d080012080a0175' +
      '1203323536220a466f726567726f756e642a03416c6c1a002200',
    json: {
      kind: 'DeleteOptions',
      apiVersion: 'coordination.k8s.io/v1',
      gracePeriodSeconds: 0,
      preconditions: { uid: 'u', resourceVersion: '256' },
      propagationPolicy: 'Foreground',
      dryRun: ['All'],
    },
  },
]
