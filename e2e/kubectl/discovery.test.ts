import { scenario } from './scenario.ts'
import { defineWidgets } from './widgets.ts'

scenario('kubectl api-resources and api-versions show what there is', [
  {
    run: 'api-resources',
    lines: [
      'NAME  SHORTNAMES  APIVERSION  NAMESPACED  KIND',
      'configmaps  cm  v1  true  ConfigMap',
      'events  ev  v1  true  Event',
      'namespaces  ns  v1  false  Namespace',
      'resourcequotas  quota  v1  true  ResourceQuota',
      'secrets  v1  true  Secret',
      'serviceaccounts  sa  v1  true  ServiceAccount',
      'customresourcedefinitions  crd,crds  apiextensions.k8s.io/v1  false  CustomResourceDefinition',
      'selfsubjectaccessreviews  authorization.k8s.io/v1  false  SelfSubjectAccessReview',
      'leases  coordination.k8s.io/v1  true  Lease',
      'events  ev  events.k8s.io/v1  true  Event',
      'clusterroles  rbac.authorization.k8s.io/v1  false  ClusterRole',
      'rolebindings  rbac.authorization.k8s.io/v1  true  RoleBinding',
    ],
  },
  {
    run: 'api-versions',
    lines: [
      'admissionregistration.k8s.io/v1',
      'apiextensions.k8s.io/v1',
      'authentication.k8s.io/v1',
      'authorization.k8s.io/v1',
      'coordination.k8s.io/v1',
      'events.k8s.io/v1',
      'rbac.authorization.k8s.io/v1',
      'v1',
    ],
  },
  { run: 'api-resources --api-group=e2e.keelson.dev', output: 'NAME  SHORTNAMES  APIVERSION  NAMESPACED  KIND' },
  ...defineWidgets,
  {
    run: 'api-resources --api-group=e2e.keelson.dev -o wide',
    output: `
      NAME  SHORTNAMES  APIVERSION  NAMESPACED  KIND  VERBS  CATEGORIES
      widgets  wd  e2e.keelson.dev/v1  true  Widget  delete,deletecollection,get,list,patch,create,update,watch  hardware`,
  },
  { run: 'api-resources --categories=hardware -o name', output: 'widgets.e2e.keelson.dev' },
  { run: 'api-versions', lines: ['e2e.keelson.dev/v1'] },
  {
    run: 'delete crd widgets.e2e.keelson.dev',
    output: 'customresourcedefinition.apiextensions.k8s.io "widgets.e2e.keelson.dev" deleted',
  },
  // kubectl still knows it from its cache.
  {
    run: 'get widgets',
    error:
      'Error from server (NotFound): Unable to list "e2e.keelson.dev/v1, Resource=widgets": the server could not find the requested resource (get widgets.e2e.keelson.dev)',
  },
])
