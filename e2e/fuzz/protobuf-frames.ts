/** Kubernetes' protobuf envelopes with messages in them that are nearly right. */
import fc from 'fast-check'

const VARINT = 0
const BYTES = 2

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content as string)
  return Buffer.concat([varint(number * 8 + BYTES), varint(bytes.length), bytes])
}

const scalar = fc
  .tuple(fc.nat(20), fc.oneof(fc.nat(300), fc.maxSafeNat()))
  .map(([number, value]) => Buffer.concat([varint(number * 8 + VARINT), varint(value)]))
const texts = fc.tuple(fc.nat(20), fc.string({ maxLength: 10 })).map(([number, value]) => field(number, value))
const message: fc.Arbitrary<Buffer> = fc.letrec<{ message: Buffer }>((tie) => ({
  message: fc
    .array(
      fc.oneof(
        { maxDepth: 4, withCrossShrink: false },
        scalar,
        texts,
        fc.tuple(fc.nat(20), tie('message')).map(([number, inner]) => field(number, inner)),
      ),
      { maxLength: 5 },
    )
    .map((fields) => Buffer.concat(fields)),
})).message

/** ObjectMeta with a name, and a map of texts. */
const configMap = fc
  .tuple(fc.constantFrom('a', 'b', ''), fc.string({ maxLength: 8 }), message)
  .map(([name, value, rest]) =>
    Buffer.concat([
      field(1, Buffer.concat([field(1, name), rest])),
      field(2, Buffer.concat([field(1, 'key'), field(2, value)])),
    ]),
  )
const kinds = fc.constantFrom(['v1', 'ConfigMap'], ['v1', 'Secret'], ['apps/v1', 'Deployment'], ['', ''])

const envelope = fc
  .tuple(kinds, fc.oneof(configMap, message))
  .map(([[apiVersion = '', kind = ''], raw]) =>
    Buffer.concat([
      Buffer.from('k8s\0'),
      field(1, Buffer.concat([field(1, apiVersion), field(2, kind)])),
      field(2, raw),
    ]),
  )

/** Right, with a byte changed, or cut off. */
export const protobufFrames: fc.Arbitrary<Buffer> = fc
  .tuple(envelope, fc.constantFrom('right', 'right', 'changed', 'cut'), fc.nat(), fc.nat(255))
  .map(([bytes, what, place, value]) => {
    const at = place % bytes.length
    if (what === 'cut') return bytes.subarray(0, at)
    if (what === 'changed') bytes[at] = value
    return bytes
  })
