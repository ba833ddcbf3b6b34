import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { STSClient } from '@aws-sdk/client-sts'
import { describe, expect, test } from 'vitest'
import { awsEndpoint } from '../../src/aws/endpoint.ts'
import type { Environment } from '../../src/exchange.ts'
import { inputsOf, problemsOf } from '../inputs/fixture.ts'

/** One of each partition. */
const REGIONS = [
  'eu-central-1',
  'us-gov-west-1',
  'cn-north-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
  'eusc-de-east-1',
]

const { endpointProvider: stsEndpoint } = new STSClient({ region: 'eu-central-1' }).config

const { endpointProvider: secretsEndpoint } = new SecretsManagerClient({ region: 'eu-central-1' }).config

describe('the endpoint', () => {
  const own = 'https://own.example/path'
  const all = 'https://all.example/'
  test.each<[string, Environment, string]>([
    ['of its own', { AWS_ENDPOINT_URL_SECRETS_MANAGER: own }, own],
    ['for all', { AWS_ENDPOINT_URL: all }, all],
    ['of its own before that for all', { AWS_ENDPOINT_URL_SECRETS_MANAGER: own, AWS_ENDPOINT_URL: all }, own],
    ['of its own that is empty', { AWS_ENDPOINT_URL_SECRETS_MANAGER: '', AWS_ENDPOINT_URL: all }, all],
    ['of another service', { AWS_ENDPOINT_URL_STS: own }, 'https://secretsmanager.eu-central-1.amazonaws.com/'],
  ])('follows a variable %s', (_what, environment, href) => {
    const inputs = inputsOf()
    expect(awsEndpoint(inputs, environment, 'secretsmanager', 'SECRETS_MANAGER', 'eu-central-1').href).toBe(href)
    expect(problemsOf(inputs)).toEqual([])
  })

  test('follows no variable where that is switched off', () => {
    const off = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'True', AWS_USE_FIPS_ENDPOINT: 'true' }
    const environment = { ...off, AWS_ENDPOINT_URL: all, AWS_ENDPOINT_URL_SECRETS_MANAGER: 'ftp://x' }
    const inputs = inputsOf()
    const url = awsEndpoint(inputs, environment, 'secretsmanager', 'SECRETS_MANAGER', 'eu-central-1')
    expect(url.href).toBe('https://secretsmanager-fips.eu-central-1.amazonaws.com/')
    expect(problemsOf(inputs)).toEqual([])
  })

  test.each(['false', '', '1'])('follows a variable where AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is "%s"', (value) => {
    const environment = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: value, AWS_ENDPOINT_URL: all }
    expect(awsEndpoint(inputsOf(), environment, 'sts', 'STS', 'eu-central-1').href).toBe(all)
  })

  test.each(REGIONS.flatMap((region) => [false, true].map((fips) => [region, fips] as const)))(
    "in %s, with FIPS %s, is that of AWS's SDK",
    (Region, UseFIPS) => {
      const environment = { AWS_USE_FIPS_ENDPOINT: String(UseFIPS) }
      const params = { Region, UseFIPS, UseDualStack: false }
      expect(awsEndpoint(inputsOf(), environment, 'sts', 'STS', Region).href).toBe(
        stsEndpoint({ ...params, UseGlobalEndpoint: false }).url.href,
      )
      expect(awsEndpoint(inputsOf(), environment, 'secretsmanager', 'SECRETS_MANAGER', Region).href).toBe(
        secretsEndpoint(params).url.href,
      )
    },
  )

  test.each(['http://sts.example', 'https://user:password@sts.example'])(
    'is not taken from a variable that holds %s',
    (value) => {
      const inputs = inputsOf()
      awsEndpoint(inputs, { AWS_ENDPOINT_URL_STS: value }, 'sts', 'STS', 'eu-central-1')
      const [problem, ...more] = problemsOf(inputs)
      expect(problem).toMatch(
        /^AWS_ENDPOINT_URL_STS must .*; for example: https:\/\/sts\.eu-central-1\.amazonaws\.com\/$/,
      )
      expect([problem?.includes('password@'), more]).toEqual([false, []])
    },
  )
})
