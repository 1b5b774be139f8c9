/** Every link of a document to another file of this repository, and to a heading in it, leads somewhere. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { committedFiles } from './committed-files.ts'

const LINK = /\]\(([^)\s]+)\)/g

/** `file: link`, for each that leads nowhere; `read` gives a file's text, '' for a folder and undefined for what is not there. */
export function brokenLinks(file: string, text: string, read: (path: string) => string | undefined): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '')
  return [...prose.matchAll(LINK)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return []
    const [path = '', heading] = link.split('#')
    const target = path === '' ? text : read(normalize(join(dirname(file), path)))
    if (target === undefined) return [`${file}: ${link}`]
    return heading === undefined || headingsOf(target).includes(heading) ? [] : [`${file}: ${link}`]
  })
}

/** As GitHub names them. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const read = (path: string) => {
    const file = join(root, path)
    if (!existsSync(file)) return undefined
    return path.endsWith('.md') ? readFileSync(file, 'utf8') : ''
  }
  const documents = committedFiles().filter((file) => file.endsWith('.md') && read(file) !== undefined)
  const broken = documents.flatMap((file) => brokenLinks(file, read(file) ?? '', read))
  for (const line of broken) console.error(line)
  console.log(`${documents.length} documents, ${broken.length} links that lead nowhere`)
  process.exitCode = broken.length === 0 ? 0 : 1
}
