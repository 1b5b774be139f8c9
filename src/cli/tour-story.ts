/** What `keelson tour` tells, and does. */
import fs from 'node:fs'
import path from 'node:path'
import type { Stage } from './tour-stage.ts'

/** On any port: another server may have the usual one. */
const UP =
  'keelson up -f examples/acme --run environment-controller=examples/acme/environment-controller.ts --listen 127.0.0.1:0'
const SHOP = '--kubeconfig .keelson/shop.kubeconfig'
const PAYMENTS = '--kubeconfig .keelson/payments.kubeconfig'
const WORLD = '.keelson/simulated/world'
/** Nobody else is at these clusters yet: a server would mend a change by hand before it is shown. */
const LOCAL = '--local --workspace :root:acme:platform-team'

const PROVIDER = `apiVersion: platform.keelson.dev/v1alpha1
kind: ClusterProvider
metadata:
  name: pretended
spec:
  type: simulated
  ownerTag: acme
  simulated:
    folder: ${WORLD}
`

const CENTER = `apiVersion: platform.keelson.dev/v1alpha1
kind: ControlCenter
metadata:
  name: apac
spec:
  providerRef: { name: pretended }
  version: v1.35.4
`

const platform = (name: string, more = '') => `apiVersion: platform.keelson.dev/v1alpha1
kind: Platform
metadata:
  name: ${name}
spec:
  controlCenterRef: { name: apac }
  providerRef: { name: pretended }
  version: v1.35.4
${more}`

const DEFINITION = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: bridges.city.example
spec:
  group: city.example
  scope: Namespaced
  names: { plural: bridges, singular: bridge, kind: Bridge }
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns:
        - { name: Length, type: integer, jsonPath: .spec.metres }
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [metres]
              properties:
                metres: { type: integer, minimum: 1 }
`

const bridge = (name: string, metres: number) => `apiVersion: city.example/v1
kind: Bridge
metadata:
  name: ${name}
spec:
  metres: ${metres}
`

export async function tellStory(stage: Stage): Promise<void> {
  const { title, say, write, run, serve, folder } = stage
  await say(`This plays in a folder of its own (${folder}) and removes it at the end.`)

  await title('1. One directory, one command')
  await say(`A platform team keeps its organization in a directory: workspaces for teams, rights, clusters, and an API of its own
for the teams. One command serves it, on this machine, in one process.`)
  await serve(UP)

  await title('2. Self-service')
  await say(`The team "shop" has a kubeconfig that leads into its workspace, and nowhere else. It asks for a cluster in the words of
the platform team, and gets one: endpoint, kubeconfig, conditions.`)
  await run(`keelson apply -f examples/environment.yaml ${SHOP}`)
  await run(`until keelson get environments ${SHOP} | grep True; do sleep 0.2; done`)
  await run(
    `keelson get secret dev -n environments ${SHOP} -o jsonpath='{.data.kubeconfig}' | base64 -d > dev.kubeconfig`,
  )
  await run('keelson get namespaces --kubeconfig dev.kubeconfig')
  await say('The team next door sees nothing of it.')
  await run(`keelson get environments ${PAYMENTS}`)
  await run(`keelson get environments ${PAYMENTS} --workspace :root:acme:shop`, { exits: 1 })

  await title('3. Plan, then apply')
  await say(`The rest needs clusters that somebody can change behind Keelson's back. The provider "simulated" pretends them in a folder,
and says so wherever they are shown. With --local no server is needed: the command asks the providers itself, as a job of CI may.`)
  await write('clusters/provider.yaml', PROVIDER)
  await write('clusters/apac.yaml', CENTER)
  await write('clusters/web.yaml', platform('web', '  topology:\n    pools: [{ name: web, replicas: 2 }]\n'))
  await run(`keelson plan -f clusters --detailed-exitcode ${LOCAL}`, { exits: 2 })
  await run(`keelson apply -f clusters --auto-approve ${LOCAL}`)
  await run(`keelson drift -f clusters --detailed-exitcode ${LOCAL}`)

  await title('4. Somebody changes a cluster by hand')
  await say('State is not remembered, it is looked up: so a change by hand is seen, by field.')
  const file = inWorld('web')
  await run(`sed 's/v1.35.4/v1.34.9/' ${file} > changed && mv changed ${file}`)
  await run(`keelson drift -f clusters --detailed-exitcode ${LOCAL}`, { exits: 2 })
  await run(`keelson apply -f clusters --auto-approve ${LOCAL}`)
  await run(`keelson drift -f clusters --detailed-exitcode ${LOCAL}`)
  await say(`From now on the server has them: they become objects in the workspace of the platform team, and its controllers look after them.
A change by hand they would mend by themselves.`)
  await run('keelson ws :root:acme:platform-team')
  await run('keelson pivot -f clusters --auto-approve')

  await title('5. kill -9 in the middle of an apply')
  await say('Building takes some seconds now. In the middle of it, the command and the server are killed.')
  await write(`${WORLD}/control.json`, '{ "latency": { "create": 3000 } }\n')
  await write('clusters/mobile.yaml', platform('mobile'))
  await run('keelson apply -f clusters --auto-approve', { killAt: 'Platform/mobile: create: ' })
  await say('The next start finds what is half built in the world, and goes on with it. There is nothing to repair.')
  await serve(`${UP} | grep --line-buffered -v unchanged`)
  await run('keelson wait -f clusters')
  await run(`ls ${WORLD}/clusters | grep -c mobile`)
  await say('The killed run had the lock. This machine knows that it is dead, so nobody waits for it.')
  await run('keelson unlock')
  await run('keelson drift -f clusters --detailed-exitcode')

  await title('6. A cluster of somebody else')
  await say('A cluster that carries the tag of another owner is left alone, whatever the manifests say.')
  await write(`${WORLD}/clusters/legacy.json`, '{ "state": "ready", "tags": { "keelson-owner": "another-team" } }\n')
  await write('foreign/legacy.yaml', `${PROVIDER}---\n${CENTER}---\n${platform('legacy', '  externalName: legacy\n')}`)
  await run('keelson apply -f foreign --auto-approve', { exits: 4 })
  await run(`cat ${WORLD}/clusters/legacy.json`)

  await title('7. An API of your own')
  await say('Each workspace is a Kubernetes API of its own: definitions in one are not in another.')
  await run('keelson ws :root:acme:shop')
  await write('bridges.yaml', DEFINITION)
  await write('golden.yaml', bridge('golden', 2737))
  await run('keelson apply -f bridges.yaml -f golden.yaml')
  await run('keelson get bridges')
  await write('wrong.yaml', bridge('wrong', 0))
  await run('keelson apply -f wrong.yaml', { exits: 1 })
  await run('keelson get bridges --workspace :root:acme:payments', { exits: 1 })

  await title('All of it')
  await say('What there is, from the top:')
  await run('keelson tree --workspace :root')
  await say(`Next: npm start, and docs/tutorial.md. What this machine could run besides: keelson doctor.`)

  /** The file of a pretended cluster, by the beginning of its name. */
  function inWorld(name: string): string {
    const clusters = path.join(WORLD, 'clusters')
    const found = fs.readdirSync(path.join(folder, clusters)).find((each) => each.startsWith(`keelson-${name}-`))
    return path.join(clusters, found ?? '')
  }
}
