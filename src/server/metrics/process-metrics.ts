/** process_* and nodejs_*: what every exporter of Prometheus' client libraries has. Measured when asked for. */
import { readdirSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { type Family, gauge } from '../../machinery/index.ts'

const SECOND = 1e9

export function processMetrics(): readonly Family[] {
  /** Sampling costs wake-ups: it begins with the first who asks. */
  let delay: ReturnType<typeof monitorEventLoopDelay> | undefined
  const one = (name: string, help: string, measure: () => number | undefined): Family =>
    gauge({ name, help, labels: [] }, () => {
      const value = measure()
      return value === undefined ? [] : [[[], value]]
    })
  return [
    one('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.', () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    }),
    one('process_resident_memory_bytes', 'Resident memory size in bytes.', () => process.memoryUsage.rss()),
    one('process_virtual_memory_bytes', 'Virtual memory size in bytes.', virtualMemory),
    one('process_open_fds', 'Number of open file descriptors.', openFiles),
    one('process_max_fds', 'Maximum number of open file descriptors.', maxFiles),
    one('process_start_time_seconds', 'Start time of the process since unix epoch in seconds.', () =>
      Math.round(performance.timeOrigin / 1000),
    ),
    one(
      'nodejs_heap_size_total_bytes',
      'Process heap size from Node.js in bytes.',
      () => getHeapStatistics().total_heap_size,
    ),
    one(
      'nodejs_heap_size_used_bytes',
      'Process heap size used from Node.js in bytes.',
      () => getHeapStatistics().used_heap_size,
    ),
    one('nodejs_external_memory_bytes', 'Node.js external memory size in bytes.', () => process.memoryUsage().external),
    gauge(
      { name: 'nodejs_eventloop_lag_seconds', help: 'Delay of the event loop by quantile.', labels: ['quantile'] },
      () => {
        if (delay === undefined) {
          delay = monitorEventLoopDelay({ resolution: 20 })
          delay.enable()
        }
        const measured = delay
        const lags = [0.5, 0.9, 0.99].map(
          (quantile) => [[String(quantile)], measured.percentile(quantile * 100) / SECOND] as const,
        )
        return lags.filter(([, lag]) => Number.isFinite(lag))
      },
    ),
    one(
      'nodejs_eventloop_utilization',
      'Share of time that the event loop was busy since the start.',
      () => performance.eventLoopUtilization().utilization,
    ),
    gauge({ name: 'nodejs_version_info', help: 'Node.js version info.', labels: ['version'] }, () => [
      [[process.version], 1],
    ]),
  ]
}

/** Linux alone tells these; elsewhere they are left out. */
function virtualMemory(): number | undefined {
  const pages = Number(readProcess('statm')?.split(' ')[0])
  return Number.isNaN(pages) ? undefined : pages * 4096
}

function maxFiles(): number | undefined {
  const limit = Number(/^Max open files\s+(\d+)/m.exec(readProcess('limits') ?? '')?.[1])
  return Number.isNaN(limit) ? undefined : limit
}

function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}

function readProcess(file: string): string | undefined {
  try {
    return readFileSync(`/proc/self/${file}`, 'utf8')
  } catch {
    return undefined
  }
}
