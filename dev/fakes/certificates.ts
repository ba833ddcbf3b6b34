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
  // `@peculiar/x509` needs the metadata part of the Reflect API at its import.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const now = Date.now()

  /** @param issuer signs it; without, it signs itself @param days from and until when it is good, from now */
  async function make(
    name: string,
    issuer: Omit<Made, keyof Certificate> | undefined,
    days: readonly [number, number],
    extensions: readonly X509.Extension[],
  ): Promise<Made> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
    const by = issuer ?? { name, keys }
    const [notBefore, notAfter] = days.map((day) => new Date(now + day * DAY_MS))
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: randomBytes(8).toString('hex'),
      subject: `CN=${name}`,
      issuer: `CN=${by.name}`,
      notBefore: notBefore!,
      notAfter: notAfter!,
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: by.keys.privateKey,
      extensions: [
        ...extensions,
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(by.keys.publicKey),
      ],
    })
    const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
    return { name, keys, cert: certificate.toString('pem'), key }
  }

  const authority = (name: string): Promise<Made> =>
    make(
      name,
      undefined,
      [-30, 30],
      [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    )
  const [ours, theirs] = [await authority('Test authority'), await authority('Test authority nobody knows')]
  const leaf = ({
    by = ours,
    names = ['localhost', ...hosts],
    address = '127.0.0.1',
    days = [-20, 10] as readonly [number, number],
    usage = x509.ExtendedKeyUsage.serverAuth,
  }): Promise<Certificate> =>
    make(names[0]!, by, days, [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        { type: 'ip' as const, value: address },
      ]),
    ])
  return {
    authority: ours.cert,
    good: await leaf({}),
    expired: await leaf({ days: [-20, -1] }),
    early: await leaf({ days: [1, 10] }),
    wrongHost: await leaf({ names: ['other.example'], address: '127.0.0.99' }),
    ofClient: await leaf({ usage: x509.ExtendedKeyUsage.clientAuth }),
    otherAuthority: await leaf({ by: theirs }),
  }
}

interface Made extends Certificate {
  readonly name: string
  readonly keys: webcrypto.CryptoKeyPair
}
