import { describe, expect, it, test } from 'vitest'
import { fault, forEver } from '../../dev/fakes/faults.ts'
import { ROLE_ARN } from '../../dev/fakes/aws-account.ts'
import { appServerSystem } from '../../dev/systems/app-server.ts'
import { awsRdsSystem, system as rds } from '../../dev/systems/database/aws-rds.ts'
import { system as secretsManager } from '../../dev/systems/secret/aws-secrets-manager.ts'
import type { System } from '../../dev/systems/system.ts'
import { createWorld } from '../../dev/world.ts'
import { loading } from './faults.ts'
import { expectGranted, expectRefused } from './support.ts'

test('VPC Lattice gets no hash of the body', async () => {
  await using world = await createWorld(appServerSystem({ service: 'vpc-lattice-svcs' }), { variant: 'aws' })
  await expectGranted(world, await world.run())
  const [request] = world.server('app-server').requests
  expect(request?.headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD')
  expect(request?.headers['authorization']).toMatch(/SignedHeaders=[^,]*x-amz-content-sha256/)
})

describe.concurrent('the signer', () => {
  it.each<[string, System, string]>([
    ['an app server', appServerSystem(), 'aws'],
    ['RDS', rds, 'default'],
    ['Secrets Manager', secretsManager, 'text'],
  ])('for %s is loaded while the ID tokens are under way', async (_name, system, variant) => {
    await using signer = await loading('aws-signer')
    // No ID token comes before.
    const faults = { oidc: [forEver(fault.held(signer.told))] }
    await using world = await createWorld(system, { variant, faults })
    await expectGranted(world, await world.run({ preloads: [signer.preload] }))
  })
})

describe.concurrent('the ID token for STS', () => {
  it('has the audience that app-server.auth gives', async () => {
    await using world = await createWorld(appServerSystem({ audience: 'own-audience' }), { variant: 'aws' })
    await expectGranted(world, await world.run())
    expect(world.issuer.issued.map(({ audience }) => audience).sort()).toEqual(['127.0.0.1', 'own-audience'])
  })

  it('has the audience that the input gives', async () => {
    await using world = await createWorld(awsRdsSystem({ audience: 'own-audience' }))
    const refused = expectRefused(world, await world.run())
    expect(refused).toContain('The audience of the ID token was "sts.amazonaws.com": add it')
    await expectGranted(world, await world.run({ inputs: { audience: 'own-audience' } }))
  })

  it('has that of AWS in China there', async () => {
    const host = 'app.cluster-abc123.rds.cn-north-1.amazonaws.com.cn'
    const china = awsRdsSystem({ host, region: 'cn-north-1', audience: 'sts.amazonaws.com.cn' })
    await using world = await createWorld(china)
    await expectGranted(world, await world.run())
  })
})

describe.concurrent('the endpoint of STS', () => {
  const elsewhere = 'https://elsewhere.example'

  it('is not that of the variables where these are switched off', async () => {
    await using world = await createWorld(rds, { hosts: { sts: 'sts.eu-central-1.amazonaws.com' } })
    const variables = { AWS_ENDPOINT_URL: elsewhere, AWS_ENDPOINT_URL_STS: elsewhere }
    const env = { ...variables, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }
    await expectGranted(world, await world.run({ env }))
    expect(world.proxy?.targets).toContainEqual({
      target: 'sts.eu-central-1.amazonaws.com:443',
      answered: 200,
    })
  })

  it('is the FIPS endpoint where that is asked for', async () => {
    const host = 'sts-fips.eu-central-1.amazonaws.com'
    await using world = await createWorld(rds, { hosts: { sts: host } })
    const env = { AWS_ENDPOINT_URL_STS: undefined, AWS_USE_FIPS_ENDPOINT: 'true' }
    await expectGranted(world, await world.run({ env }))
    expect(world.proxy?.targets).toContainEqual({ target: `${host}:443`, answered: 200 })
  })
})

describe.concurrent('what API Gateway says', () => {
  const gateway = appServerSystem({ service: 'execute-api', prefix: '/prod' })
  const auth = { type: 'aws', roleArn: ROLE_ARN, region: 'eu-central-1', service: 'execute-api' }

  it.each<[string, string, Readonly<Record<string, string>>, string]>([
    [
      'of another stage',
      '/test',
      {},
      'There is no "/test/access_tokens" at HOST: check the path in app-server, which must begin',
    ],
    [
      'of another region',
      '/prod',
      { region: 'us-east-1' },
      'Correct app-server.auth.region, which was "us-east-1".',
    ],
    [
      'of another service',
      '/prod',
      { service: 'lambda' },
      'Correct app-server.auth.service, which was "lambda".',
    ],
  ])('%s becomes a hint that is true', async (_what, path, wrong, hint) => {
    await using world = await createWorld(gateway, { variant: 'aws' })
    const url = world.url('app-server')
    const server = JSON.stringify({ url: `${url}${path}`, auth: { ...auth, ...wrong } })
    const refused = expectRefused(world, await world.run({ inputs: { 'app-server': server } }))
    expect(refused.replaceAll(new URL(url).host, 'HOST')).toContain(hint)
    expect(world.server('app-server').requests[0]?.answered).toBe(403)
  })

  it('of another stage becomes the same hint without a signature', async () => {
    await using world = await createWorld(gateway, { variant: 'aws' })
    const main = await world.run({ inputs: { 'app-server': `${world.url('app-server')}/test` } })
    expect(expectRefused(world, main)).toContain('There is no "/test/access_tokens" at ')
  })

  it('is quoted with its ARNs as they are', async () => {
    const said =
      'User: arn:aws:sts::123456789012:assumed-role/x/y is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-central-1:********9012:a1b2c3/prod/POST/access_tokens'
    const denied = fault.status(403, { body: { message: said } })
    await using world = await createWorld(gateway, {
      variant: 'aws',
      faults: { 'app-server': [denied] },
    })
    expect(expectRefused(world, await world.run())).toContain(`${said}.`)
  })
})
