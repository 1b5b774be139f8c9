/**
 * The smallest image that a container can be run of: one static program that ends with exit code 0. It is loaded, not pulled,
 * so that the probe needs no registry. The format is a docker-archive, as `docker save` writes it.
 */
import { createHash } from 'node:crypto'

export const PROBE_IMAGE = 'keelson.dev/probe:1'

/** Undefined for a processor that no program is here for. */
export function probeImage(arch: string): Buffer | undefined {
  const machine = { x64: X64, arm64: ARM64 }[arch]
  if (machine === undefined) return undefined
  const layer = tar([{ name: 'true', content: program(machine), mode: 0o755 }])
  const config = Buffer.from(
    JSON.stringify({
      architecture: machine.architecture,
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config: { Entrypoint: ['/true'], Env: ['PATH=/'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
      history: [{ created: '1970-01-01T00:00:00Z' }],
    }),
  )
  const [configName, layerName] = [`${sha256(config)}.json`, `${sha256(layer)}/layer.tar`]
  const manifest = [{ Config: configName, RepoTags: [PROBE_IMAGE], Layers: [layerName] }]
  return tar([
    { name: configName, content: config },
    { name: layerName, content: layer },
    { name: 'manifest.json', content: Buffer.from(JSON.stringify(manifest)) },
  ])
}

interface Processor {
  readonly architecture: string
  /** e_machine of ELF. */
  readonly elf: number
  /** `exit(0)`. */
  readonly code: readonly number[]
}

const X64: Processor = {
  architecture: 'amd64',
  elf: 62,
  // xor edi, edi; mov eax, 60; syscall
  code: [0x31, 0xff, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05],
}
const ARM64: Processor = {
  architecture: 'arm64',
  elf: 183,
  // mov x0, #0; mov x8, #93; svc #0
  code: [0x00, 0x00, 0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4],
}

/** An ELF file of one segment: both headers, and the code behind them. */
function program({ elf, code }: Processor): Buffer {
  const [base, headers] = [0x400000n, 64 + 56]
  const file = Buffer.alloc(headers + code.length)
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  file.writeUInt16LE(2, 16)
  file.writeUInt16LE(elf, 18)
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(base + BigInt(headers), 24)
  file.writeBigUInt64LE(64n, 32)
  file.writeUInt16LE(64, 52)
  file.writeUInt16LE(56, 54)
  file.writeUInt16LE(1, 56)
  file.writeUInt32LE(1, 64)
  file.writeUInt32LE(5, 68)
  file.writeBigUInt64LE(base, 80)
  file.writeBigUInt64LE(base, 88)
  file.writeBigUInt64LE(BigInt(file.length), 96)
  file.writeBigUInt64LE(BigInt(file.length), 104)
  file.writeBigUInt64LE(0x1000n, 112)
  file.set(code, headers)
  return file
}

interface Member {
  readonly name: string
  readonly content: Buffer
  readonly mode?: number
}

/** POSIX ustar: per file a header of 512 bytes and the content, filled up to 512; two empty blocks at the end. */
function tar(members: readonly Member[]): Buffer {
  const blocks = members.flatMap(({ name, content, mode = 0o644 }) => {
    const header = Buffer.alloc(512)
    const octal = (value: number, offset: number, length: number) =>
      header.write(value.toString(8).padStart(length - 1, '0'), offset)
    header.write(name, 0)
    octal(mode, 100, 8)
    octal(0, 108, 8)
    octal(0, 116, 8)
    octal(content.length, 124, 12)
    octal(0, 136, 12)
    header.fill(' ', 148, 156)
    header.write('0', 156)
    header.write('ustar\u000000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148)
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
