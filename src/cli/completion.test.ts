import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { run } from './command-harness.ts'

describe('completion', () => {
  it('knows all commands, those below them, and their options', async () => {
    const { code, out } = await run('completion bash')
    assert.equal(code, 0)
    assert.match(out, /^ {4}""\) words="up serve get .*\bdoctor tour\b.*--kubeconfig/m)
    assert.match(out, /^ {4}"up"\) words=".*--filename --run"/m)
    assert.match(out, /^ {4}"tree"\) words="-o --output"/m)
    assert.match(out, /^ {4}"ws"\) words="use current tree create --short"/m)
    assert.match(out, /^ {4}"ws tree"\) words="-f --full"/m)
    assert.match(out, /^complete -o default -F _keelson keelson$/m)
  })

  it('speaks zsh through its bash layer, and fish', async () => {
    assert.match((await run('completion zsh')).out, /^autoload -Uz bashcompinit && bashcompinit\n_keelson\(\) \{/)
    assert.match(
      (await run('completion fish')).out,
      /^complete -c keelson -n __fish_use_subcommand -f -a get -d 'show objects'$/m,
    )
  })

  it('refuses other shells', async () => {
    assert.match(
      (await run('completion cmd')).err,
      /^error: .*'cmd' is invalid.*bash, zsh, fish\.\nSee 'keelson completion --help'/,
    )
  })
})
