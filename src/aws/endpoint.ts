import type { Environment } from '../exchange.ts'
import type { Inputs } from '../inputs/inputs.ts'

/** Host names by the beginning of the region's name; what is not listed is `amazonaws.com`. Source: partitions.json of the AWS SDKs. */
const DOMAINS: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
  [/^eusc-/, 'amazonaws.eu'],
]

/**
 * The regional endpoint of an AWS service; its FIPS endpoint where `AWS_USE_FIPS_ENDPOINT` is `true`.
 * `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` override it, unless `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is `true`
 * (AWS SDKs and Tools Reference Guide, "Service-specific endpoints", "Dual-stack and FIPS endpoints").
 *
 * @param service as in the host name: `sts`, `secretsmanager`
 * @param variable as in the variable's name: `STS`, `SECRETS_MANAGER`
 */
export function awsEndpoint(
  inputs: Inputs,
  environment: Environment,
  service: string,
  variable: string,
  region: string,
): URL {
  const isOn = (name: string): boolean => /^true$/i.test(environment[name] ?? '')
  const domain = DOMAINS.find(([regions]) => regions.test(region))?.[1] ?? 'amazonaws.com'
  // In GovCloud the usual endpoint of STS is the FIPS endpoint.
  const hasFips = !(service === 'sts' && region.startsWith('us-gov-'))
  const host = isOn('AWS_USE_FIPS_ENDPOINT') && hasFips ? `${service}-fips` : service
  const usual = `https://${host}.${region}.${domain}/`
  if (isOn('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS')) return new URL(usual)
  const override = [`AWS_ENDPOINT_URL_${variable}`, 'AWS_ENDPOINT_URL'].find((name) => environment[name])
  if (override === undefined) return new URL(usual)
  return inputs.url(override, environment[override] ?? '', usual)
}
