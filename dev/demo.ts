/**
 * Shows an action at work, on loopback alone. What it prints is what a user would see; secrets are masked as GitHub
 * masks them.
 */
import { styleText } from 'node:util'
import { claimsOf } from '../src/identity/claims.ts'
import { commandLine, refuse } from './command-line.ts'
import type { RecordedRequest } from './fakes/serve.ts'
import type { StageResult } from './runner/runner.ts'
import { allSystems } from './systems/system.ts'
import { createWorld } from './world.ts'

/** Claims that say who asks, of the many that there are. */
const CLAIMS = ['iss', 'aud', 'sub', 'repository', 'ref', 'event_name', 'job_workflow_ref']

const systems = await allSystems()
const usage = `Usage: npm run demo [-- [--aws] NAME]

NAME is an action as in \`uses:\`, the root action unless given:
${Object.keys(systems)
  .map((name) => `  ${name}`)
  .join('\n')}
--aws goes the way through AWS IAM (app-server).`
const { values, positionals } = commandLine(usage, {
  options: { aws: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const [name = 'app-server', ...others] = positionals
const system = others.length === 0 ? systems[name === '.' ? 'app-server' : name] : undefined
if (system === undefined) refuse(usage, `There is no demo ${positionals.join(' ')}.`)
const variant = values.aws ? 'aws' : system.variants[0]
if (!system.variants.includes(variant)) refuse(usage, `${name} has no path of its own for AWS.`)

await using world = await createWorld(system, { variant })
const uses = `OWNER/access-token${system.action === '.' ? '' : `/${system.action}`}@v1`

heading('The log of the step, as GitHub shows it')
const main = await world.run({ uses })
show(main)

heading('Its outputs')
const hidden = [world.setup.credential, ...(world.setup.carriers ?? [])]
for (const [output, value] of Object.entries(main.outputs)) {
  console.log(`  ${output} = ${hidden.includes(output) ? `*** (${value.length} characters)` : value}`)
}

heading('What the other side saw')
for (const role of Object.keys(world.handlers)) {
  for (const request of world.server(role).requests) describe(role, request)
}

const credential = main.outputs[world.setup.credential] ?? ''
const isGood = async (): Promise<boolean> => world.setup.accepts(credential)
let ended = main.outcome === 'success' && (await isGood())

heading('Afterwards')
if (/^secrets?$/.test(world.setup.credential)) {
  console.log(`  What was read is ${(await isGood()) ? 'what is stored there' : 'something else'}.`)
} else if (main.state['token'] === undefined) {
  const ends = main.outputs['expires-at'] ?? 'a time that nobody tells'
  console.log(
    `  The token is ${(await isGood()) ? 'good' : 'dead'}. Nobody can take it back; it ends at ${ends}.`,
  )
} else {
  console.log(`  The token is ${(await isGood()) ? 'good' : 'dead'} while the job goes on.`)
  heading('The log of the post step, when the job ends')
  const post = await world.post(main, { uses })
  show(post)
  const isDead = !(await isGood())
  ended &&= post.outcome === 'success' && isDead
  console.log(`  The token is ${isDead ? 'dead' : 'still good'} now.`)
}
const shown = world.leaks(main)
console.log(shown.length === 0 ? '  No secret stands in the log.' : `  LEAKED: ${shown.join(', ')}`)
process.exitCode = ended && shown.length === 0 ? 0 : 1

function heading(text: string): void {
  console.log(`\n${styleText('bold', text)}`)
}

function show(stage: StageResult): void {
  console.log(stage.log.replace(/^(?=.)/gm, '  │ ').trimEnd())
  const annotations = stage.annotations.map(({ level }) => level)
  console.log(`  ${stage.outcome}${annotations.length > 0 ? ` (${annotations.join(', ')})` : ''}`)
}

/** A request without its credentials: what they say is shown instead. */
function describe(role: string, { method, path, headers, body, answered }: RecordedRequest): void {
  console.log(`  ${styleText('cyan', role)}: ${method} ${path} → ${answered ?? 'nothing'}`)
  for (const header of ['authorization', 'x-authorization']) {
    const value = headers[header]
    if (value === undefined) continue
    const claims = claimsOf(value)
    if (claims) console.log(`    ${header}: an ID token that says ${claimList(claims)}`)
    else
      console.log(
        `    ${header}: ${value.replace(/^(\S+) [^\s=]+$/, '$1 ***').replace(/Signature=\w+/, 'Signature=***')}`,
      )
  }
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded')
    ? new URLSearchParams(body)
    : []
  for (const [key, value] of form) console.log(`    ${key}=${withoutTokens(value)}`)
  if (body.startsWith('{')) console.log(`    ${withoutTokens(body)}`)
}

/** Text with the claims of each ID token instead of the token. */
function withoutTokens(text: string): string {
  return text.replace(
    /eyJ[\w-]+\.[\w-]+\.[\w-]+/g,
    (jwt) => `(an ID token that says ${claimList(claimsOf(jwt) ?? {})})`,
  )
}

function claimList(claims: Readonly<Record<string, unknown>>): string {
  return CLAIMS.filter((claim) => claim in claims)
    .map((claim) => `${claim}=${String(claims[claim])}`)
    .join(', ')
}
