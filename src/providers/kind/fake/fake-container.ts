/** A container of the pretended Docker, and what Docker says of one. */
import { randomBytes } from 'node:crypto'

export interface FakeContainer {
  id: string
  name: string
  image: string
  state: 'created' | 'running' | 'exited' | 'removing' | 'dead'
  status: string
  exitCode: number
  startedAt: string
  labels: Record<string, string>
  config: Record<string, unknown>
  hostConfig: Record<string, unknown> & { Binds?: string[] }
  files: Map<string, string>
  log: string[]
  /** Nobody can look into it: Docker answers 500. */
  isBroken: boolean
}

export function newContainer(name: string, config: Record<string, unknown>): FakeContainer {
  return {
    id: randomBytes(32).toString('hex'),
    name,
    image: String(config.Image),
    state: 'created',
    status: 'Created',
    exitCode: 0,
    startedAt: '0001-01-01T00:00:00Z',
    labels: (config.Labels ?? {}) as Record<string, string>,
    config,
    hostConfig: (config.HostConfig ?? {}) as FakeContainer['hostConfig'],
    files: new Map(),
    log: [],
    isBroken: false,
  }
}

/** As one of `GET /containers/json`; `port` is where APIs of clusters are. */
export function summaryOf(
  { id, name, image, state, status, labels, hostConfig }: FakeContainer,
  port: number,
): Record<string, unknown> {
  const isMapped = hostConfig.PortBindings !== undefined && '6443/tcp' in (hostConfig.PortBindings as object)
  return {
    Id: id,
    Names: [`/${name}`],
    Image: image,
    State: state,
    Status: status,
    Labels: labels,
    Mounts: (hostConfig.Binds ?? []).map((bind) => ({ Type: 'bind', Destination: bind.split(':')[1] })),
    Ports:
      state === 'running' && isMapped ? [{ IP: '127.0.0.1', PrivatePort: 6443, PublicPort: port, Type: 'tcp' }] : [],
  }
}

/** As `GET /containers/{id}/json`. */
export function detailsOf({
  id,
  name,
  image,
  state,
  startedAt,
  exitCode,
  config,
  hostConfig,
  labels,
}: FakeContainer): Record<string, unknown> {
  return {
    Id: id,
    Name: `/${name}`,
    State: { Status: state, StartedAt: startedAt, ExitCode: exitCode },
    Config: { ...config, Image: image, Labels: labels },
    HostConfig: { NetworkMode: 'kind', ...hostConfig },
    NetworkSettings: { Networks: { kind: { IPAddress: state === 'running' ? '172.18.0.2' : '' } } },
  }
}
