import { withoutRequestLog } from '../kubectl/normalize.ts'

/**
 * The conventions by which a page of docs/ can be played:
 *
 * - a block ```console holds what is typed, behind `$ `, and what is printed; `^C` ends the server of the page; a line `…` stands
 *   for any lines; a line that ends with `\` goes on in the next;
 * - a block whose info string has `file=NAME` is what the reader writes into that file.
 */
export type Block =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'console'; readonly steps: readonly Step[] }

export interface Step {
  /** What is typed; `^C` ends the server. */
  readonly command: string
  /** What the page says is printed. */
  readonly output: string
}

/** A block and where its content lies in the page. */
export interface PlacedBlock {
  readonly block: Block
  readonly start: number
  readonly end: number
}

const FENCE = /^```(\S+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm

export function readBlocks(page: string): PlacedBlock[] {
  return [...page.matchAll(FENCE)].flatMap((match): PlacedBlock[] => {
    const [all, language, file, content = ''] = match
    const start = match.index + all.indexOf('\n') + 1
    const placed = { start, end: start + content.length }
    if (file !== undefined) return [{ block: { kind: 'file', name: file, text: content }, ...placed }]
    return language === 'console' ? [{ block: { kind: 'console', steps: readSteps(content) }, ...placed }] : []
  })
}

function readSteps(content: string): Step[] {
  const steps: { command: string; output: string }[] = []
  let continued = false
  for (const line of content.split('\n').slice(0, -1)) {
    const last = steps.at(-1)
    if (continued && last !== undefined) last.command += `\n${line}`
    else if (line === '^C') steps.push({ command: line, output: '' })
    else if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: '' })
    else if (last === undefined) throw new Error(`output before the first command: ${line}`)
    else last.output += `${line}\n`
    continued = (steps.at(-1)?.output ?? '') === '' && line.endsWith('\\')
  }
  return steps
}

export function writeSteps(steps: readonly Step[]): string {
  return steps.map(({ command, output }) => (command === '^C' ? '^C\n' : `$ ${command}\n${output}`)).join('')
}

/**
 * Takes away what differs from run to run: times, ages, names that the server chooses, widths that depend on them, and what a
 * program says that runs beside `up`, whenever that is.
 */
export function normalize(text: string): string {
  return withoutRequestLog(text)
    .replace(/^environment-controller: .*\n/gm, '')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uid>')
    .replace(/([Rr]esource ?[Vv]ersion"?: +)"?\d+"?/g, '$1<version>')
    .replace(/((?:kcp\.io\/|tenancy\.kcp\.io\/)?cluster: )[a-z0-9]{14,}/g, '$1<cluster>')
    .replace(/(^|\s)(\d+[smhd]){1,2}(?=\s|$)/gm, '$1<age>')
    .replace(/(?<=https:\/\/127\.0\.0\.1:)\d+/g, '<port>')
    .replace(/\bprocess \d+/g, 'process <number>')
    .replace(/\bX509SHA256=\w+/g, 'X509SHA256=<hash>')
    .replace(/(?<=\[cluster:)\w+/g, '<cluster>')
    .replace(/\bv\d+\.\d+\.\d+\S*/g, '<release>')
    .replace(/\(?\d+(\.\d+)?ms\)?|(?<=duration_ms )[\d.]+/g, '<milliseconds>')
    .replace(/(\S) {2,}(?=\S)/g, '$1  ')
    .replace(/[ \t]+$/gm, '')
    .trim()
}

/** Whether the output is the page's, where a line `…` of the page stands for any lines. */
export function isAsWritten(written: string, printed: string): boolean {
  const parts = normalize(written).split(/^…$/m)
  const pattern = parts.map((part) => RegExp.escape(part)).join('[\\s\\S]*?')
  return new RegExp(`^${pattern}$`).test(normalize(printed))
}
