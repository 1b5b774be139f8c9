/** What docs/tour.md says is what the tour prints. `UPDATE_DOCS=1` writes what is printed into the page. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { bundlePath } from '../bundle.ts'

const page = join(import.meta.dirname, '../../docs/tour.md')
const SESSION = /(?<=^```text\n)[\s\S]*(?=^```$)/m

/** Takes away what differs from run to run: versions, folders, ports, times, names with hashes, and when something is told. */
function normalize(text: string): string {
  return inOrder(
    text
      .replaceAll(/^environment-controller: .*\n/gm, '')
      .replaceAll(/^.* waits for .*\n/gm, '')
      .replaceAll(/^Platform\/mobile: (?:resume|waiting|create: \S+: .*|waits).*\n/gm, '')
      .replaceAll(/(?<=^The lock was taken from keelson apply on ).*/gm, '<holder>')
      .replaceAll(/\bv\d+\.\d+\.\d+(?= is ready)/g, '<release>')
      .replaceAll(/\/\S*keelson-tour-\w+/g, '<folder>')
      .replaceAll(/(?<=127\.0\.0\.1:)\d+/g, '<port>')
      .replaceAll(/(?<=keelson-[a-z]+-)[0-9a-f]{12}/g, '<hash>')
      .replaceAll(/(^|\s)(\d+[smhd]){1,2}(?=\s|$)/gm, '$1<age>')
      // Whether it is ready by then is a matter of seconds.
      .replaceAll(/(Platform\/mobile .*?)(?:True|False|Unknown) .*/g, '$1<ready>')
      .replaceAll(/(\S) {2,}(?=\S)/g, '$1  ')
      .replaceAll(/[ \t]+$/gm, ''),
  )
}

/** What happens at the same time is told in any order. */
function inOrder(text: string): string {
  return text.replaceAll(/(?:^(?:ControlCenter|Platform)\/.*\n)+/gm, (lines) => lines.split('\n').toSorted().join('\n'))
}

test('the tour is what docs/tour.md says, and leaves nothing behind', async () => {
  const written = await readFile(page, 'utf8')
  // Of two pipes nobody could tell in which order things were printed.
  const command = ['-c', 'exec "$@" 2>&1', 'sh', process.execPath, await bundlePath(), 'tour']
  const child = spawn('sh', command, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number]>])
  assert.equal(code, 0, printed)
  const recorded = SESSION.exec(written)?.[0] ?? ''
  if (process.env.UPDATE_DOCS === '1') {
    const same = normalize(recorded) === normalize(printed)
    const kept = printed.replaceAll(/\/\S*(?=keelson-tour-)/g, '/tmp/')
    if (!same)
      await writeFile(
        page,
        written.replace(SESSION, () => kept),
      )
  } else assert.equal(normalize(printed), normalize(recorded))
  const folder = /in a folder of its own \((.*?)\)/.exec(printed)?.[1] ?? ''
  await assert.rejects(readFile(folder), { code: 'ENOENT' })
})
