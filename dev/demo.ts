/**
 * Shows an action at work, on loopback alone. What it prints is what a user would see; secrets are masked as GitHub
 * masks them.
 */
import { styleText } from 'node:util'
import { claimsOf } from '../src/identity/claims.ts'
import { commandLine, refuse } from './command-line.ts'
import type { RecordedRequest } from './fakes/serve.ts'
import type { StageResult } from './runner/runner.ts'
import { plainSummary, suggestionsOf } from './suggestions.ts'
import { allSystems } from './systems/system.ts'
import { createWorld } from './world.ts'

/** Claims that say who asks, of the many that there are. */
const CLAIMS = ['iss', 'aud', 'sub', 'repository', 'ref', 'event_name', 'job_workflow_ref']

const systems = await allSystems()
const usage = `Usage: npm run demo [-- [--aws] [--refused] NAME]

NAME is an action as in \`uses:\`, the root action unless given:
${Object.keys(systems)
  .map((name) => `  ${name}`)
  .join('\n')}
--aws      goes through AWS IAM (only for the root action)
--refused  starts with a refusal, and pastes what the refusal suggests`
const { values, positionals } = commandLine(usage, {
  options: { aws: { type: 'boolean', default: false }, refused: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const [name = 'app-server', ...others] = positionals
const system = others.length === 0 ? systems[name === '.' ? 'app-server' : name] : undefined
if (system === undefined) refuse(usage, `There is no demo ${positionals.join(' ')}.`)
const variant = values.aws ? 'aws' : system.variants[0]
if (!system.variants.includes(variant)) refuse(usage, `${name} has no way through AWS IAM.`)

let aheadMs = 0
await using world = await createWorld(system, { variant, now: () => Date.now() + aheadMs })
const uses = `OWNER/access-token${system.action === '.' ? '' : `/${system.action}`}@v1`

if (values.refused) await showRefusal()

heading('The log of the step, as GitHub shows it')
const main = await world.run({ uses })
showLog(main)

heading('Its outputs')
const hidden = [world.setup.credential, ...(world.setup.carriers ?? [])]
for (const [output, value] of Object.entries(main.outputs)) {
  console.log(`  ${output} = ${hidden.includes(output) ? `*** (${value.length} characters)` : value}`)
}

heading('What the servers saw')
for (const role of Object.keys(world.handlers)) {
  for (const request of world.server(role).requests) showRequest(role, request)
}

const credential = main.outputs[world.setup.credential] ?? ''
const isGood = async (): Promise<boolean> => world.setup.accepts(credential)
let ended = main.outcome === 'success' && (await isGood())

heading('Afterwards')
if (/^secrets?$/.test(world.setup.credential)) {
  console.log(`  What was read is ${(await isGood()) ? 'what is stored there' : 'something else'}.`)
} else if ((main.state['revocable'] ?? '') === '') {
  const ends = main.outputs['expires-at'] ?? 'an unknown time'
  console.log(`  The token is ${(await isGood()) ? 'valid' : 'not valid'}. It cannot be revoked, and ends at ${ends}.`)
} else {
  console.log(`  The token is ${(await isGood()) ? 'valid' : 'not valid'} while the job runs.`)
  heading('The log of the post step, when the job ends')
  const post = await world.post(main, { uses })
  showLog(post)
  const isDead = !(await isGood())
  ended &&= post.outcome === 'success' && isDead
  console.log(`  The token is ${isDead ? 'no longer' : 'still'} valid.`)
}
const shown = world.leaks(main)
console.log(shown.length === 0 ? '  No secret appears in the log.' : `  LEAKED: ${shown.join(', ')}`)
process.exitCode = ended && shown.length === 0 ? 0 : 1

/** A run that is refused, and what an administrator does about it. */
async function showRefusal(): Promise<void> {
  world.setup.deny()
  const refused = await world.run({ uses })
  heading('The log of the step that is refused')
  showLog(refused)
  heading('The job summary, as Markdown')
  quote(plainSummary(refused.summary).replace(/&value=[^)]+/g, '&value=…'))
  const suggestions = suggestionsOf(refused.summary)
  heading(
    suggestions.length > 0
      ? 'An administrator pastes what it suggests'
      : 'An administrator does what the annotation says',
  )
  for (const { text } of suggestions) quote(text)
  world.setup.mend?.(suggestions)
  aheadMs = world.setup.mendsAfterMs ?? 0
  if (aheadMs > 0) console.log(`  It takes ${Math.floor(aheadMs / 60_000)} minutes until it takes effect.`)
}

function heading(text: string): void {
  console.log(`\n${styleText('bold', text)}`)
}

/** Text behind a line that sets it apart from what the demo says. */
function quote(text: string): void {
  for (const line of text.trimEnd().split('\n')) console.log(`  │ ${line}`.trimEnd())
}

/** The log of a stage, as GitHub shows it. */
function showLog(stage: StageResult): void {
  quote(stage.log)
  const annotations = stage.annotations.map(({ level }) => level)
  console.log(`  ${stage.outcome}${annotations.length > 0 ? ` (${annotations.join(', ')})` : ''}`)
}

/** A request without its credentials: what they say is shown instead. */
function showRequest(role: string, { method, path, headers, body, answered }: RecordedRequest): void {
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
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ? new URLSearchParams(body) : []
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
