/**
 * The definitions of five projects on a fresh workspace, and objects made from their schemas; where kube-apiserver is built
 * it gets the same requests, and answers must agree. KEELSON_SEED repeats a run, KEELSON_SAMPLES makes more of each version.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readKubeconfig, writeKubeconfig } from '../kubeconfig.ts'
import { kubectlWith } from '../kubectl/kubectl.ts'
import { type Connection, connect } from '../oracle/connection.ts'
import { startKubeApiserver } from '../oracle/kube-apiserver.ts'
import { runCorpus } from '../oracle/run-corpus.ts'
import { startKeelson } from '../server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { isBuilt } from '../tools/build.ts'
import { createWorkspace } from '../workspace.ts'
import { disagreements } from './agreement.ts'
import { DEFINITIONS, description, groupVersions, installation } from './cases.ts'
import { type Definition, definitionsOf, projects } from './projects.ts'
import { samplesFor } from './samples.ts'

const seed = Number(process.env.KEELSON_SEED ?? 20_361)
const perVersion = Number(process.env.KEELSON_SAMPLES ?? 2)
const SHOWN = 40
/** kube-apiserver serves one new definition after another. */
const PATIENCE = 120_000

test('the definitions of five projects', { timeout: 600_000 }, async (context) => {
  const projectsDefinitions: { name: string; definitions: Definition[] }[] = []
  for (const project of projects)
    projectsDefinitions.push({ name: project.name, definitions: await definitionsOf(project) })
  const all = projectsDefinitions.flatMap(({ definitions }) => definitions)
  const installations = projectsDefinitions.flatMap(({ name, definitions }) =>
    definitions.flatMap((definition) => installation(name, definition)),
  )
  const descriptions = projectsDefinitions.flatMap(({ name, definitions }) => description(name, definitions))
  const samples = projectsDefinitions.flatMap(({ name, definitions }) =>
    definitions.flatMap((definition) => samplesFor(name, definition, perVersion, seed)),
  )
  context.diagnostic(`${all.length} definitions, ${samples.length} cases of objects, seed ${seed}`)

  await using folder = await temporaryFolder()
  await using keelson = await startKeelson()
  const access = await createWorkspace(await readKubeconfig(keelson.kubeconfig), 'crds')
  const kubeconfig = `${folder.path}/crds.kubeconfig`
  await writeKubeconfig(kubeconfig, access)
  using own = connect(access)

  await context.test('are established by the answer, without a warning', async () => {
    const before = await residentMegabytes(keelson.processes)
    let slowest = { name: '', milliseconds: 0 }
    for (const { spec, metadata } of all) {
      const begin = performance.now()
      const body = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata, spec }
      const made = await own.send({ method: 'POST', path: DEFINITIONS, headers: JSON_BODY, body: JSON.stringify(body) })
      assert.equal(made.status, 201, `${metadata.name}: ${made.body.slice(0, 2000)}`)
      assert.equal(made.headers.warning, undefined, metadata.name)
      const now = await own.send({ method: 'GET', path: `${DEFINITIONS}/${metadata.name}` })
      const { conditions }: { conditions: { type: string; status: string }[] } = JSON.parse(now.body).status
      assert.ok(
        conditions.some(({ type, status }) => type === 'Established' && status === 'True'),
        metadata.name,
      )
      for (const version of groupVersions({ spec, metadata })) {
        const listed = await own.send({ method: 'GET', path: `/apis/${version}/${spec.names.plural}` })
        assert.equal(listed.status, 200, `${version} ${spec.names.plural}: ${listed.body}`)
      }
      const milliseconds = performance.now() - begin
      if (milliseconds > slowest.milliseconds) slowest = { name: metadata.name, milliseconds }
    }
    const grown = (await residentMegabytes(keelson.processes)) - before
    context.diagnostic(`slowest from create to listed: ${slowest.name}, ${slowest.milliseconds.toFixed(0)} ms`)
    context.diagnostic(`memory for each definition: ${(grown / all.length).toFixed(2)} MB`)
  })

  await context.test('are explained field by field', async () => {
    const kubectl = await kubectlWith(kubeconfig)
    for (const { spec } of all) {
      const { output, error, code } = await kubectl.run(`explain ${spec.names.plural}.${spec.group} --recursive`)
      assert.deepEqual({ error, code }, { error: '', code: 0 }, spec.names.plural)
      assert.match(output, /FIELDS:\n(.+\n){3}/, spec.names.plural)
    }
  })

  const given = { described: await runCorpus(own, descriptions), samples: await runCorpus(own, samples) }

  if (!(await isBuilt('kube-apiserver', 'kube-controller-manager', 'etcd'))) {
    context.diagnostic('not compared: node e2e/tools/build.ts kube-apiserver kube-controller-manager etcd')
    await context.test('take objects and refuse others', () => {
      const statuses = new Set(
        [...given.samples.values()].flat().map((answer) => (answer as { status?: number }).status),
      )
      assert.deepEqual(
        [...statuses].filter((status) => status === undefined || status >= 500),
        [],
      )
      assert.ok(statuses.has(201) && statuses.has(422))
    })
    return
  }

  await using server = await startKubeApiserver({
    controllers: ['namespace-controller', 'root-ca-certificate-publisher-controller', 'serviceaccount-controller'],
  })
  using real = connect(await readKubeconfig(server.kubeconfig))
  await context.test('are made as kube-apiserver makes them', async () => {
    const expected = await runCorpus(real, installations)
    await using second = await startKeelson()
    using fresh = connect(await createWorkspace(await readKubeconfig(second.kubeconfig), 'crds'))
    assertAgreed(disagreements(installations, expected, await runCorpus(fresh, installations)))
  })
  await untilServed(real, all)
  await context.test('are described as kube-apiserver describes them', async () => {
    assertAgreed(disagreements(descriptions, await runCorpus(real, descriptions), given.described))
  })
  await context.test('validate, default and prune objects as in kube-apiserver', async () => {
    assertAgreed(disagreements(samples, await runCorpus(real, samples), given.samples))
  })
})

const JSON_BODY = { 'content-type': 'application/json' }

function assertAgreed(faults: readonly string[]): void {
  assert.equal(faults.length, 0, `${faults.length} cases differ:\n${faults.slice(0, SHOWN).join('\n')}`)
}

async function untilServed(real: Connection, definitions: readonly Definition[]): Promise<void> {
  const deadline = performance.now() + PATIENCE
  const versions = new Set(definitions.flatMap(groupVersions))
  const lists = definitions.flatMap((definition) =>
    groupVersions(definition).map((version) => `/apis/${version}/${definition.spec.names.plural}`),
  )
  for (const path of [...lists, ...[...versions].map((version) => `/openapi/v3/apis/${version}`)]) {
    while ((await real.send({ method: 'GET', path })).status !== 200) {
      if (performance.now() > deadline) throw new Error(`kube-apiserver does not serve ${path}`)
      await sleep(100)
    }
  }
  // A document appears with the first definition of its group-version, and is made anew for each further one.
  for (const { spec } of definitions) {
    for (const { name, served } of spec.versions) {
      const document = `/openapi/v3/apis/${spec.group}/${name}`
      const there = `/${spec.names.plural}"`
      while (served && !(await real.send({ method: 'GET', path: document })).body.includes(there)) {
        if (performance.now() > deadline) throw new Error(`kube-apiserver does not describe ${spec.names.plural}`)
        await sleep(100)
      }
    }
  }
}

async function residentMegabytes(processes: readonly number[]): Promise<number> {
  const pages = await Promise.all(
    processes.map(async (pid) => (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')),
  )
  return pages.reduce((sum, [, resident]) => sum + Number(resident) * 4096, 0) / 1e6
}
