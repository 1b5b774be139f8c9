/** For tests: how long the event loop is held. */

/** The longest time, in milliseconds of this thread's processor, that nobody else had the loop: what others do does not count. */
export async function longestStep(work: () => Promise<void>): Promise<number> {
  let longest = 0
  let last = process.threadCpuUsage()
  let next: NodeJS.Immediate
  const tick = (): void => {
    const now = process.threadCpuUsage()
    longest = Math.max(longest, (now.user + now.system - last.user - last.system) / 1000)
    last = now
    next = setImmediate(tick)
  }
  next = setImmediate(tick)
  await new Promise(setImmediate)
  await work()
  await new Promise(setImmediate)
  clearImmediate(next)
  return longest
}
