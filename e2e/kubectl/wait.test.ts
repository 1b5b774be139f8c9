import { widget } from '../fixtures/widgets.ts'
import { scenario } from './scenario.ts'
import { defineWidgets } from './widgets.ts'

const ready = (status: string) =>
  `{"status":{"conditions":[{"type":"Ready","status":"${status}","reason":"Test","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}`

scenario('kubectl wait ends when the condition holds, and gives up when it does not', [
  ...defineWidgets,
  { run: 'create -f -', input: widget('bolt', '{size: 1}'), output: 'widget.e2e.keelson.dev/bolt created' },
  {
    run: 'wait --for=condition=Ready --timeout=300ms widget/bolt',
    error: 'error: timed out waiting for the condition on widgets/bolt',
  },
  {
    run: `patch widget bolt --subresource=status --type=merge -p '${ready('True')}'`,
    output: 'widget.e2e.keelson.dev/bolt patched',
  },
  { run: 'wait --for=condition=Ready --timeout=120s widget/bolt', output: 'widget.e2e.keelson.dev/bolt condition met' },
  { run: 'get widget bolt', output: 'NAME  SIZE  READY  AGE\nbolt  1  True  <age>' },
  {
    run: "wait --for=jsonpath='{.spec.size}'=1 --timeout=120s widget/bolt",
    output: 'widget.e2e.keelson.dev/bolt condition met',
  },
  { run: 'delete widget bolt --wait=false', output: 'widget.e2e.keelson.dev "bolt" deleted from default namespace' },
  { run: 'wait --for=delete --timeout=120s widget/bolt', lines: [] },
  {
    run: 'wait --for=create --timeout=300ms widget/bolt',
    error: 'error: timed out waiting for the condition',
  },
])
