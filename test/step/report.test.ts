import { describe, expect, test } from 'vitest'
import { runOf } from '../../dev/runner/context.ts'
import { ActionError } from '../../src/errors.ts'
import type { Environment, Grant } from '../../src/exchange.ts'
import type { Claims } from '../../src/explanation.ts'
import { table } from '../../src/step/markdown.ts'
import * as report from '../../src/step/report.ts'

const ENVIRONMENT: Environment = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'octo-org/workflows',
  GITHUB_EVENT_NAME: 'push',
}
/** The report of an error, which may have an explanation, with the facts of the run from the environment and the event. */
function reportOf(
  error: ActionError,
  environment: Environment,
  payload: unknown,
  claims?: Claims,
  explain = error.explain,
): report.Report {
  const { code, message, refused, lacksInput } = error
  const explained = new ActionError(code, message, { refused, lacksInput, explain })
  return report.reportOf(explained, environment, runOf(environment, payload), claims)
}

const byDependabot = (event: string): Environment => ({ GITHUB_EVENT_NAME: event, GITHUB_ACTOR: 'dependabot[bot]' })

const CLAIMS: Claims = {
  sub: 'repo:octo-org/workflows:ref:refs/heads/main',
  aud: ['one.example', 'two.example'],
  ref: 'refs/heads/main',
  actor: 'mona',
  sha: 'a7f5ef4b',
}
const DENIED = new ActionError('DENIED', 'Somebody refused.', { refused: { status: 403 } })
const NO_ID_TOKEN = new ActionError('NO_ID_TOKEN', 'There is no ID token.')

/** What the summary says of a grant, without a claim. */
const grantSummary = (grant: Partial<Grant>): string =>
  report.grantSummary({ ...NOTHING, ...grant }, {}, runOf({}, {}), undefined)

/** A grant of which nothing is to be shown. */
const NOTHING = { secrets: [], outputs: {}, summary: '' }

/** The claims that a refusal shows, by name. */
function shown(environment: Environment, event: unknown): string[] {
  let seen: Claims | undefined
  const refused = reportOf(DENIED, { ...ENVIRONMENT, ...environment }, event, CLAIMS, (claims) => {
    seen = claims
    return {}
  })
  const names = refused.group.flatMap((line) => /^(\w+): /.exec(line)?.[1] ?? [])
  // What the exchange may use for its hints is what may be shown.
  expect(seen).toBe(names.length === 0 ? undefined : CLAIMS)
  expect(refused.summary.includes('refs/heads/main')).toBe(names.length > 0)
  expect(report.grantSummary(NOTHING, environment, runOf({ ...ENVIRONMENT, ...environment }, event), CLAIMS)).toMatch(
    names.length > 0
      ? /^\| claim \| value \|\n.*\n.*\n\| sub \| .*refs\/heads\/main/
      : /^The claims of the ID token are not shown, /,
  )
  return names
}

function pullRequest(repository: string | null, more: object = {}): object {
  const repo = repository === null ? null : { full_name: repository }
  return { pull_request: { head: { repo }, ...more } }
}
const [OWN, FORK] = [pullRequest('octo-org/workflows'), pullRequest('mona/workflows')]
const PULL_REQUEST = { GITHUB_EVENT_NAME: 'pull_request' }
const after = (repository: string): object => ({ workflow_run: { head_repository: { full_name: repository } } })

describe('claims', () => {
  const all = ['aud', 'sub', 'ref']
  test.each<[what: string, name: string, event: unknown, names: string[]]>([
    ['a push', 'push', {}, all],
    ['a push without an event', 'push', undefined, all],
    ['a pull request of the repository', 'pull_request', OWN, all],
    ['a pull request from a fork', 'pull_request', FORK, []],
    ['a pull request from a fork that was deleted', 'pull_request', pullRequest(null), []],
    ['a pull request whose event cannot be read', 'pull_request', undefined, []],
    ['a pull request whose event is no object', 'pull_request', 'pull_request', []],
    ['pull_request_target of the repository', 'pull_request_target', OWN, all],
    ['pull_request_target from a fork', 'pull_request_target', FORK, []],
    ['a review of a fork', 'pull_request_review', FORK, []],
    ['a run after one of the repository', 'workflow_run', after('octo-org/workflows'), all],
    ['a run after one of a fork', 'workflow_run', after('mona/workflows'), []],
    ['a run after one that is not known', 'workflow_run', undefined, []],
    ['a comment on an issue', 'issue_comment', { issue: { number: 1 } }, all],
    ['a comment on a pull request', 'issue_comment', { issue: { pull_request: { url: 'x' } } }, []],
    ['a comment on something that is not known', 'issue_comment', undefined, []],
  ])('of %s', (_what, name, event, names) => {
    expect(shown({ GITHUB_EVENT_NAME: name }, event)).toEqual(names)
  })

  test('are not shown where nobody refused the ID token', () => {
    const overloaded = new ActionError('OVERLOADED', 'Not now.', { refused: { status: 503 } })
    const report = reportOf(overloaded, ENVIRONMENT, {}, CLAIMS)
    expect(report).toMatchObject({ group: [], summary: '' })
  })
})

describe('the hint for a job without an ID token', () => {
  const hint = (environment: Environment, event?: unknown): string =>
    reportOf(NO_ID_TOKEN, { ...ENVIRONMENT, ...environment }, event).annotation

  const PERMISSION = 'for a reusable workflow, also to the job that calls it:\npermissions:\n  id-token: write'
  const READ_ONLY = 'id-token: write\n  contents: read\nA run that Dependabot started is read-only by default'
  const NONE =
    "no ID token to a pull request from a fork. Run this step on push instead, or skip it with\nif: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository\n"
  test.each<[string, Environment, unknown, string]>([
    ['a push', {}, {}, PERMISSION],
    ['a pull request of the repository', PULL_REQUEST, OWN, PERMISSION],
    ['a fork', PULL_REQUEST, FORK, NONE],
    ['a review of a fork', { GITHUB_EVENT_NAME: 'pull_request_review' }, FORK, NONE],
    // That event has ID tokens.
    ['pull_request_target', { GITHUB_EVENT_NAME: 'pull_request_target' }, FORK, PERMISSION],
    ['act', { ACT: 'true', GITHUB_ACTOR: 'dependabot[bot]' }, {}, 'act has no ID tokens'],
    ['Dependabot', byDependabot('push'), OWN, READ_ONLY],
    ['Dependabot, on a review', byDependabot('pull_request_review_comment'), OWN, READ_ONLY],
    ['Dependabot, on a deployment', byDependabot('deployment_status'), OWN, READ_ONLY],
  ])('is that of %s', (_what, environment, event, text) => {
    expect(hint(environment, event)).toContain(text)
  })

  test.each([
    ['https://github.com', false],
    ['https://octo-org.ghe.com', false],
    ['https://github.example.com', true],
    ['', false],
    [undefined, false],
  ])('knows GitHub Enterprise Server by the URL %j', (url, isServer) => {
    const text = hint({ GITHUB_SERVER_URL: url })
    expect(text).toContain('id-token: write')
    expect(text.includes('version 3.5')).toBe(isServer)
  })
})

test.each([
  ['https://octo-org.ghe.com', 'GHE.com: the issuer of its ID tokens is https://token.actions.octo-org.ghe.com,'],
  ['https://github.example.com', 'GitHub Enterprise Server: its ID tokens have their own issuer,'],
  ['https://github.com', ''],
  ['https://ghe.com.example.com', 'GitHub Enterprise Server'],
  ['https://our-ghe.com', 'GitHub Enterprise Server'],
])('a refusal at %s tells of the issuer: %j', (url, hint) => {
  const { annotation } = reportOf(DENIED, { ...ENVIRONMENT, GITHUB_SERVER_URL: url }, {})
  if (hint === '') expect(annotation).not.toContain('issuer')
  else expect(annotation).toContain(`This is ${hint}`)
})

test('an enterprise of GHE.com may have an issuer of its own: that of the ID token is told', () => {
  const iss = 'https://token.actions.octo-org.ghe.com/octo-enterprise'
  const environment = { ...ENVIRONMENT, GITHUB_SERVER_URL: 'https://octo-org.ghe.com' }
  expect(reportOf(DENIED, environment, {}, { iss }).annotation).toContain(`its ID tokens is ${iss},`)
  const forFork = reportOf(DENIED, { ...environment, ...PULL_REQUEST }, FORK, { iss })
  expect(forFork.annotation).not.toContain(iss)
})

const MISSING = new ActionError('INVALID_INPUT', 'The inputs are invalid.', { lacksInput: true })
const WRONG = new ActionError('INVALID_INPUT', 'The inputs are invalid.')

// GitHub Docs, "Dependabot on GitHub Actions" and "Using secrets in GitHub Actions".
test.each<[what: string, environment: Environment, payload: unknown, secrets: string | undefined]>([
  ['a fork', PULL_REQUEST, FORK, 'secrets and variables are empty'],
  ['Dependabot', byDependabot('push'), {}, "gets only Dependabot's secrets"],
  ['Dependabot', byDependabot('workflow_dispatch'), {}, undefined],
  [
    'Dependabot, for its own pull request',
    { GITHUB_EVENT_NAME: 'pull_request_target' },
    pullRequest('octo-org/workflows', { user: { login: 'dependabot[bot]' } }),
    "gets only Dependabot's secrets",
  ],
  [
    'a person, for a pull request of Dependabot',
    PULL_REQUEST,
    pullRequest('octo-org/workflows', { user: { login: 'dependabot[bot]' } }),
    undefined,
  ],
  ['a push', {}, {}, undefined],
])('a missing input in a run of %s', (_what, environment, payload, secrets) => {
  const { annotation } = reportOf(MISSING, { ...ENVIRONMENT, ...environment }, payload)
  if (secrets === undefined) expect(annotation).not.toContain('secret')
  else expect(annotation).toContain(secrets)
  expect(reportOf(WRONG, { ...ENVIRONMENT, ...environment }, payload).annotation).not.toContain('secret')
})

test('a repository that was renamed is no fork of itself', () => {
  const repo = { id: 216219028, full_name: 'octo-org/old-name' }
  const event = { repository: { id: 216219028 }, pull_request: { head: { repo } } }
  expect(shown(PULL_REQUEST, event)).toContain('sub')
  const fork = { repository: { id: 216219028 }, pull_request: { head: { repo: { ...repo, id: 1 } } } }
  expect(shown(PULL_REQUEST, fork)).toEqual([])
})

test.each([
  ['issue_comment', { issue: { pull_request: {} } }, 'On issue_comment, the subject is that of the default branch.'],
  ['pull_request_target', FORK, 'may be for a pull request from a fork.'],
])('where the claims are hidden on %s, the reason is told', (event, payload, text) => {
  const refused = new ActionError('DENIED', 'No.', { refused: { status: 403, audience: 'x' } })
  const environment = { ...ENVIRONMENT, GITHUB_EVENT_NAME: event }
  expect(reportOf(refused, environment, payload).annotation).toContain(text)
  expect(reportOf(DENIED, environment, payload).annotation).not.toContain('claims')
})

test('what to paste is in a fence of its language, under the file that it belongs to', () => {
  const { group, summary } = reportOf(DENIED, ENVIRONMENT, {}, undefined, () => ({
    paste: [
      { language: 'json', content: '{}' },
      { language: 'yaml', content: 'a: 1', file: { repository: 'octo-org/a_b', path: 'x.yaml', exists: false } },
    ],
  }))
  expect(group).toEqual(['', '{}', '', '# x.yaml in octo-org/a_b, on its default branch', 'a: 1'])
  expect(summary).toMatch(
    /\n\n```json\n\{\}\n```\n\nx&#46;yaml in octo-org\/a&#95;b, on its default branch: \[create it\]\(\S+\)\n\n```yaml\na: 1\n```$/,
  )
})

const PAGE = 'docs/troubleshooting.md#denied'
const MAIN = `https://github.com/OWNER/access-token/blob/main/${PAGE}`
test.each([
  [{ GITHUB_ACTION_REPOSITORY: undefined }, PAGE],
  [{ GITHUB_ACTION_REF: 'v1' }, `https://github.com/OWNER/access-token/blob/v1/${PAGE}`],
  [{ GITHUB_ACTION_REF: '' }, MAIN],
  [{ GITHUB_SERVER_URL: 'https://github.example.com' }, `${PAGE} of OWNER/access-token`],
  [{ GITHUB_SERVER_URL: 'no URL' }, MAIN],
])('the link of %j', (environment, link) => {
  const action = { GITHUB_ACTION_REPOSITORY: 'OWNER/access-token' }
  const { annotation } = reportOf(DENIED, { ...ENVIRONMENT, ...action, ...environment }, {})
  expect(annotation.split('\n').at(-1)).toBe(`DENIED: ${link}`)
})

test('a branch or an environment is no Markdown in the summary, wherever it is', () => {
  const name = 'a`b`|[x](https://evil.example)<img/src=x>@octocat#1*_~\n# Granted'
  const { summary } = reportOf(
    new ActionError('DENIED', `Somebody refused: ${name}.`, { refused: { status: 403, requestId: name } }),
    ENVIRONMENT,
    {},
    { ref: name, environment: name },
    () => ({ hint: `Allow ${name}.`, advice: `Add ${name}.` }),
  )
  // What this page itself is made of aside, no character is left that means something to Markdown or HTML.
  const rest = summary
    .replace(/^### Refused\n/, '')
    .replace(/^\| claim \| value \|\n\| --- \| --- \|$/m, '')
    .replace(/^\| (.*) \| <code>(.*)<\/code> \|$/gm, '$1 $2')
    .replace(/<br>/g, '')
    .replace(/&#\d+;/g, '')
  expect(rest.match(/octocat/g)).toHaveLength(6)
  expect(rest).not.toMatch(/[`|[\]<>@#*_~:&.]/)
})

test('no line of the log group can be taken for a command', () => {
  const { group } = reportOf(DENIED, ENVIRONMENT, {}, undefined, () => ({
    advice: '::error::one\n  ::add-mask::two',
    paste: [{ language: 'yaml', content: 'key: ##[group]three\n##[error]four\u2028::five' }],
  }))
  expect(group).toEqual([
    '',
    ': :error::one',
    '  : :add-mask::two',
    '',
    'key: ## [group]three',
    '## [error]four ::five',
  ])
})

describe('the link to the editor', () => {
  const summary = (file: object, environment: Environment = {}, payload: object = {}): string =>
    reportOf(DENIED, { ...ENVIRONMENT, ...environment }, payload, undefined, () => ({
      paste: [
        {
          language: 'yaml',
          content: "a: 'b (c)'\n# ~d_ ]é",
          file: { repository: 'octo-org/target', path: '.github/a_b.yaml', ...file },
        },
      ],
    })).summary
  const create =
    '[create it](https://github.com/octo-org/target/new/HEAD?filename=.github%2Fa%5Fb.yaml&value=a%3A%20%27b%20%28c%29%27%0A%23%20%7Ed%5F%20%5D%C3%A9%0A)'
  const edit = '[edit it](https://github.com/octo-org/target/edit/HEAD/.github/a%5Fb.yaml)'

  test.each([
    ['is there', { exists: true }, edit],
    ['is not there', { exists: false }, create],
    ['may be there', {}, `${create}, or ${edit} if it already exists`],
  ])('of a file that %s', (_what, file, links) => {
    expect(summary(file)).toContain(`, on its default branch: ${links}\n\n\`\`\`yaml\n`)
  })

  test.each([
    ['octo-org/workflows', 'release/v1', 'release/v1'],
    ['Octo-Org/Workflows', 'trunk', 'trunk'],
    ['octo-org/workflows', '', 'HEAD'],
    ['octo-org/workflows', 42, 'HEAD'],
    ['octo-org/target', 'trunk', 'HEAD'],
  ])('in %s, where the event names the branch %j, leads to %s', (repository, name, branch) => {
    const text = summary({ repository, exists: true }, {}, { repository: { default_branch: name } })
    expect(text).toContain(`(https://github.com/${repository}/edit/${branch}/.github/`)
  })

  test('leads to the GitHub of the run', () => {
    expect(summary({ exists: true }, { GITHUB_SERVER_URL: 'https://octo-org.ghe.com' })).toContain(
      '(https://octo-org.ghe.com/octo-org/target/edit/HEAD/',
    )
  })
})

test('a table shows any text as it is', () => {
  const text = '🚀 𝒳👩‍💻 www.octo.example | </code> <img> `x` *y* _z_ [l](m) #1 @mona\n::x:: ~~s~~ \\ &amp; !'
  const [head, line, row = '', ...more] = table(['name', 'value'], [['a|b', text]]).split('\n')
  expect([head, line, more]).toEqual(['| name | value |', '| --- | --- |', []])
  const [, name, value] = /^\| (.*) \| <code>(.*)<\/code> \|$/.exec(row) ?? []
  expect(`${name ?? ''}${value ?? ''}`.replaceAll('<br>', '')).toMatch(/^(?:[A-Za-z\d ,()/'-]|&#\d+;)*$/)
  const decoded = (escaped = ''): string =>
    escaped.replaceAll('<br>', '\n').replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
  expect([decoded(name), decoded(value)]).toEqual(['a|b', text])
})

test('code and link survive where GitHub cuts an annotation', () => {
  const annotation = (message: string, hint?: string): string => {
    const error = new ActionError('DENIED', message, { hint })
    return report.reportOf(error, ENVIRONMENT, runOf(ENVIRONMENT, {}), undefined).annotation
  }
  const cut = annotation('x'.repeat(3_000), 'y'.repeat(3_000))
  expect(cut).toHaveLength(4_096)
  const last = '\nDENIED: docs/troubleshooting.md#denied'
  expect(cut.slice(-last.length - 2)).toBe(`y…${last}`)
  const whole = 'x'.repeat(4_096 - last.length)
  expect(annotation(whole)).toBe(`${whole}${last}`)
})

describe('the table of a grant', () => {
  test('has its outputs and its end', () => {
    const grant = { secrets: ['obviously-fake'], outputs: { owner: 'octo' }, expiresAt: new Date(0) }
    expect(grantSummary(grant).split('\n')).toEqual([
      '| output | value |',
      '| --- | --- |',
      '| owner | <code>octo</code> |',
      '| expires-at | <code>1970-01-01T00&#58;00&#58;00&#46;000Z</code> |',
    ])
  })

  test.each(['obviously-fake', 'obviously-fake\nmore', '{"a":"obviously-fake"}'])(
    'has no output with a secret in it: %j',
    (secret) => {
      const grant = { secrets: ['obviously-fake'], outputs: { secret, owner: 'octo' } }
      expect(grantSummary(grant)).not.toMatch(/fake|\| secret/)
    },
  )

  test('has no output of a grant of secrets, however many there are', () => {
    const outputs = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`s${n}`, 'x'.repeat(100_000)]))
    const secrets = Array.from({ length: 200_000 }, (_, index) => `value-${index}`)
    expect(grantSummary({ secrets, outputs, outputsAreSecret: true })).toBe('')
  })

  test('has the beginning of a long output, and says how much more there is', () => {
    expect(grantSummary({ outputs: { a: 'x'.repeat(500) } })).toContain(`<code>${'x'.repeat(500)}</code>`)
    const cut = grantSummary({ outputs: { a: `${'x'.repeat(499)}🚀y` } })
    expect(cut).toContain(`<code>${'x'.repeat(499)}&#8230; and 2 more characters</code>`)
  })
})
