import { scenario } from './scenario.ts'

const event = (name: string, type: string, reason: string, object: string) => `apiVersion: v1
kind: Event
metadata: {name: ${name}}
involvedObject: {apiVersion: v1, kind: ConfigMap, name: ${object}, namespace: default}
reason: ${reason}
message: it was ${reason}
type: ${type}
source: {component: test}
firstTimestamp: "2026-01-01T00:00:00Z"
lastTimestamp: "2026-01-01T00:00:00Z"
count: 1
`

scenario('kubectl events and get events show core events, which events.k8s.io has too', [
  { run: 'events', error: 'No events found in default namespace.', code: 0 },
  {
    run: 'create -f -',
    input: [event('a.1', 'Normal', 'Seen', 'a'), event('b.1', 'Warning', 'Lost', 'b')].join('---\n'),
    output: 'event/a.1 created\nevent/b.1 created',
  },
  { run: 'events --for=configmap/b --no-headers', output: '<age>  Warning  Lost  ConfigMap/b  it was Lost' },
  { run: 'events --types=Normal --no-headers', output: '<age>  Normal  Seen  ConfigMap/a  it was Seen' },
  {
    run: 'get events',
    output: `
      LAST SEEN  TYPE  REASON  OBJECT  MESSAGE
      <age>  Normal  Seen  configmap/a  it was Seen
      <age>  Warning  Lost  configmap/b  it was Lost`,
  },
  {
    run: 'get events.events.k8s.io --field-selector reason=Lost --no-headers',
    output: '<age>  Warning  Lost  configmap/b  it was Lost',
  },
  {
    run: 'get events --field-selector involvedObject.name=a,type=Normal -o name',
    output: 'event/a.1',
  },
  {
    run: "get events.events.k8s.io a.1 -o jsonpath='{.apiVersion} {.regarding.name} {.note} {.deprecatedCount}'",
    output: 'events.k8s.io/v1 a it was Seen 1',
  },
])
