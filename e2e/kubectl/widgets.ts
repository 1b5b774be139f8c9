import { widgetsCrd } from '../fixtures/widgets.ts'
import type { Step } from './scenario.ts'

/** Makes the API know Widgets. */
export const defineWidgets: Step[] = [
  {
    run: `apply -f ${widgetsCrd}`,
    output: 'customresourcedefinition.apiextensions.k8s.io/widgets.e2e.keelson.dev created',
  },
  {
    run: 'wait --for=condition=Established --timeout=120s crd/widgets.e2e.keelson.dev',
    output: 'customresourcedefinition.apiextensions.k8s.io/widgets.e2e.keelson.dev condition met',
  },
]
