import { createFixture } from '../fixture.ts'
import type { Judge } from '../judge.ts'
import { fetched, goProgram, output, type Program } from '../program.ts'
import { createVaultFixture } from '../vault-fixture.ts'
import { linesOf } from '../vault-lines.ts'

/**
 * Its tag `minimal` leaves out the plugins for clouds and databases: half of the build. 1.21.4 does not compile
 * outside of its repository, since it asks for a release of its SDK that is not the one next to it.
 */
const VAULT = goProgram('vault', 'github.com/hashicorp/vault@v1.21.2', { tag: 'minimal' })
/** Not to be had from the Go module proxy. */
const OPENBAO = fetched(
  'openbao',
  'bao',
  'container=$(docker create openbao/openbao:2.6.2)',
  'docker cp $container:/usr/bin/bao .',
  'docker rm $container',
)

const JUDGES =
  '`secret/vault`, `vault`: the commands of their pages, logins, refusals, suggested roles and policies, reads, revocation'

export const vault: Judge = {
  name: 'vault',
  title: '[Vault](https://github.com/hashicorp/vault)',
  judges: JUDGES,
  ...judgeOf(VAULT, 'vault'),
}

export const openbao: Judge = {
  name: 'openbao',
  title: '[OpenBao](https://github.com/openbao/openbao)',
  judges: `${JUDGES}, namespaces`,
  ...judgeOf(OPENBAO, 'bao'),
}

/** @param command as the pages call it */
function judgeOf(program: Program, command: 'vault' | 'bao'): Pick<Judge, 'program' | 'version' | 'run'> {
  return {
    program,
    version: async () => {
      const printed = await output(program.path, ['version'])
      // Both print their name first: `Vault v1.21.4 (…), built …`.
      return /\bv(\d+\.\d+\.\d+[^\s,]*)/.exec(printed)?.[1] ?? printed
    },
    run: async (hold) => {
      await using fixture = await createFixture(hold, ['vault.example.com'])
      const vault = await createVaultFixture(fixture, program.path)
      for (const lines of linesOf(command)) {
        await vault.setUp()
        await lines(vault)
      }
    },
  }
}
