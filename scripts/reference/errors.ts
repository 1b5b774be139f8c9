import { readFile } from 'node:fs/promises'

const FUNCTION =
  /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?export function (\w+)\([\s\S]*?\): StatusError \{\n([\s\S]*?)\n\}/g
const FAILURE = /failure\((\d+), '(\w*)'/g

/** A row for each failure that a function of machinery/errors.ts makes. */
export async function errorsReference(file: URL): Promise<string> {
  const source = await readFile(file, 'utf8')
  const rows = [...source.matchAll(FUNCTION)].flatMap(([, comment = '', name = '', body = '']) =>
    [...body.matchAll(FAILURE)].map(
      ([, code = '', reason = '']) =>
        `| ${code} | ${reason} | \`${name}\` | ${comment.replace(/\s*\n\s*\*\s*/g, ' ').trim()} |`,
    ),
  )
  return `# Failures

Over the API every failure is a Kubernetes \`Status\`: \`code\` is the HTTP status, \`reason\` what a client decides by, \`message\` what a
person reads. The functions are those of \`src/machinery/errors.ts\`.

| code | reason | function | |
|---|---|---|---|
${rows.sort().join('\n')}
`
}
