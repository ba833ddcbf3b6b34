import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  effectiveSubjects,
  matches,
  OWNER_SCOPES,
  REPOSITORY_SCOPES,
} from '../../dev/fakes/app-server-policies.ts'
import type { AppServerOptions } from '../../dev/fakes/app-server.ts'
import { claimsOf, defaultIdentity } from '../../dev/fakes/identity.ts'
import { ALL, ANY, OWNER_POLICY, policies, READ, setScene } from './app-server-scene.ts'

describe('a request is denied', () => {
  test.each<[string, Partial<AppServerOptions>, object, string]>([
    [
      'where the app is not installed',
      { installations: {} },
      READ,
      `- octo-org:\n  - 'GitHub Actions Access Manager' has not been installed. Install from https://`,
    ],
    [
      'where the app may not read policies',
      { installations: { 'octo-org': { permissions: ALL, singleFilePaths: ['access-token.yaml'] } } },
      READ,
      `is not authorized to read all access policy file(s) by 'single_file' permission`,
    ],
    [
      'beyond what the app may do',
      { installations: { 'octo-org': { permissions: { contents: 'read' } } } },
      { permissions: { contents: 'write', secrets: 'read' } },
      `  - contents: write - 'GitHub Actions Access Manager' installation not authorized\n  - secrets: read - 'GitHub`,
    ],
    ['without an owner policy', { repositories: {} }, READ, '- octo-org:\n  - Access policy not found'],
    [
      'with an owner policy of another origin',
      policies('origin: octo-org/x'),
      READ,
      '- octo-org:\n  - Invalid access policy\n',
    ],
    [
      'with an owner policy that is no YAML',
      policies('a: [b'),
      READ,
      '- octo-org:\n  - Invalid access policy\n',
    ],
    [
      'for a subject that the owner does not allow',
      policies(`origin: octo-org/.github-access-token\nallowed-subjects: ['repo:octo-org@*/other@*:**']`),
      READ,
      '- octo-org:\n  - OIDC token subject is not allowed by owner access policy',
    ],
    [
      'beyond what the owner allows',
      {},
      { permissions: { checks: 'read' } },
      '- octo-org:\n  - checks: read - Not allowed by owner access policy',
    ],
    [
      'for an organization scope that the owner does not grant',
      {},
      { permissions: { 'organization-secrets': 'read' } },
      '- octo-org:\n  - organization-secrets: read - Not allowed by owner access policy',
    ],
    [
      'for all repositories, where only repositories grant',
      {},
      { ...READ, repositories: 'ALL' },
      '- octo-org:\n  - contents: read - Not allowed by owner access policy',
    ],
    [
      'where one repository does not grant',
      {},
      { permissions: { contents: 'read', 'pull-requests': 'write' }, repositories: ['workflows', 'absent'] },
      '- octo-org/workflows:\n  - pull-requests: write - Not authorized\n- octo-org/absent:\n  - Access policy not found',
    ],
    [
      'with an empty list for a repository that grants all',
      {},
      { ...READ, repositories: ['workflows', 'absent'] },
      '- octo-org/workflows:\n  \n- octo-org/absent:\n  - Access policy not found',
    ],
  ])('%s', async (_, options, body, message) => {
    const { post, github } = await setScene(options)
    const reply = await post(body)
    expect(reply.status).toBe(403)
    expect(reply.message).toMatch(/^Issues:\n/)
    expect(reply.message).toContain(message)
    expect(reply.message).toContain(
      '\nEffective OIDC token subjects:\n- repo:octo-org@6811672/workflows@216219028:ref:refs/heads/main\n- ',
    )
    expect(github.issued).toEqual([])
  })

  test('with the details of a policy of a repository', async () => {
    const options = policies(OWNER_POLICY, 'origin: octo-org/workflows\nstatement: []')
    options.repositories['octo-org/target'] = { '.github/access-token.yaml': 'origin: octo-org/workflows' }
    const { post } = await setScene(options)
    expect((await post({ ...READ, repositories: ['workflows', 'target'] })).message).toContain(
      `- octo-org/workflows:\n  - Invalid access policy\n    - - Unrecognized key: "statement"\n- octo-org/target:\n  - Invalid access policy\n    - Policy origin 'octo-org/workflows' does not match repository 'octo-org/target'\nEffective`,
    )
  })

  test.each([
    ['that is not there', { owner: 'mona', repositories: ['x'] }, '- mona:\n  - Not authorized\nEffective'],
    ['that does not allow it', { owner: 'acme', repositories: ['x'] }, '- acme:\n  - Not authorized\nEff'],
    [
      'that allows it, and grants nothing',
      { owner: 'initech', repositories: 'ALL' },
      '- initech:\n  - contents: read - Not authorized\nEffective',
    ],
    [
      'in another case',
      { owner: 'Octo-Org', repositories: ['absent'] },
      '- Octo-Org/absent:\n  - Not authorized\nEffective',
    ],
  ])('by another owner %s, with nothing said about why', async (_, target, message) => {
    const { post } = await setScene({
      installations: {
        'octo-org': { permissions: ALL },
        acme: { permissions: ALL },
        initech: { permissions: ALL },
      },
      repositories: {
        'octo-org/.github-access-token': { 'access-token.yaml': OWNER_POLICY },
        'acme/.github-access-token': { 'access-token.yaml': 'origin: acme/.github-access-token' },
        'initech/.github-access-token': {
          'access-token.yaml': `origin: initech/.github-access-token\nallowed-subjects: [${ANY}]`,
        },
      },
    })
    const reply = await post({ ...READ, ...target })
    expect(reply.status).toBe(403)
    expect(reply.message).toContain(`Issues:\n${message}`)
  })

  test('and granted by another owner that allows the subject', async () => {
    const { post } = await setScene({
      installations: { acme: { permissions: ALL } },
      repositories: {
        'acme/.github-access-token': {
          'access-token.yaml': `origin: acme/.github-access-token\nallowed-subjects: [${ANY}]\nallowed-repository-permissions: {contents: read}`,
        },
        'acme/x': {
          '.github/access-token.yaml': `origin: acme/x\nstatements: [{subjects: [${ANY}], permissions: {contents: read}}]`,
        },
      },
    })
    expect((await post({ ...READ, repositories: ['acme/x'] })).json).toMatchObject({
      owner: 'acme',
      repositories: ['x'],
    })
  })
})

describe('subjects', () => {
  const subjects = effectiveSubjects(claimsOf(defaultIdentity))

  test('of a branch are known in both forms, with three claims', () => {
    const path = 'octo-org/workflows/.github/workflows/release.yml@refs/heads/main'
    const [long, short] = ['repo:octo-org@6811672/workflows@216219028', 'repo:octo-org/workflows']
    expect(subjects).toEqual(
      ['ref:refs/heads/main', `workflow_ref:${path}`, `job_workflow_ref:${path}`].flatMap((claim) => [
        `${long}:${claim}`,
        `${short}:${claim}`,
      ]),
    )
  })

  test('of a pull request are only the one of the token', () => {
    const identity = { ...defaultIdentity, eventName: 'pull_request', ref: 'refs/pull/7/merge' }
    expect(effectiveSubjects(claimsOf(identity))).toEqual([
      'repo:octo-org@6811672/workflows@216219028:pull_request',
    ])
  })

  test.each([
    ['repo:octo-org/workflows:ref:refs/heads/main', true],
    ['REPO:Octo-Org/Workflows:ref:refs/heads/MAIN', true],
    ['repo:octo-org/workflows:ref:refs/heads/*', true],
    ['repo:octo-org/*:**', true],
    ['repo:octo-org/workflows:**', true],
    ['repo:octo-org/workflows:ref:refs/heads/mai?', true],
    ['repo:octo-org/workflows:ref:refs/heads/mai', false],
    ['repo:octo-org/workflows:*', false],
    ['repo:octo-org/*', false],
    ['repo:octo-org/workflows:*:refs/heads/main', false],
    ['**', false],
    ['repo:octo.org/workflows:ref:refs/heads/main', false],
  ])('match %s: %s', (pattern, expected) => {
    expect(matches([pattern], subjects)).toBe(expected)
  })

  test.each([
    ['the origin', "'repo:${origin}:ref:refs/heads/main'", true],
    ['no repository', 'ref:refs/heads/main', true],
    ['a path without repository', 'workflow_ref:/.github/workflows/release.yml@refs/heads/main', true],
    ['another branch', 'ref:refs/heads/other', false],
  ])('in a policy may name %s', async (_, subject, granted) => {
    const policy = `origin: octo-org/workflows\nstatements: [{subjects: [${subject}], permissions: {contents: read}}]`
    const { post } = await setScene(policies(OWNER_POLICY, policy))
    expect((await post(READ)).status).toBe(granted ? 200 : 403)
  })

  test('with ids are what an owner allows by default where the token has ids', async () => {
    const origin =
      'origin: octo-org/.github-access-token\nstatements: [{subjects: ["repo:octo-org/workflows:**"], permissions: {contents: read}}]'
    const repositories = { 'octo-org/.github-access-token': { 'access-token.yaml': origin } }
    for (const subject of ['mutable', 'immutable'] as const) {
      expect((await (await setScene({ repositories }, { subject })).post(READ)).status).toBe(200)
    }
  })
})

test('invalid entries of a policy are dropped, the others count', async () => {
  const policy = `
origin: octo-org/workflows
statements:
  - subjects: [${ANY}]
    permissions: { contents: read, no-such-scope: write, workflows: read }
  - subjects: [${ANY}]
  - subjects: 'not a list'
    permissions: { secrets: read }
`
  expect(parse(policy)).toBeTruthy()
  const { post } = await setScene(policies(OWNER_POLICY, policy))
  expect((await post(READ)).status).toBe(200)
  expect((await post({ permissions: { secrets: 'read' } })).status).toBe(403)
})

test('scopes are those of the server', () => {
  expect(Object.keys(REPOSITORY_SCOPES)).toHaveLength(32)
  expect(Object.keys(OWNER_SCOPES)).toHaveLength(53)
})
