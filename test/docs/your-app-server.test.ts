import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { canRunCommands, fencesOf, readDocuments } from '../../dev/documents/fences.ts'
import { suggestionsOf } from '../../dev/suggestions.ts'
import { appServerSystem } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'
import { expectGranted, expectRefused } from '../scenarios/support.ts'

/*
 * The commands of docs/your-app-server.md are run unchanged and in their order: git, sed, jq and openssl for real. Those that
 * would reach GitHub, AWS, Cloudflare or Docker are programs here that note their arguments and what is written to them.
 */

const page = readDocuments().find(({ file }) => file === 'docs/your-app-server.md')!
const fences = fencesOf(page)
const POLICY = 'octo-org/.github-access-token'

/** The fence that has this text, or begins with it after a `^`. */
function fence(text: string, language = 'sh'): string {
  const found = fences.filter(
    (each) =>
      each.language === language &&
      (text.startsWith('^') ? each.text.startsWith(text.slice(1)) : each.text.includes(text)),
  )
  expect(found, text).toHaveLength(1)
  return found[0]!.text
}

/** Notes its arguments. What it would be told or write, as far as later commands need it, is in a folder of its own. */
const NOTING = `#!/usr/bin/env bash
{ printf '%s' "\${0##*/}"; printf ' %q' "$@"; echo; } >> "$NOTES"
case "\${0##*/} $*" in
  *--jq*) echo 6811672 ;;
  *'--input -'*) cat > "$NOTES.input" ;;
  *'secret put'* | *file:///dev/stdin*) cat > "$STATE/key" ;;
  *outputs.json*) echo '{"GitHubActionsAccessTokens":{"ApiUrl":"https://abc.lambda-url.eu-central-1.on.aws/","ApiAccessRoleArn":"arn:x"}}' > outputs.json ;;
  *create-open-id-connect-provider*) mkdir "$STATE/provider" ;;
  *describe-stack-resources*) echo the-function ;;
  'docker inspect '*) cat "$STATE/container-$2" ;;
  'docker rm --force '*) rm "$STATE/container-$3" ;;
  'docker run '*)
    all="$*"; name=\${all#*--name }; file=$STATE/container-\${name%% *}
    [ ! -e "$file" ] || { echo "Conflict. The container name is already in use." >&2; exit 125; }
    names=(); for each in "$@"; do [ "$last" != --env ] || names+=("$each"); last=$each; done
    jq --null-input '[{Config: {Env: (["PATH=/bin"] + [$ARGS.positional[] | . + "=" + env[.]])}}]' \\
      --args "\${names[@]}" > "$file" ;;
esac
`

const COMMANDS = ['gh', 'aws', 'npx', 'npm', 'docker', 'curl']
const UPSTREAM = 'https://github.com/qoomon/actions--access-token'
/** What the page changes in the two files, as the server has it. */
const FILES: Readonly<Record<string, string>> = {
  'server/deployments/aws/infrastructure/lib/app-stack.ts':
    "const A = [\n  // 'repo:USER@123456789/*', // immutable\n  // 'repo:USER/*', // legacy\n]\n",
  'server/deployments/aws/infrastructure/bin/app.ts':
    "import {AppStack} from 'a'\nimport {DeploymentStack} from 'b';\nnew AppStack()\nnew DeploymentStack()\n",
  'server/deployments/cloudflare/wrangler.toml': '',
}

/** Where commands run, with a home folder in which the browser has left the key, and the server's repository. */
class Place implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'your-app-server-'))
  readonly key = join(this.folder, 'Downloads/octo-org-access-tokens.private-key.pem')

  constructor() {
    for (const name of ['bin', 'state', 'Downloads', 'upstream']) mkdirSync(join(this.folder, name))
    for (const name of COMMANDS) writeFileSync(join(this.folder, 'bin', name), NOTING, { mode: 0o755 })
    this.downloadKey()
    const git = (...args: string[]): void => {
      const settings = ['-c', 'user.name=mona', '-c', 'user.email=mona@example.com']
      execFileSync('git', [...settings, ...args], { cwd: join(this.folder, 'upstream'), stdio: 'ignore' })
    }
    git('init', '--initial-branch=main')
    for (const [file, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(this.folder, 'upstream', file)), { recursive: true })
      writeFileSync(join(this.folder, 'upstream', file), text)
    }
    git('add', '--all')
    git('commit', '--message=The server of the page')
    git('tag', '43b6d2a')
    this.release = () => {
      for (const file of Object.keys(FILES)) appendFileSync(join(this.folder, 'upstream', file), '// newer\n')
      git('commit', '--all', '--message=Newer')
    }
    const home = `[url "${pathToFileURL(join(this.folder, 'upstream')).href}"]\n\tinsteadOf = ${UPSTREAM}\n`
    writeFileSync(join(this.folder, '.gitconfig'), home)
  }

  /** Changes every file that the page changes too. */
  readonly release: () => void

  downloadKey(): string {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const text = privateKey.export({ type: 'pkcs1', format: 'pem' }) as string
    writeFileSync(this.key, text)
    return text.trimEnd()
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8')
  }

  /** Runs fences in one shell, one after the other, until one fails. */
  run(...fences: readonly string[]): { output: string; notes: string; input: string } {
    const notes = join(this.folder, 'notes')
    for (const file of [notes, `${notes}.input`]) writeFileSync(file, '')
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', fences.join('\n')], {
      cwd: this.folder,
      encoding: 'utf8',
      env: {
        HOME: this.folder,
        PATH: [join(this.folder, 'bin'), process.env['PATH']].join(delimiter),
        NOTES: notes,
        STATE: join(this.folder, 'state'),
      },
    })
    expect({ status, stderr }, stderr).toMatchObject({ status: 0 })
    return { output: stdout, notes: this.read('notes'), input: this.read('notes.input') }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true })
  }
}

const NAMES = fence('ORG=octo-org')
const CLONE = fence('git clone')
const UP = fence('curl --silent')
const APP = [fence('settings/apps/new'), fence('GITHUB_APP_ID=123456')]
const BEFORE = [NAMES, fence('gh repo create'), fence('"target": "push"'), ...APP, CLONE]
const AFTER = [UP, fence('/installations"'), 'test -e "$KEY"', fence('^rm "$KEY"')]
const UPDATE = fence('git restore')
const FOLDER = 'cd actions--access-token/server'
/** The container's settings, for an update and for a new key. */
const [ALL, OTHERS] = [fence('docker build --tag access-token-server .\ndocker rm'), fence('GITHUB_ACTIONS_")')]

interface Platform {
  /** Once, and each time that there is a new shell. */
  readonly names: readonly string[]
  readonly once?: readonly string[]
  readonly deploy: readonly string[]
  readonly store: readonly string[]
  readonly later?: readonly string[]
  readonly update: readonly string[]
  readonly replace: readonly string[]
}

const DEPLOY_LAMBDA = [fence('npm run build:aws-lambda'), fence('cdk deploy')]
const STORE_LAMBDA = fence('put-secret-value')
const DEPLOY_WORKER = fence('wrangler@4 deploy')
const STORE_WORKER = fence('openssl pkcs8')
const RUN = fence('--env GITHUB_APP_ID')
const PLATFORMS: Readonly<Record<string, Platform>> = {
  'AWS Lambda': {
    names: [],
    once: [fence('create-open-id-connect-provider')],
    deploy: DEPLOY_LAMBDA,
    store: [STORE_LAMBDA],
    update: DEPLOY_LAMBDA,
    replace: [STORE_LAMBDA, fence('update-function-configuration')],
  },
  'Cloudflare Workers': {
    names: [fence('SUBDOMAIN=octo-org')],
    deploy: [DEPLOY_WORKER],
    store: [STORE_WORKER],
    update: ['export GITHUB_APP_ID=123456', fence('SUBDOMAIN=octo-org'), DEPLOY_WORKER],
    replace: [STORE_WORKER],
  },
  'A container': {
    names: [fence('HOST=app-server.example.com')],
    deploy: [],
    store: [RUN],
    later: [fence('caddy reverse-proxy')],
    update: [ALL, RUN],
    replace: [OTHERS, RUN],
  },
}

describe.each(Object.entries(PLATFORMS))('%s, command by command', (name, platform) => {
  const place = new Place()
  afterAll(() => {
    place[Symbol.dispose]()
  })
  const { names, once = [], deploy, store, later = [], update, replace } = platform

  /** The key that the server has, in the form that it was given. */
  function storedKey(): string {
    if (name === 'AWS Lambda') {
      const { appId, privateKey } = JSON.parse(place.read('state/key')) as Record<string, string>
      expect(appId).toBe('123456')
      return privateKey!
    }
    if (name === 'Cloudflare Workers') return place.read('state/key').trimEnd()
    const [{ Config }] = JSON.parse(place.read('state/container-access-token-server')) as [
      { Config: { Env: string[] } },
    ]
    const env = new Map(Config.Env.map((each) => [each.split('=')[0], each.slice(each.indexOf('=') + 1)]))
    expect(Object.fromEntries([...env].filter(([key]) => key !== 'GITHUB_APP_PRIVATE_KEY'))).toEqual({
      PATH: '/bin',
      GITHUB_APP_ID: '123456',
      GITHUB_ACTIONS_TOKEN_ALLOWED_AUDIENCE: 'app-server.example.com',
      GITHUB_ACTIONS_TOKEN_ALLOWED_SUBJECTS: 'repo:octo-org/*,repo:octo-org@6811672/*',
    })
    return env.get('GITHUB_APP_PRIVATE_KEY')!
  }

  /** The same key in PKCS #8, which Workers need. */
  const asStored = (key: string): string =>
    name === 'Cloudflare Workers'
      ? (createPrivateKey(key).export({ type: 'pkcs8', format: 'pem' }) as string).trimEnd()
      : key

  let key = place.read('Downloads/octo-org-access-tokens.private-key.pem').trimEnd()

  test('the server is set up, and the file with the key is gone', () => {
    const shown = 'echo "server: $APP_SERVER ${ROLE_ARN:-}"'
    const { output, notes } = place.run(
      ...BEFORE,
      ...names,
      ...once,
      ...deploy,
      ...store,
      ...later,
      ...AFTER,
      shown, // prettier-ignore
    )
    expect(/^server: (.*)$/m.exec(output)![1]!.trim()).toBe(
      {
        'AWS Lambda': 'https://abc.lambda-url.eu-central-1.on.aws arn:x',
        'Cloudflare Workers': 'https://access-token-server.octo-org.workers.dev',
        'A container': 'https://app-server.example.com',
      }[name],
    )
    expect(storedKey()).toBe(asStored(key))
    expect(existsSync(place.key)).toBe(false)
    // No secret is among the arguments, which other users of the machine can read.
    expect(notes).not.toContain('PRIVATE KEY---')
    expectDeployed(notes)
  })

  test.each(['once', 'and once more'])('the server is updated, %s, and keeps its key', () => {
    place.release()
    const { notes } = place.run(NAMES, UPDATE, ...update)
    expect(storedKey()).toBe(asStored(key))
    const file = Object.keys(FILES).at(-1)!
    expect(place.read(join('actions--access-token', file))).toBe(place.read(join('upstream', file)))
    expectDeployed(notes)
  })

  test.each(['once', 'and once more'])('the key is replaced, %s', () => {
    key = place.downloadKey()
    const { notes } = place.run(FOLDER, NAMES, ...APP, ...replace, fence('^rm "$KEY"'))
    expect(storedKey()).toBe(asStored(key))
    expect(notes).not.toContain('PRIVATE KEY---')
    if (name === 'AWS Lambda') {
      expect(notes).toMatch(/put-secret-value[^]*update-function-configuration --function-name the-function/)
    }
  })

  function expectDeployed(notes: string): void {
    if (name === 'AWS Lambda') {
      const [stack, app] = Object.keys(FILES).map((file) => place.read(join('actions--access-token', file)))
      expect(stack).toMatch(/^const A = \[\n {2}'repo:octo-org@6811672\/\*', \/\/ immutable\n {2}'repo:octo-org\/\*', /)
      expect(app).not.toContain('DeploymentStack')
      expect(notes).toContain('npx cdk deploy')
    } else if (name === 'Cloudflare Workers') {
      const deployed = notes.split('\n').find((line) => line.includes(' deploy '))!
      expect(deployed).toContain('GITHUB_APP_ID:123456')
      expect(deployed).toContain('ALLOWED_AUDIENCE:access-token-server.octo-org.workers.dev')
      expect(deployed.replaceAll('\\', '')).toContain(
        'GITHUB_ACTIONS_TOKEN_ALLOWED_SUBJECTS:repo:octo-org/*,repo:octo-org@6811672/*',
      )
    }
  }
})

test('every command of the page is one of these', () => {
  const run = [
    ...BEFORE,
    UPDATE,
    ...AFTER,
    ...Object.values(PLATFORMS).flatMap((each) => Object.values<readonly string[]>({ ...each }).flat()),
  ]
  const commands = fences.filter(({ language }) => language === 'sh').map(({ text }) => text)
  expect(commands.filter((text) => !run.includes(text))).toEqual([])
})

/** Runs fences of the page after those that set the names, in a place of their own. */
function run(...fences: readonly string[]): { output: string; notes: string; input: string } {
  using place = new Place()
  return place.run(NAMES, ...fences)
}

/** The owner policy that the page uploads. */
function ownerPolicy(notes: string): string {
  const content = /content=(\$'[^']+'|\S+)/.exec(notes)![1]!
  return Buffer.from(content.replace(/^\$'|'$|\\n/g, ''), 'base64').toString('utf8')
}

describe.runIf(canRunCommands)('docs/your-app-server.md', () => {
  test('makes the policy repository before the policy, and the ruleset for both names of a policy file', () => {
    const { notes, input } = run(fence('gh repo create'), fence('"target": "push"'))
    const calls = notes
      .split('\n')
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
      rules: [{ parameters: { restricted_file_paths: ['.github/access-token.yaml', '.github/access-token.yml'] } }],
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
    ['of an organization', () => run(fence('settings/apps/new')).output, '/organizations/octo-org/settings/apps/new'],
    ['of an account', () => /\]\((https:\S+settings\/apps\/new\S+)\)/.exec(page.text)![1]!, '/settings/apps/new'],
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
    const { 'allowed-repository-permissions': allowed } = parse(ownerPolicy(run(fence('gh repo create')).notes)) as {
      'allowed-repository-permissions': Record<string, string>
    }
    for (const [scope, level] of Object.entries(allowed)) {
      expect(searchParams.get(scope.replaceAll('-', '_')), scope).toBe(level)
    }
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
