import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { run } from './command-harness.ts'

describe('completion', () => {
  it('knows all commands, those below them, and their options', async () => {
    const { code, out } = await run('completion bash')
    assert.equal(code, 0)
    assert.match(out, /^ {4}""\) words="up serve get .*\bdoctor tour\b.*--kubeconfig/m)
    assert.match(out, /^ {4}"up"\) words=".*--filename --run --kubeconfig/m)
    assert.match(out, /^ {4}"tree"\) words="-o --output --kubeconfig/m)
    assert.match(out, /^ {4}"ws"\) words="use current tree create --short --kubeconfig/m)
    assert.match(out, /^ {4}"(?:ws|workspace) tree"\) words="-f --full --kubeconfig/m)
    assert.match(out, /^complete -o default -F _keelson keelson$/m)
  })

  it('speaks zsh through its bash layer, and fish', async () => {
    assert.match((await run('completion zsh')).out, /^autoload -Uz bashcompinit && bashcompinit\n_keelson\(\) \{/)
    const { out } = await run('completion fish')
    for (const line of [
      "complete -c keelson -l kubeconfig -d 'the kubeconfig file (default: $KUBECONFIG, ./.keelson/admin.kubeconfig, ~/.kube/config)'",
      "complete -c keelson -n __fish_use_subcommand -f -a get -d 'show objects'",
      "complete -c keelson -n '__fish_seen_subcommand_from store' -f -a check -d 'check that the store is whole; servers may run on it'",
      "complete -c keelson -n '__fish_seen_subcommand_from get' -s l -l selector -d",
      "complete -c keelson -n '__fish_seen_subcommand_from ws; and __fish_seen_subcommand_from tree' -s f -l full -d 'paths instead of names'",
    ]) {
      assert.ok(
        out.split('\n').some((each) => each.startsWith(line)),
        line,
      )
    }
  })

  it('refuses other shells', async () => {
    assert.match(
      (await run('completion cmd')).err,
      /^error: .*'cmd' is invalid.*bash, zsh, fish\.\nSee 'keelson completion --help'/,
    )
  })
})
