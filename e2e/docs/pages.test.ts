/**
 * Plays every page with commands, from top to bottom in an empty folder, and compares what is printed with what the page says.
 * `UPDATE_DOCS=1` writes what is printed into the page where it differs.
 */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Block, isAsWritten, readBlocks, type Step, writeSteps } from './console.ts'
import { readPage, type Session, startSession, writePage } from './session.ts'

const pages = globSync(['tutorial.md', 'tasks/*.md'], { cwd: join(import.meta.dirname, '../../docs') }).sort()
const update = process.env.UPDATE_DOCS === '1'

for (const page of pages) {
  test(`docs/${page} is what happens`, async (context) => {
    const text = await readPage(page)
    await using session = await startSession()
    let played = text
    // From the end, so that places stay what they are.
    const edits: { start: number; end: number; text: string }[] = []
    for (const { block, start, end } of readBlocks(text)) {
      const steps = await play(context, session, block)
      if (update && steps !== undefined) edits.unshift({ start, end, text: writeSteps(steps) })
    }
    for (const edit of edits) played = played.slice(0, edit.start) + edit.text + played.slice(edit.end)
    if (played !== text) await writePage(page, played)
  })
}

/** The steps as they should be written. */
async function play(context: TestContext, session: Session, block: Block): Promise<Step[] | undefined> {
  if (block.kind === 'file') {
    await session.write(block.name, block.text)
    return undefined
  }
  const played: Step[] = []
  for (const { command, output } of block.steps) {
    const place = played.push({ command, output }) - 1
    await context.test(`$ ${command}`, async () => {
      const printed = await session.type(command)
      const same = isAsWritten(output, printed)
      if (!same) played[place] = { command, output: printed }
      if (!same && !update) assert.equal(printed, output)
    })
  }
  return played
}
