import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { canRunCommands, fenceOf, fencesOf, readDocument } from '../../dev/documents/fences.ts'
import { suggestionsOf } from '../../dev/suggestions.ts'
import { appServerSystem } from '../../dev/systems/app-server.ts'
import { createWorld } from '../../dev/world.ts'
import { expectGranted, expectRefused } from '../scenarios/support.ts'
import { Place } from './commands.ts'

/*
 * The commands of docs/your-app-server.md are run unchanged and in their order: git, sed, jq and openssl for real. Those that
 * would reach GitHub, AWS, Cloudflare or Docker are programs here that note their arguments and what is written to them.
 */

const page = readDocument('docs/your-app-server.md')
const fence = (words: string | RegExp, language = 'sh'): string => fenceOf(page.file, language, words)
const POLICY = 'octo-org/.github-access-token'

/** Notes its arguments. What it would be told or write, as far as later commands need it, is in the home folder. */
const NOTING = `{ printf '%s' "\${0##*/}"; printf ' %q' "$@"; echo; } >> "$NOTES"
case "\${0##*/} $*" in
  *--jq*) echo 6811672 ;;
  *'--input -'*) cat > ~/input ;;
  *'secret put'* | *file:///dev/stdin*) cat > ~/key ;;
  *outputs.json*) echo '{"GitHubActionsAccessTokens":{"ApiUrl":"https://abc.lambda-url.eu-central-1.on.aws/","ApiAccessRoleArn":"arn:x"}}' > outputs.json ;;
  *create-open-id-connect-provider*) mkdir ~/provider ;;
  *describe-stack-resources*) echo the-function ;;
  'docker inspect '*) cat ~/"container-$2" ;;
  'docker rm --force '*) rm ~/"container-$3" ;;
  'docker run '*)
    all="$*"; name=\${all#*--name }; file=~/container-\${name%% *}
    [ ! -e "$file" ] || { echo "Conflict. The container name is already in use." >&2; exit 125; }
    names=(); for each in "$@"; do [ "\${last:-}" != --env ] || names+=("$each"); last=$each; done
    jq --null-input '[{Config: {Env: (["PATH=/bin"] + [$ARGS.positional[] | . + "=" + env[.]])}}]' \\
      --args "\${names[@]}" > "$file" ;;
esac
`
const PROGRAMS = Object.fromEntries(
  ['gh', 'aws', 'npx', 'npm', 'docker', 'curl'].map((name) => [`bin/${name}`, NOTING]),
)
const UPSTREAM = 'https://github.com/qoomon/actions--access-token'
/** What the page changes in the two files, as the server has it. */
const FILES: Readonly<Record<string, string>> = {
  'server/deployments/aws/infrastructure/lib/app-stack.ts':
    "const A = [\n  // 'repo:USER@123456789/*', // immutable\n  // 'repo:USER/*', // legacy\n]\n",
  'server/deployments/aws/infrastructure/bin/app.ts':
    "import {AppStack} from 'a'\nimport {DeploymentStack} from 'b';\nnew AppStack()\nnew DeploymentStack()\n",
  'server/deployments/cloudflare/wrangler.toml': '',
}
const KEY = 'Downloads/octo-org-access-tokens.private-key.pem'

/** Has the browser leave a new key in the home folder. */
function downloadKey(place: Place): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const text = privateKey.export({ type: 'pkcs1', format: 'pem' }) as string
  place.write(KEY, text)
  return text.trimEnd()
}

const NAMES = fence('ORG=octo-org')
const UP = fence('curl --silent')
const APP = [fence('settings/apps/new'), fence('GITHUB_APP_ID=123456')]
const BEFORE = [NAMES, fence('gh repo create'), fence('"target": "push"'), ...APP, fence('git clone')]
const AFTER = [UP, fence('/installations"'), 'test -e "$KEY"', fence(/^rm "\$KEY"/)]
const UPDATE = fence('git restore')
/** The container's settings, for an update and for a new key. */
const [ALL, OTHERS] = [fence('docker build --tag access-token-server .\ndocker rm'), fence('GITHUB_ACTIONS_")')]
const DEPLOY_LAMBDA = [fence('npm run build:aws-lambda'), fence('cdk deploy')]
const STORE_LAMBDA = fence('put-secret-value')
const SUBDOMAIN = fence('SUBDOMAIN=octo-org')
const DEPLOY_WORKER = fence('wrangler@4 deploy')
const STORE_WORKER = fence('openssl pkcs8')
const RUN = fence('--env GITHUB_APP_ID')

interface Platform {
  readonly setUp: readonly string[]
  readonly update: readonly string[]
  readonly replace: readonly string[]
  /** Its URL, and the role that may call it. */
  readonly server: string
  /** The key that the server has, in the form that it was given. */
  readonly storedKey: (place: Place) => string
  /** @param key as GitHub gives it */
  readonly asStored?: (key: string) => string
  /** What its deployment is told; looks at the notes of it. */
  readonly expectDeployed?: (notes: string, place: Place) => void
}

const PLATFORMS: Readonly<Record<string, Platform>> = {
  'AWS Lambda': {
    setUp: [fence('create-open-id-connect-provider'), ...DEPLOY_LAMBDA, STORE_LAMBDA],
    update: DEPLOY_LAMBDA,
    replace: [STORE_LAMBDA, fence('update-function-configuration')],
    server: 'https://abc.lambda-url.eu-central-1.on.aws arn:x',
    storedKey(place) {
      const { appId, privateKey } = JSON.parse(place.read('key')) as Record<string, string>
      expect(appId).toBe('123456')
      return privateKey!
    },
    expectDeployed(notes, place) {
      const [stack, app] = Object.keys(FILES).map((file) => place.read(join('actions--access-token', file)))
      expect(stack).toMatch(/^const A = \[\n {2}'repo:octo-org@6811672\/\*', \/\/ immutable\n {2}'repo:octo-org\/\*', /)
      expect(app).not.toContain('DeploymentStack')
      expect(notes).toContain('npx cdk deploy')
    },
  },
  'Cloudflare Workers': {
    setUp: [SUBDOMAIN, DEPLOY_WORKER, STORE_WORKER],
    update: ['export GITHUB_APP_ID=123456', SUBDOMAIN, DEPLOY_WORKER],
    replace: [STORE_WORKER],
    server: 'https://access-token-server.octo-org.workers.dev',
    storedKey: (place) => place.read('key').trimEnd(),
    // Workers need PKCS #8.
    asStored: (key) => (createPrivateKey(key).export({ type: 'pkcs8', format: 'pem' }) as string).trimEnd(),
    expectDeployed(notes) {
      const deployed = notes.split('\n').find((line) => line.includes(' deploy '))!
      expect(deployed).toContain('GITHUB_APP_ID:123456')
      expect(deployed).toContain('ALLOWED_AUDIENCE:access-token-server.octo-org.workers.dev')
      expect(deployed.replaceAll('\\', '')).toContain(
        'GITHUB_ACTIONS_TOKEN_ALLOWED_SUBJECTS:repo:octo-org/*,repo:octo-org@6811672/*',
      )
    },
  },
  'A container': {
    setUp: [fence('HOST=app-server.example.com'), RUN, fence('caddy reverse-proxy')],
    update: [ALL, RUN],
    replace: [OTHERS, RUN],
    server: 'https://app-server.example.com',
    storedKey(place) {
      const [{ Config }] = JSON.parse(place.read('container-access-token-server')) as [{ Config: { Env: string[] } }]
      const { GITHUB_APP_PRIVATE_KEY: key, ...env } = Object.fromEntries(
        Config.Env.map((each) => [each.split('=')[0]!, each.slice(each.indexOf('=') + 1)]),
      )
      expect(env).toEqual({
        PATH: '/bin',
        GITHUB_APP_ID: '123456',
        GITHUB_ACTIONS_TOKEN_ALLOWED_AUDIENCE: 'app-server.example.com',
        GITHUB_ACTIONS_TOKEN_ALLOWED_SUBJECTS: 'repo:octo-org/*,repo:octo-org@6811672/*',
      })
      return key!
    },
  },
}

describe.runIf(canRunCommands).each(Object.entries(PLATFORMS))('%s, command by command', (_name, platform) => {
  const { storedKey, asStored = (given: string) => given, expectDeployed } = platform
  const place = new Place(PROGRAMS)
  let key = downloadKey(place)
  beforeAll(async () => {
    for (const [file, text] of Object.entries(FILES)) place.write(join('upstream', file), text)
    const upstream = `[url "${pathToFileURL(place.at('upstream')).href}"]\n\tinsteadOf = ${UPSTREAM}\n`
    place.write('.gitconfig', `[user]\n\tname = mona\n\temail = mona@example.com\n${upstream}`)
    await place.run(
      'cd upstream && git init --quiet --initial-branch=main && git add --all',
      'git commit --quiet --message="The server of the page" && git tag 43b6d2a',
    )
  })
  afterAll(() => {
    place[Symbol.dispose]()
  })

  test('the server is set up, and the file with the key is gone', async () => {
    const shown = 'echo "server: $APP_SERVER ${ROLE_ARN:-}"'
    const { output, notes } = await place.run(...BEFORE, ...platform.setUp, ...AFTER, shown)
    expect(/^server: (.*)$/m.exec(output)![1]!.trim()).toBe(platform.server)
    expect(storedKey(place)).toBe(asStored(key))
    expect(existsSync(place.at(KEY))).toBe(false)
    // No secret is among the arguments, which other users of the machine can read.
    expect(notes).not.toContain('PRIVATE KEY---')
    expectDeployed?.(notes, place)
  })

  test.each(['once', 'and once more'])('the server is updated, %s, and keeps its key', async () => {
    // Every file that the page changes has changed.
    const files = Object.keys(FILES)
    await place.run(
      'cd upstream',
      `tee --append ${files.join(' ')} <<< '// newer'`,
      'git commit --quiet --all -m Newer',
    )
    const { notes } = await place.run(NAMES, UPDATE, ...platform.update)
    expect(storedKey(place)).toBe(asStored(key))
    const file = files.at(-1)!
    expect(place.read(join('actions--access-token', file))).toBe(place.read(join('upstream', file)))
    expectDeployed?.(notes, place)
  })

  test.each(['once', 'and once more'])('the key is replaced, %s', async () => {
    key = downloadKey(place)
    const folder = 'cd actions--access-token/server'
    const { notes } = await place.run(folder, NAMES, ...APP, ...platform.replace, fence(/^rm "\$KEY"/))
    expect(storedKey(place)).toBe(asStored(key))
    expect(notes).not.toContain('PRIVATE KEY---')
    if (platform.replace.includes(STORE_LAMBDA)) {
      expect(notes).toMatch(/put-secret-value[^]*update-function-configuration --function-name the-function/)
    }
  })
})

test('every command of the page is one of these', () => {
  const platforms = Object.values(PLATFORMS).flatMap(({ setUp, update, replace }) => [...setUp, ...update, ...replace])
  const run = [...BEFORE, UPDATE, ...AFTER, ...platforms]
  const commands = fencesOf(page).flatMap(({ language, text }) => (language === 'sh' ? [text] : []))
  expect(commands.filter((text) => !run.includes(text))).toEqual([])
})

/** Runs fences of the page after those that set the names, in a place of their own. */
async function run(...fences: readonly string[]): Promise<{ output: string; notes: string; input: string }> {
  using place = new Place({ ...PROGRAMS, input: '' })
  downloadKey(place)
  return { ...(await place.run(NAMES, ...fences)), input: place.read('input') }
}

/** The owner policy that the page uploads. */
async function ownerPolicy(): Promise<string> {
  const content = /content=(\$'[^']+'|\S+)/.exec((await run(fence('gh repo create'))).notes)![1]!
  return Buffer.from(content.replace(/^\$'|'$|\\n/g, ''), 'base64').toString('utf8')
}

describe.runIf(canRunCommands)('docs/your-app-server.md', () => {
  test('makes the policy repository before the policy, and the ruleset for both names of a policy file', async () => {
    const { notes, input } = await run(fence('gh repo create'), fence('"target": "push"'))
    const calls = notes
      .split('\n')
      .map((line) => /gh (?:repo create|api --method \w+) \S+/.exec(line)?.[0])
      .filter(Boolean)
    expect(calls).toEqual([
      `gh repo create ${POLICY}`,
      `gh api --method PUT repos/${POLICY}/contents/access-token.yaml`,
      'gh api --method POST orgs/octo-org/rulesets',
    ])
    expect(parse(await ownerPolicy())).toMatchObject({ origin: POLICY })
    expect(JSON.parse(input)).toMatchObject({
      target: 'push',
      enforcement: 'active',
      rules: [{ parameters: { restricted_file_paths: ['.github/access-token.yaml', '.github/access-token.yml'] } }],
    })
  })

  test('has an owner policy under which the first run is refused, and green once its suggestion is pasted', async () => {
    const repositories = { [POLICY]: { 'access-token.yaml': await ownerPolicy() } }
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
      async () => (await run(fence('settings/apps/new'))).output,
      '/organizations/octo-org/settings/apps/new',
    ],
    ['of an account', () => /\]\((https:\S+settings\/apps\/new\S+)\)/.exec(page.text)![1]!, '/settings/apps/new'],
  ])('fills in the form for the GitHub App %s', async (_whose, link, path) => {
    const { origin, pathname, searchParams } = new URL((await link()).trim())
    expect([origin, pathname]).toEqual(['https://github.com', path])
    expect(searchParams.getAll('single_file_paths[]')).toEqual([
      'access-token.yaml',
      'access-token.yml',
      '.github/access-token.yaml',
      '.github/access-token.yml',
    ])
    expect(Object.fromEntries(searchParams)).toMatchObject({
      public: 'false',
      webhook_active: 'false',
      single_file: 'read',
      contents: 'write',
    })
    expect(searchParams.get('name')!.length).toBeLessThanOrEqual(34)
    // What the app may do is what the owner policy lets repositories grant.
    const { 'allowed-repository-permissions': allowed } = parse(await ownerPolicy()) as {
      'allowed-repository-permissions': Record<string, string>
    }
    for (const [scope, level] of Object.entries(allowed)) {
      expect(searchParams.get(scope.replaceAll('-', '_')), scope).toBe(level)
    }
  })

  test('shows what a server says that is up, and that it refuses a request without a token', async () => {
    await using world = await createWorld(appServerSystem())
    using place = new Place({}, { APP_SERVER: world.url('app-server') })
    const { output } = await place.run(UP)
    const shown = fence('Missing authorization header', 'text')
    expect(output.replace(/"requestId":"[^"]+"/, '"requestId":"…"')).toBe(shown)
  })
})
