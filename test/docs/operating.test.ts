import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { canRunCommands, fencesOf, readDocument } from '../../dev/documents/fences.ts'
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
import { expectRefused } from '../scenarios/support.ts'

const page = readDocument('docs/operating.md')
const sh = fencesOf(page).filter(({ language }) => language === 'sh')

function fence(text: string): string {
  const found = sh.filter((each) => each.text.includes(text))
  expect(found, text).toHaveLength(1)
  return found[0]!.text
}

interface Down {
  /** Connections. */
  readonly refuses?: boolean
  readonly faults?: Fault
  readonly options?: WorldOptions
  /** Instead of the app server. */
  readonly role?: 'vault'
}

/** By how a row of the first table begins. */
const DOWN: Readonly<Record<string, readonly Down[]>> = {
  'the server is not running': [{ refuses: true }],
  'nothing answers': [{ faults: fault.hang() }],
  'a gateway answers': [502, 503, 504].map((status) => ({ faults: fault.html(status) })),
  'a sealed Vault': [{ faults: fault.answer(vaultError(503, 'Vault is sealed')), role: 'vault' }],
  '429 or 503 with': [429, 503].map((status) => ({ faults: fault.status(status, { retryAfter: 120 }) })),
  'the app server answers 500': [{ faults: fault.answer(appServerError(500, undefined)) }],
  'the app server cannot read': [
    { faults: fault.answer(appServerError(403, 'Issues:\n- octo-org:\n  - Access policy not found')) },
  ],
  "the server's certificate": [{ options: { tls: { 'app-server': 'expired' } } }],
  'a login page': [{ faults: fault.redirect('https://login.example.com/') }],
}

describe.concurrent('a server is down', () => {
  const { rows } = tablesOf(page)[0]!
  const cases = rows.flatMap(([what = '', code = '', waits = '']) => {
    const [, downs] = Object.entries(DOWN).find(([begins]) => what.startsWith(begins)) ?? []
    return (downs ?? [undefined]).map((down) => [what, /`(\w+)`/.exec(code)![1]!, waits, down] as const)
  })

  test.each(cases)('%s: %s, and it waits %s', async (_what, code, waits, down) => {
    const { refuses = false, faults, options = {}, role = 'app-server' } = down ?? expect.fail('nothing here does that')
    const system: System = role === 'vault' ? vault : appServer
    await using world = await createWorld(system, {
      ...options,
      ...(faults && { faults: { [role]: [forEver(faults)] } }),
    })
    if (refuses) await world.server(role).refuse()
    const main = await world.run({ leaps: true })
    expect(expectRefused(world, main)).toContain(`${code}: `)
    const seconds = main.durationMs / 1_000
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
  let folder: string
  const [log] = fencesOf(page).filter(({ language }) => language === 'text')
  const REQUEST_ID = '57fb6b1a-68ee-4c2e-a199-0f484498e505'

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'operating-'))
    const other = log!.text.replaceAll(REQUEST_ID, 'other').replaceAll('19461200841', '2').replaceAll('MWFi', 'MWFj')
    writeFileSync(
      join(folder, 'log'),
      `Server is listening on port 3000\n${other.replaceAll('"target"', '"website"')}${log!.text}`,
    )
    // Of AWS, the name of the function and its log: the text of a list of lists is one line for each.
    const aws = `[[ $* != *describe-stack-resources* ]] || { echo the-function; exit; }
[[ $* =~ --log-group-name\\ /aws/lambda/the-function\\ --start-time\\ ([0-9]+)000\\ --query\\ events\\[\\]\\.\\[message\\]\\ --output\\ text$ ]]
((BASH_REMATCH[1] <= $(date +%s) - 7 * 86400)) || exit 1
`
    for (const [name, checks] of Object.entries({ docker: '', aws })) {
      const script = `#!/usr/bin/env bash\nset -e\n${checks}cat "${join(folder, 'log')}"\n`
      writeFileSync(join(folder, name), script, { mode: 0o755 })
    }
    // What the audit log has: a hash that the server issued, and one that it did not.
    writeFileSync(
      join(folder, 'gh'),
      '#!/usr/bin/env bash\nprintf "%s\\n" GrXBuUFuroc+nfZLs4PQM5pyaH4vIYATAWVhKq6rGZg= stolen\n',
      { mode: 0o755 },
    )
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  function run(...scripts: string[]): string {
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['--norc', '-euo', 'pipefail', '-c', [fence('APP_SERVER=https'), fence(reading), ...scripts].join('\n')],
      { cwd: folder, encoding: 'utf8', env: { PATH: [folder, process.env['PATH']].join(delimiter), TOKEN: 'ghs_x' } },
    )
    expect({ status, stderr }, stderr).toMatchObject({ status: 0 })
    return stdout.trimEnd()
  }

  test('lead from a request id to its three lines', () => {
    expect(run(fence('REQUEST_ID='))).toBe(log!.text.trimEnd())
  })

  test('lead from a run, and from the hash of a token, to the request id', () => {
    expect(run(fence('run_id =='))).toBe(`"${REQUEST_ID}"`)
    expect(run(fence('LOGGED_HASH='))).toBe(`"${REQUEST_ID}"`)
  })

  test('tell who got a token for a repository', () => {
    const found = run(fence('group_by(.requestId)'))
    expect(JSON.parse(found)).toEqual([
      '2026-11-30T10:09:03Z',
      'octo-org/app/.github/workflows/deploy.yml@refs/heads/main',
      '19461200841',
      { metadata: 'read', contents: 'read' },
      expect.stringMatching(/^MWFi/),
    ])
  })

  test('tell which tokens of the app the server did not issue', () => {
    expect(run(fence('comm -13'))).toBe('stolen')
  })

  test('the hash of a token is computed as the output token-hash is', () => {
    const [line = ''] = fence('openssl dgst').split('\n')
    const hash = createHash('sha256').update('ghs_x').digest('base64')
    expect(run(line, 'echo "$TOKEN_HASH"')).toBe(hash)
  })
})

describe.runIf(canRunCommands)('health checks', () => {
  function curl(url: string, script: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const all = { PATH: process.env['PATH'], APP_SERVER: url, ...env }
      execFile('bash', ['--norc', '-euo', 'pipefail', '-c', script], { env: all }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout)
        else reject(new Error(stderr))
      })
    })
  }

  test('the app server answers', async () => {
    await using world = await createWorld(appServer)
    expect(await curl(world.url('app-server'), fence('--max-time 10'))).toContain('qoomon/actions--access-token')
  })

  test('a server behind AWS IAM takes the signature of curl', async () => {
    const keys = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'not a real one', sessionToken: 'nor this' }
    const server = await serve((request) => {
      const policy = { service: 'lambda', region: 'eu-central-1', now: Date.now }
      const signed = verifySignature(request, { ...policy, credentials: () => keys, signed: [] })
      return 'code' in signed ? { status: 403, body: signed.message } : { status: 200, body: 'it is up' }
    })
    onTestFinished(() => server.close())
    const env = {
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SESSION_TOKEN: keys.sessionToken,
    }
    const script = fence('--aws-sigv4')
    expect(await curl(server.url, script, env)).toBe('it is up')
    await expect(curl(server.url, script, { ...env, AWS_SECRET_ACCESS_KEY: 'wrong' })).rejects.toThrow('403')
  })
})

describe.runIf(canRunCommands)('gh', () => {
  const GH = `#!/usr/bin/env bash
{ printf gh; printf ' %q' "$@"; echo " \${GH_TOKEN:-}"; } >> notes
case "$*" in
  'run list '*) printf '%s\\t%s\\n' 1 Deploy 2 Lint ;;
  'search prs '*) printf 'https://github.com/octo-org/%s/pull/1\\n' app website ;;
  *installations*--jq*) echo 77 ;;
  'api repos/octo-org/app '*) echo 11 ;;
  'api repos/octo-org/website '*) echo 12 ;;
esac
`

  /** What gh was asked for, with the token that it was given. */
  function run(...scripts: string[]): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'operating-gh-'))
    onTestFinished(() => {
      rmSync(folder, { recursive: true })
    })
    writeFileSync(join(folder, 'gh'), GH, { mode: 0o755 })
    writeFileSync(join(folder, 'repositories.txt'), 'octo-org/app\nocto-org/website\n')
    const script = [fence('APP_SERVER=https'), ...scripts].join('\n')
    const { status, stderr } = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: [folder, process.env['PATH']].join(delimiter), CLASSIC_TOKEN: 'classic' },
    })
    expect({ status, stderr }, stderr).toMatchObject({ status: 0 })
    return readFileSync(join(folder, 'notes'), 'utf8').split('\n').filter(Boolean)
  }

  test('restarts the failed runs that are left in the list', () => {
    const [list, ...more] = run(fence('gh run list'), 'sed -i.bak /Lint/d failed.tsv', fence('gh run rerun'))
    expect(list).toContain('--limit 1000')
    expect(more).toEqual(['gh run rerun --failed --repo octo-org/app 1 '])
  })

  test('installs the app on each repository, with the token for it', () => {
    const puts = run(fence('user/installations')).filter((line) => line.includes('PUT'))
    expect(puts).toEqual([11, 12].map((id) => `gh api --method PUT user/installations/77/repositories/${id} classic`))
  })

  test('merges and reverts the pull requests of the list', () => {
    const [, ...more] = run(fence('gh search prs'), fence('gh pr merge'), fence('gh pr revert'))
    expect(more).toEqual(
      ['merge --squash', 'revert'].flatMap((what) =>
        ['app', 'website'].map((name) => `gh pr ${what} https://github.com/octo-org/${name}/pull/1 `),
      ),
    )
  })
})

test('the list of allowed actions is JSON', () => {
  const [, body = ''] = /<<'END'\n(.*)END\n/s.exec(fence('selected-actions'))!
  expect(JSON.parse(body)).toMatchObject({ patterns_allowed: ['OWNER/access-token@*', 'OWNER/access-token/*'] })
})
