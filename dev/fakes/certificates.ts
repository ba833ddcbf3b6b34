import { randomBytes, webcrypto } from 'node:crypto'
import type * as X509 from '@peculiar/x509'

/** A certificate and its private key, PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** Certificates for `localhost`, `127.0.0.1` and the names given, each with one thing right or wrong. */
export interface Certificates {
  /** The certificate of the test authority, PEM: what `NODE_EXTRA_CA_CERTS` points to. */
  readonly authority: string
  readonly good: Certificate
  /** Ended yesterday. */
  readonly expired: Certificate
  /** For another host only. */
  readonly wrongHost: Certificate
  /** Begins tomorrow. */
  readonly early: Certificate
  /** For clients only. */
  readonly ofClient: Certificate
  /** By an authority that nobody knows. */
  readonly otherAuthority: Certificate
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000

/** Makes a test authority and its certificates, new at each call. */
export async function createCertificates(hosts: readonly string[] = []): Promise<Certificates> {
  const x509 = await load()
  const now = Date.now()
  const names = ['localhost', ...hosts]

  async function authority(name: string): Promise<{ certificate: X509.X509Certificate; keys: CryptoKeyPair }> {
    const keys = await generateKeys()
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: randomBytes(8).toString('hex'),
      name: `CN=${name}`,
      notBefore: new Date(now - 30 * DAY_MS),
      notAfter: new Date(now + 30 * DAY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    })
    return { certificate, keys }
  }

  async function leaf(
    by: { certificate: X509.X509Certificate; keys: CryptoKeyPair },
    forNames: readonly string[],
    address: string,
    notAfter: number,
    { notBefore = now - 20 * DAY_MS, usage = x509.ExtendedKeyUsage.serverAuth } = {},
  ): Promise<Certificate> {
    const keys = await generateKeys()
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: randomBytes(8).toString('hex'),
      subject: `CN=${forNames[0]!}`,
      issuer: by.certificate.subject,
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: by.keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        new x509.SubjectAlternativeNameExtension([
          ...forNames.map((value) => ({ type: 'dns' as const, value })),
          { type: 'ip' as const, value: address },
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(by.keys.publicKey),
      ],
    })
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
    return {
      cert: certificate.toString('pem'),
      key: `-----BEGIN PRIVATE KEY-----\n${key.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`,
    }
  }

  const ours = await authority('Test authority')
  const theirs = await authority('Test authority nobody knows')
  const [good, expired, early, wrongHost, ofClient, otherAuthority] = await Promise.all([
    leaf(ours, names, '127.0.0.1', now + 10 * DAY_MS),
    leaf(ours, names, '127.0.0.1', now - DAY_MS),
    leaf(ours, names, '127.0.0.1', now + 10 * DAY_MS, { notBefore: now + DAY_MS }),
    leaf(ours, ['other.example'], '127.0.0.99', now + 10 * DAY_MS),
    leaf(ours, names, '127.0.0.1', now + 10 * DAY_MS, { usage: x509.ExtendedKeyUsage.clientAuth }),
    leaf(theirs, names, '127.0.0.1', now + 10 * DAY_MS),
  ])
  return { authority: ours.certificate.toString('pem'), good, expired, early, wrongHost, ofClient, otherAuthority }
}

type CryptoKeyPair = webcrypto.CryptoKeyPair

function generateKeys(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

/** Loaded where certificates are made; `@peculiar/x509` needs the metadata part of the Reflect API at its import. */
async function load(): Promise<typeof X509> {
  await import('reflect-metadata')
  return import('@peculiar/x509')
}
