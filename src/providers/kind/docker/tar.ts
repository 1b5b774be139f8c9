/**
 * One file out of a tar archive, and one into it: what Docker's archive endpoint takes and gives. A library would stream what
 * fits into one buffer here. Format: POSIX ustar, pax headers skipped.
 */
const BLOCK = 512

/** The content of the first regular file. */
export function firstFileOf(archive: Buffer): Buffer | undefined {
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const type = String.fromCharCode(archive[at + 156] ?? 0)
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 135), 8)
    if (Number.isNaN(size)) return undefined
    const begin = at + BLOCK
    if (type === '0' || type === '\0') return archive.subarray(begin, begin + size)
    at = begin + Math.ceil(size / BLOCK) * BLOCK
  }
  return undefined
}

export function archiveOf(name: string, content: string, mode = 0o644): Buffer {
  const bytes = Buffer.from(content)
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, width: number): void => {
    header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1')
  }
  header.write(name, 0, 100, 'utf8')
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(bytes.length, 124, 12)
  octal(0, 136, 12)
  header.write('        ', 148, 'latin1')
  header.write('0', 156, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)
  return Buffer.concat([header, bytes, padding, Buffer.alloc(2 * BLOCK)])
}
