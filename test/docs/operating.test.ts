import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setDefaultCACertificates } from 'node:tls'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { canRunCommands, fenceOf, fencesOf, readDocument } from '../../dev/documents/fences.ts'
import { tablesOf } from '../../dev/documents/tables.ts'
import { appServerError } from '../../dev/fakes/app-server-request.ts'
import { fault, forEver, type Fault } from '../../dev/fakes/faults.ts'
import { serve } from '../../dev/fakes/serve.ts'
import { verifySignature } from '../../dev/fakes/sigv4.ts'
import { vaultError } from '../../dev/fakes/vault.ts'
import { system as appServer } from '../../dev/systems/app-server.ts'
import type { System } from '../../dev/systems/system.ts'
import { system as vault } from '../../dev/systems/vault.ts'
import { createWorld, type WorldOptions } from '../../dev/world.ts'
import { exchangeOf, runStep } from '../exchanges/in-process.ts'
import { LeapingClock } from '../properties/clock.ts'
import { expectRefused } from '../scenarios/support.ts'
import { Place } from './commands.ts'

const page = readDocument('docs/operating.md')
const sh = (text: string): string => fenceOf(page.file, 'sh', text)

interface Down extends WorldOptions {
  readonly system?: System
  /** Connections. */
  readonly refuses?: boolean
}

const meets = (...faults: Fault[]): Down[] => faults.map((each) => ({ faults: { 'app-server': [forEver(each)] } }))

/** By how a row of the first table begins. */
const DOWN: Readonly<Record<string, readonly Down[]>> = {
  'the server is not running': [{ refuses: true }],
  'nothing answers': meets(fault.hang()),
  'a gateway answers': meets(...[502, 503, 504].map(fault.html)),
  'a sealed Vault': [{ system: vault, faults: { vault: [forEver(fault.answer(vaultError(503, 'Vault is sealed')))] } }],
  '429 or 503 with': meets(...[429, 503].map((status) => fault.status(status, { retryAfter: 120 }))),
  'the app server answers 500': meets(fault.answer(appServerError(500, undefined))),
  'the app server cannot read': meets(
    fault.answer(appServerError(403, 'Issues:\n- octo-org:\n  - Access policy not found')),
  ),
  "the server's certificate": [{ tls: { 'app-server': 'expired' } }],
  'a login page': meets(fault.redirect('https://login.example.com/')),
}

describe('a server is down', () => {
  const { rows } = tablesOf(page)[0]!
  const cases = rows.flatMap(([what = '', code = '', waits = '']) => {
    const [, downs] = Object.entries(DOWN).find(([begins]) => what.startsWith(begins)) ?? []
    return (downs ?? [undefined]).map((down) => [what, /`(\w+)`/.exec(code)![1]!, waits, down] as const)
  })

  test.each(cases)('%s: %s, and it waits %s', async (_what, code, waits, down) => {
    const { refuses = false, system = appServer, ...options } = down ?? expect.fail('nothing here does that')
    const clock = new LeapingClock(0)
    await using world = await createWorld(system, { ...options, now: clock.serverNow })
    clock.held = world.held
    if (refuses) await world.server('app-server').refuse()
    const authority = world.env['NODE_EXTRA_CA_CERTS']
    if (authority !== undefined) setDefaultCACertificates([readFileSync(authority, 'utf8')])
    const { stage } = await runStep(await exchangeOf(system.action), world, system.action, { clock })
    expect(expectRefused(world, stage)).toContain(`${code}: `)
    const seconds = clock.monotonic() / 1_000
    if (waits === 'all of its time') {
      expect(seconds).toBeGreaterThan(59)
      expect(seconds).toBeLessThan(61)
    } else {
      expect(waits).toBe('not at all')
      expect(seconds).toBeLessThan(30)
    }
  })

  test('every row is one of these', () => {
    expect(rows).toHaveLength(Object.keys(DOWN).length)
  })
})

/** By where the server runs, what reads its log. */
const LOGS = { 'in a container': 'server_log() { docker', 'on AWS Lambda': 'filter-log-events' }

describe.runIf(canRunCommands).each(Object.entries(LOGS))('logs %s', (_where, reading) => {
  const [{ text: log } = expect.fail()] = fencesOf(page).filter(({ language }) => language === 'text')
  const REQUEST_ID = '57fb6b1a-68ee-4c2e-a199-0f484498e505'
  const other = log.replaceAll(REQUEST_ID, 'other').replaceAll('19461200841', '2').replaceAll('MWFi', 'MWFj')
  const place = new Place(
    {
      log: `Server is listening on port 3000\n${other.replaceAll('"target"', '"website"')}${log}`,
      'bin/docker': 'cat ~/log',
      // Of AWS, the name of the function and its log: the text of a list of lists is one line for each.
      'bin/aws': `[[ $* != *describe-stack-resources* ]] || { echo the-function; exit; }
[[ $* =~ --log-group-name\\ /aws/lambda/the-function\\ --start-time\\ ([0-9]+)000\\ --query\\ events\\[\\]\\.\\[message\\]\\ --output\\ text$ ]] || exit 1
((BASH_REMATCH[1] <= $(date +%s) - 7 * 86400)) || exit 1
cat ~/log`,
      // What the audit log has: a hash that the server issued, and one that it did not.
      'bin/gh': 'printf "%s\\n" GrXBuUFuroc+nfZLs4PQM5pyaH4vIYATAWVhKq6rGZg= stolen',
    },
    { TOKEN: 'ghs_x' },
  )
  afterAll(() => {
    place[Symbol.dispose]()
  })
  const outputOf = async (...commands: string[]): Promise<string> =>
    (await place.run(sh('APP_SERVER=https'), sh(reading), ...commands)).output.trimEnd()

  test('lead from a request id to its three lines', async () => {
    expect(await outputOf(sh('REQUEST_ID='))).toBe(log.trimEnd())
  })

  test('lead from a run, and from the hash of a token, to the request id', async () => {
    for (const asked of ['run_id ==', 'LOGGED_HASH=']) expect(await outputOf(sh(asked))).toBe(`"${REQUEST_ID}"`)
  })

  test('tell who got a token for a repository', async () => {
    expect(JSON.parse(await outputOf(sh('group_by(.requestId)')))).toEqual([
      '2026-11-30T10:09:03Z',
      'octo-org/app/.github/workflows/deploy.yml@refs/heads/main',
      '19461200841',
      { metadata: 'read', contents: 'read' },
      expect.stringMatching(/^MWFi/),
    ])
  })

  test('tell which tokens of the app the server did not issue', async () => {
    expect(await outputOf(sh('comm -13'))).toBe('stolen')
  })

  test('the hash of a token is computed as the output token-hash is', async () => {
    const [line = ''] = sh('openssl dgst').split('\n')
    expect(await outputOf(line, 'echo "$TOKEN_HASH"')).toBe(createHash('sha256').update('ghs_x').digest('base64'))
  })
})

describe.runIf(canRunCommands)('health checks', () => {
  test('the app server answers', async () => {
    await using world = await createWorld(appServer)
    using place = new Place({}, { APP_SERVER: world.url('app-server') })
    expect((await place.run(sh('--max-time 10'))).output).toContain('qoomon/actions--access-token')
  })

  test('a server behind AWS IAM takes the signature of curl', async () => {
    const keys = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'not a real one', sessionToken: 'nor this' }
    const server = await serve((request) => {
      const policy = { service: 'lambda', region: 'eu-central-1', now: Date.now }
      const signed = verifySignature(request, { ...policy, credentials: () => keys, signed: [] })
      return 'code' in signed ? { status: 403, body: signed.message } : { status: 200, body: 'it is up' }
    })
    onTestFinished(() => server.close())
    using place = new Place(
      {},
      { APP_SERVER: server.url, AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SESSION_TOKEN: keys.sessionToken },
    )
    const curl = (secret: string): ReturnType<Place['shell']> =>
      place.shell([sh('--aws-sigv4')], { env: { AWS_SECRET_ACCESS_KEY: secret } })
    expect(await curl(keys.secretAccessKey)).toMatchObject({ status: 0, output: 'it is up' })
    expect((await curl('wrong')).errors).toContain('403')
  })
})

describe.runIf(canRunCommands)('gh', () => {
  const GH = `{ printf gh; printf ' %q' "$@"; echo " \${GH_TOKEN:-}"; } >> "$NOTES"
case "$*" in
  'run list '*) printf '%s\\t%s\\n' 1 Deploy 2 Lint ;;
  'search prs '*) printf 'https://github.com/octo-org/%s/pull/1\\n' app website ;;
  *installations*--jq*) echo 77 ;;
  'api repos/octo-org/app '*) echo 11 ;;
  'api repos/octo-org/website '*) echo 12 ;;
esac
`

  /** What gh was asked for, with the token that it was given. */
  async function asked(...commands: string[]): Promise<string[]> {
    const repositories = 'octo-org/app\nocto-org/website\n'
    using place = new Place({ 'bin/gh': GH, 'repositories.txt': repositories }, { CLASSIC_TOKEN: 'classic' })
    const { notes } = await place.run(sh('APP_SERVER=https'), ...commands)
    return notes.split('\n').filter(Boolean)
  }

  test('restarts the failed runs that are left in the list', async () => {
    const [list, ...more] = await asked(sh('gh run list'), 'sed -i.bak /Lint/d failed.tsv', sh('gh run rerun'))
    expect(list).toContain('--limit 1000')
    expect(more).toEqual(['gh run rerun --failed --repo octo-org/app 1 '])
  })

  test('installs the app on each repository, with the token for it', async () => {
    const puts = (await asked(sh('user/installations'))).filter((line) => line.includes('PUT'))
    expect(puts).toEqual([11, 12].map((id) => `gh api --method PUT user/installations/77/repositories/${id} classic`))
  })

  test('merges and reverts the pull requests of the list', async () => {
    const [, ...more] = await asked(sh('gh search prs'), sh('gh pr merge'), sh('gh pr revert'))
    expect(more).toEqual(
      ['merge --squash', 'revert'].flatMap((what) =>
        ['app', 'website'].map((name) => `gh pr ${what} https://github.com/octo-org/${name}/pull/1 `),
      ),
    )
  })
})

test('the list of allowed actions is JSON', () => {
  const [, body = ''] = /<<'END'\n(.*)END\n/s.exec(sh('selected-actions'))!
  expect(JSON.parse(body)).toMatchObject({ patterns_allowed: ['OWNER/access-token@*', 'OWNER/access-token/*'] })
})
