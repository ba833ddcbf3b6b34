import { describe, expect, test } from 'vitest'
import { readRepositories, type Repositories } from '../../../src/exchanges/app-server/repositories.ts'
import { inputsOf, problemsOf } from '../../inputs/fixture.ts'

async function repositoriesOf(texts: Record<string, string>): Promise<{ wanted: Repositories; problems: string[] }> {
  const inputs = inputsOf(texts)
  const wanted = await readRepositories(inputs, 'Octocat/playground')
  return { wanted, problems: problemsOf(inputs) }
}

describe('repositories', () => {
  const MANY = Array.from({ length: 32 }, (_, i) => `r${i}`)
  test.each<[Record<string, string>, owner: string | undefined, Repositories['repositories']]>([
    [{}, undefined, undefined],
    [{ repository: 'other/target' }, 'other', ['target']],
    [{ repository: '.github' }, undefined, ['.github']],
    [{ repository: '123' }, undefined, ['123']],
    [{ repositories: '# mine\na\n\nb' }, undefined, ['a', 'b']],
    [{ repositories: '- a\n- other-1\n- 123\n' }, undefined, ['a', 'other-1', '123']],
    [{ repositories: '[a, 123, 1e3]' }, undefined, ['a', '123', '1e3']],
    [{ repositories: '[\n  "other/a",\n  "other/b"\n]' }, 'other', ['a', 'b']],
    [{ repositories: '"a, b"' }, undefined, ['a', 'b']],
    [{ repositories: 'a, A, octocat/a, a' }, 'Octocat', ['a']],
    [{ repository: 'a', repositories: 'b, a' }, undefined, ['a', 'b']],
    [{ repositories: 'other/a, OTHER/b' }, 'other', ['a', 'b']],
    [{ owner: 'Other', repositories: 'other/a, b' }, 'Other', ['a', 'b']],
    [{ repositories: 'a, octocat/b' }, 'Octocat', ['a', 'b']],
    [{ owner: 'Octocat' }, 'Octocat', ['playground']],
    [{ owner: 'octocat', repositories: 'ALL' }, 'Octocat', 'ALL'],
    [{ repositories: 'ALL' }, undefined, 'ALL'],
    [{ repositories: '["ALL"]' }, undefined, 'ALL'],
    [{ owner: 'other', repositories: 'all' }, 'other', 'ALL'],
    [{ repository: 'octocat/all' }, 'Octocat', ['all']],
    [{ repository: 'mona_acme/x' }, 'mona_acme', ['x']],
    [{ repositories: MANY.join() }, undefined, MANY],
  ])('%j', async (texts, owner, repositories) => {
    const { wanted, problems } = await repositoriesOf(texts)
    expect([wanted.owner, wanted.repositories, problems]).toEqual([owner, repositories, []])
  })

  const single = (input: string, item: string, example = 'octocat/my-repository'): string =>
    `${input} must be name or owner/name, not "${item}"; for example: ${example}`
  const one = (a: string, b: string, input = 'repositories'): string =>
    `${input} must belong to one owner, not to "${a}" and "${b}"; for example: octocat/a, octocat/b`
  const example = 'for example: my-repository, another'
  const NAME = 'must be name or owner/name; for example:'
  const BOTH = 'repositories must be ALL or names, not both; for example: ALL'
  const LIST = `repositories must be a list of names; ${example}`
  test.each<[Record<string, string>, string]>([
    [{ repositories: 'a/b/c, x' }, single('repositories', 'a/b/c')],
    [{ repository: 'a, b' }, single('repository', 'a, b')],
    [{ repository: '..' }, single('repository', '..')],
    [{ repository: 'b\u00fccher' }, single('repository', 'b\u00fccher')],
    [{ repositories: 'my repo, x' }, single('repositories', 'my repo')],
    [{ repository: 'https://github.com/a/b.git' }, single('repository', 'https://github.com/a/b.git', 'a/b')],
    [{ repository: 'git@github.com:a/b.git' }, `repository ${NAME} a/b`],
    [{ repositories: 'a/b/' }, single('repositories', 'a/b/', 'a/b')],
    [{ repository: 'https://me:hunter2@github.com/a/b' }, `repository ${NAME} octocat/my-repository`],
    [
      { repository: 'ALL' },
      'repository must be one name; for all of them, use repositories: ALL; for example: octocat/all',
    ],
    [{ repositories: 'ALL, a' }, BOTH],
    [{ repository: 'a', repositories: 'all' }, BOTH],
    [
      { owner: 'other' },
      `repositories is required, because the owner "other" is not the workflow's: name repositories, or use ALL; ${example} (or: ALL)`,
    ],
    [{ owner: 'other', repository: 'third/a' }, one('other', 'third', 'repository')],
    [{ repositories: 'a, other/b' }, one('Octocat', 'other')],
    [{ owner: 'a/b', repository: 'x' }, 'owner must be a user or an organization, not "a/b"; for example: octocat'],
    [
      { repositories: Array.from({ length: 33 }, (_, i) => `r${i}`).join() },
      'repositories must be at most 32, not 33: use several steps; for example: r0, r1',
    ],
    [{ repositories: '[]' }, `repositories must not be an empty list; ${example}`],
    [{ repositories: ',' }, `repositories is not valid YAML (line 1); ${example}`],
    [{ repositories: 'a: b' }, LIST],
    [
      { repositories: 'other/*' },
      'repositories must say ALL for all repositories and the owner as owner: other, not "other/*"; for example: repositories: ALL',
    ],
    [{ repositories: '[[a]]' }, LIST],
    [{ repositories: '- ' }, `repositories ${NAME} octocat/my-repository`],
  ])('%j is refused', async (texts, problem) => {
    expect((await repositoriesOf(texts)).problems).toEqual([problem])
  })
})
