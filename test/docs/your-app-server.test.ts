import { generateKeyPairSync } from 'node:crypto'
import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { canRunCommands, fencesOf, readDocuments } from '../../dev/documents/fences.ts'
import { suggestionsOf } from '../../dev/suggestions.ts'
import { appServerSystem } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'
import { expectGranted, expectRefused } from '../scenarios/support.ts'

/*
 * The commands of docs/your-app-server.md are run as they stand. Those that would reach GitHub, AWS, Cloudflare or Docker
 * are programs here that note their arguments and what is written to them.
 */

const page = readDocuments().find(({ file }) => file === 'docs/your-app-server.md')!
const fences = fencesOf(page)
const POLICY = 'octo-org/.github-access-token'

/** The fence that has this text. */
function fence(text: string, language = 'sh'): string {
  const found = fences.filter((each) => each.language === language && each.text.includes(text))
  expect(found, text).toHaveLength(1)
  return found[0]!.text
}

const NOTING = `#!/usr/bin/env bash
{ printf '%s' "\${0##*/}"; printf ' %q' "$@"; echo; } >> "$NOTES"
case "$*" in
  *--jq*) echo 6811672 ;;
  *'--input -'* | *'secret put'*) cat > "$NOTES.input" ;;
  *outputs.json*) echo '{"GitHubActionsAccessTokens":{"ApiUrl":"https://abc.lambda-url.eu-central-1.on.aws/","ApiAccessRoleArn":"arn:x"}}' > outputs.json ;;
esac
`

let folder: string
let key: string

/** Runs commands in the folder of the server, after those that set the names. */
function run(
  commands: string,
  env: Record<string, string> = {},
): { output: string; notes: string[]; input: string } {
  const notes = join(folder, 'notes')
  for (const file of [notes, `${notes}.input`]) writeFileSync(file, '')
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-euo', 'pipefail', '-c', `${fence('ORG=octo-org')}\n${commands}`],
    {
      cwd: join(folder, 'server'),
      encoding: 'utf8',
      env: {
        HOME: folder,
        PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
        NOTES: notes,
        ...env,
      },
    },
  )
  expect({ status, stderr }).toMatchObject({ status: 0 })
  return {
    output: stdout,
    notes: readFileSync(notes, 'utf8').split('\n'),
    input: readFileSync(`${notes}.input`, 'utf8'),
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'your-app-server-'))
  for (const name of [
    'bin',
    'server/deployments/aws/infrastructure/lib',
    'server/deployments/aws/infrastructure/bin',
  ]) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  mkdirSync(join(folder, 'server/deployments/cloudflare'))
  for (const name of ['gh', 'aws', 'npx', 'npm', 'docker']) {
    writeFileSync(join(folder, 'bin', name), NOTING)
    chmodSync(join(folder, 'bin', name), 0o755)
  }
  key = join(folder, 'app.pem')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** The owner policy that the page uploads. */
function ownerPolicy(notes: readonly string[]): string {
  const content = /content=(\$'[^']+'|\S+)/.exec(notes.join('\n'))![1]!
  return Buffer.from(content.replace(/^\$'|'$|\\n/g, ''), 'base64').toString('utf8')
}

describe.runIf(canRunCommands)('docs/your-app-server.md', () => {
  test('makes the policy repository before the policy, and the ruleset for both names of a policy file', () => {
    const { notes, input } = run(`${fence('gh repo create')}\n${fence('"target": "push"')}`)
    const calls = notes
      .map((line) => /gh (?:repo create|api --method \w+) \S+/.exec(line)?.[0])
      .filter(Boolean)
    expect(calls).toEqual([
      `gh repo create ${POLICY}`,
      `gh api --method PUT repos/${POLICY}/contents/access-token.yaml`.split(' ').slice(0, 5).join(' '),
      'gh api --method POST orgs/octo-org/rulesets',
    ])
    expect(parse(ownerPolicy(notes))).toMatchObject({ origin: POLICY })
    expect(JSON.parse(input)).toMatchObject({
      target: 'push',
      enforcement: 'active',
      rules: [
        { parameters: { restricted_file_paths: ['.github/access-token.yaml', '.github/access-token.yml'] } },
      ],
    })
  })

  test('has an owner policy under which the first run is refused, and green once its suggestion is pasted', async () => {
    const { notes } = run(fence('gh repo create'))
    const repositories = { [POLICY]: { 'access-token.yaml': ownerPolicy(notes) } }
    await using world = await createWorld(appServerSystem({ repositories }), {
      inputs: { repository: 'octo-org/target' },
    })
    const refused = await world.run()
    expect(expectRefused(world, refused)).toContain('octo-org/target')
    const suggestions = suggestionsOf(refused.summary)
    expect(suggestions).toHaveLength(1)
    world.setup.mend?.(suggestions)
    await expectGranted(world, await world.run())
  })

  test.each([
    [
      'of an organization',
      () => run(fence('settings/apps/new')).output,
      '/organizations/octo-org/settings/apps/new',
    ],
    [
      'of an account',
      () => /\]\((https:\S+settings\/apps\/new\S+)\)/.exec(page.text)![1]!,
      '/settings/apps/new',
    ],
  ])('fills in the form for the GitHub App %s', (_whose, link, path) => {
    const { origin, pathname, searchParams } = new URL(link().trim())
    expect([origin, pathname]).toEqual(['https://github.com', path])
    expect(searchParams.getAll('single_file_paths[]')).toEqual([
      'access-token.yaml',
      'access-token.yml',
      '.github/access-token.yaml',
      '.github/access-token.yml',
    ])
    const { public: isPublic, webhook_active, single_file, contents } = Object.fromEntries(searchParams)
    expect({ isPublic, webhook_active, single_file, contents }).toEqual({
      isPublic: 'false',
      webhook_active: 'false',
      single_file: 'read',
      contents: 'write',
    })
    expect(searchParams.get('name')!.length).toBeLessThanOrEqual(34)
    // What the app may do is what the owner policy lets repositories grant.
    const { 'allowed-repository-permissions': allowed } = parse(
      ownerPolicy(run(fence('gh repo create')).notes),
    ) as {
      'allowed-repository-permissions': Record<string, string>
    }
    for (const [scope, level] of Object.entries(allowed)) {
      expect(searchParams.get(scope.replaceAll('-', '_')), scope).toBe(level)
    }
  })

  const app = (): Record<string, string> => ({
    KEY: key,
    GITHUB_APP_ID: '123456',
    GITHUB_APP_PRIVATE_KEY: readFileSync(key, 'utf8'),
  })

  test('sets the server up on AWS Lambda', () => {
    const infrastructure = join(folder, 'server/deployments/aws/infrastructure')
    writeFileSync(
      join(infrastructure, 'lib/app-stack.ts'),
      "const A = [\n  // 'repo:USER@123456789/*', // immutable\n  // 'repo:USER/*', // legacy\n]\n",
    )
    writeFileSync(
      join(infrastructure, 'bin/app.ts'),
      "import {AppStack} from 'a'\nimport {DeploymentStack} from 'b';\nnew AppStack()\nnew DeploymentStack()\n",
    )
    const { output, notes } = run(`${fence('cdk deploy')}\necho "$APP_SERVER $ROLE_ARN"`, app())
    expect(output).toContain('https://abc.lambda-url.eu-central-1.on.aws arn:x\n')
    expect(readFileSync(join(infrastructure, 'lib/app-stack.ts'), 'utf8')).toBe(
      "const A = [\n  'repo:octo-org@6811672/*', // immutable\n  'repo:octo-org/*', // legacy\n]\n",
    )
    expect(readFileSync(join(infrastructure, 'bin/app.ts'), 'utf8')).toBe(
      "import {AppStack} from 'a'\nnew AppStack()\n",
    )
    expect(notes.join('\n')).toMatch(/aws secretsmanager put-secret-value .*appId.*123456.*privateKey.*BEGIN/)
  })

  test('sets the server up on Cloudflare Workers, with a key in PKCS #8', () => {
    const { notes, input } = run(fence('wrangler@4 deploy'), app())
    const deploy = notes.find((line) => line.includes(' deploy '))!
    expect(deploy).toContain('GITHUB_APP_ID:123456')
    expect(deploy).toContain('GITHUB_ACTIONS_TOKEN_ALLOWED_AUDIENCE:access-token-server.octo-org.workers.dev')
    expect(deploy.replaceAll('\\', '')).toContain(
      'GITHUB_ACTIONS_TOKEN_ALLOWED_SUBJECTS:repo:octo-org/*,repo:octo-org@6811672/*',
    )
    expect(input).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
  })

  test('sets the server up in a container, with no secret among the arguments', () => {
    const { notes } = run(fence('docker build'), app())
    const server = notes.find(
      (line) => line.startsWith('docker run') && line.includes('access-token-server'),
    )!
    for (const name of [
      'APP_ID',
      'APP_PRIVATE_KEY',
      'ACTIONS_TOKEN_ALLOWED_AUDIENCE',
      'ACTIONS_TOKEN_ALLOWED_SUBJECTS',
    ]) {
      expect(server).toContain(`--env GITHUB_${name} `)
    }
    expect(notes.join('\n')).not.toContain('BEGIN')
  })

  test('shows what a server says that is up, and that it refuses a request without a token', async () => {
    await using world = await createWorld(appServerSystem())
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', fence('curl --silent')], {
      env: { PATH: process.env['PATH'], APP_SERVER: world.url('app-server') },
    })
    const shown = fence('Missing authorization header', 'text')
    expect(stdout.replace(/"requestId":"[^"]+"/, '"requestId":"…"')).toBe(shown)
  })
})
