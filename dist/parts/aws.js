export const id = 'aws';
export const ids = ['aws'];
export const modules = {

/***/ 23: // ./src/aws/credentials.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  cD: () => (/* binding */ awsCredentials),
  credentialSource: () => (/* binding */ credentialSource),
  bP: () => (/* binding */ readCredentialSource),
  XP: () => (/* binding */ readRegion)
});

// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __webpack_require__(9856);
// EXTERNAL MODULE: ./src/identity/credential.ts
var credential = __webpack_require__(8585);
// EXTERNAL MODULE: ./src/aws/endpoint.ts
var aws_endpoint = __webpack_require__(5572);
// EXTERNAL MODULE: ./src/aws/names.ts
var names = __webpack_require__(6429);
// EXTERNAL MODULE: ./src/identity/claims.ts
var identity_claims = __webpack_require__(2437);
// EXTERNAL MODULE: ./src/text.ts
var src_text = __webpack_require__(8992);
// EXTERNAL MODULE: ./src/aws/errors.ts
var aws_errors = __webpack_require__(9378);
;// CONCATENATED MODULE: ./src/aws/refusal.ts




/** The issuer of github.com's ID tokens. */
const GITHUB = 'token.actions.githubusercontent.com';
/** What STS means by an answer that is not 2xx to a job that wants to assume a role. */
function stsRefusal(answer, role) {
    return (0,aws_errors/* awsRefusal */.g)(answer, (error, claims) => explain(role, error, claims));
}
function explain(role, { code, message }, claims) {
    const { roleArn, audience } = role;
    const account = names/* ROLE_ARN */.x.exec(roleArn)?.groups?.['account'] ?? '';
    const issuer = (0,identity_claims/* claimText */.Q1)(claims, 'iss')?.replace('https://', '') ?? GITHUB;
    const provider = `${account}:oidc-provider/${issuer}`;
    switch (code) {
        case 'AccessDenied': {
            const subject = (0,identity_claims/* claimText */.Q1)(claims, 'sub');
            const form = (0,identity_claims/* aboutForm */.A1)(subject, { it: 'The subject' });
            return {
                hint: `Either the role "${roleArn}" does not exist, or its trust policy does not accept this job; AWS does not say which. The subject (sub) of the ID token was ${(0,src_text/* quoted */.TL)(subject) ?? 'another one'}, its audience (aud) was "${audience}": change the conditions on ${issuer}:sub and ${issuer}:aud so that they match.${form}`,
                ...suggestPolicy(role, provider, issuer, claims),
            };
        }
        case 'InvalidIdentityToken':
            if (/audience/i.test(message)) {
                return {
                    hint: `The audience of the ID token was "${audience}": add it to the audiences (client ids) of the IAM identity provider "${provider}".`,
                };
            }
            return aws_errors/* KEYS_TROUBLE */.D.test(message)
                ? keysHint(issuer)
                : {
                    hint: `Check that there is an IAM identity provider "${provider}": with the URL https://${issuer} and the audience "${audience}".`,
                };
        case 'IDPCommunicationError':
            return keysHint(issuer);
        case 'RegionDisabledException':
            return { hint: 'Enable STS for that region in the account, or set another region.' };
        default:
            return {};
    }
}
function keysHint(issuer) {
    return {
        hint: `AWS could not fetch the keys of GitHub's ID tokens: https://${issuer} must be reachable from the internet.`,
    };
}
/** The trust policy by which a role accepts this run and no other; nothing where there can be none. */
function suggestPolicy({ roleArn, audience }, provider, issuer, claims) {
    const subject = (0,identity_claims/* claimText */.Q1)(claims, 'sub');
    const repositoryId = (0,identity_claims/* claimText */.Q1)(claims, 'repository_id');
    // IAM puts values of its own in the place of ${…}.
    if (subject === undefined || subject.includes('${'))
        return {};
    const named = (0,identity_claims/* namesRepository */.xt)(subject);
    // Of the issuers here, STS compares other claims than `sub` and `aud` for this one alone (AWS, "What's New" of January 2026).
    if (!named && (issuer !== GITHUB || repositoryId === undefined))
        return {};
    const statement = {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
            StringEquals: {
                [`${issuer}:aud`]: audience,
                [`${issuer}:sub`]: subject,
                // Every repository with the same customization has this subject.
                ...(!named && { [`${issuer}:repository_id`]: repositoryId }),
            },
        },
    };
    return {
        advice: `With this trust policy, the role "${roleArn}" accepts this run:`,
        paste: [
            {
                language: 'json',
                content: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, undefined, 2),
            },
        ],
    };
}

;// CONCATENATED MODULE: ./src/aws/credentials.ts






/** As errors name it. */
const STS = 'AWS STS';
/** How long the role is assumed for, in s: the least that STS gives. */
const SESSION_SECONDS = 900;
/** The credentials in the environment, or none. */
function environmentCredentials(inputs, environment) {
    const text = (name) => {
        const value = (environment[`AWS_${name}`] ?? '').trim();
        // It has to fit into a header. The problem does not repeat it.
        if (!/^[\x20-\x7e]*$/.test(value)) {
            inputs.problem(`AWS_${name}`, 'must be one printable line', 'what configure-aws-credentials sets');
        }
        return value;
    };
    const accessKeyId = text('ACCESS_KEY_ID');
    const secretAccessKey = text('SECRET_ACCESS_KEY');
    const sessionToken = text('SESSION_TOKEN');
    const expiresAt = (0,http_answer/* timeOf */.nR)(text('CREDENTIAL_EXPIRATION'));
    if (accessKeyId === '' || secretAccessKey === '')
        return undefined;
    return {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken !== '' && { sessionToken }),
        ...(expiresAt && { expiresAt }),
    };
}
/**
 * Where the credentials come from: the role, or else the environment.
 *
 * @param role undefined where none was given; its audience may be empty
 * @param roleInput the input that would name a role, for the error's text
 * @throws ActionError `NO_AWS_CREDENTIALS`; `INVALID_INPUT` where other inputs are wrong as well
 */
function credentialSource(inputs, environment, role, region, roleInput) {
    if (role !== undefined) {
        const endpoint = (0,aws_endpoint/* awsEndpoint */.P)(inputs, environment, 'sts', 'STS', region);
        return { roleArn: role.arn, endpoint, audience: role.audience || usualAudience(region) };
    }
    const credentials = environmentCredentials(inputs, environment);
    if (credentials)
        return { credentials };
    inputs.check();
    throw new errors/* ActionError */.l('NO_AWS_CREDENTIALS', `The request cannot be signed for AWS: ${roleInput} is not set, and the environment has no AWS credentials.`, {
        hint: `Set ${roleInput}, for example arn:aws:iam::123456789012:role/github-actions, or run aws-actions/configure-aws-credentials in an earlier step.`,
    });
}
/** What the IAM identity provider lists by AWS's own pages (README of aws-actions/configure-aws-credentials). */
function usualAudience(region) {
    return region.startsWith('cn-') ? 'sts.amazonaws.com.cn' : 'sts.amazonaws.com';
}
/** Reads `region`; empty where it may be left out and is, and after a problem. */
function readRegion(inputs, isRequired) {
    const example = 'eu-central-1';
    const given = isRequired ? inputs.required('region', example) : inputs.text('region');
    return inputs.matching('region', given, names/* REGION */.Z, 'must be an AWS region', example);
}
/** Reads `role-arn` and `audience`; see {@link credentialSource}. */
function readCredentialSource(inputs, environment, region) {
    const given = inputs.text('role-arn');
    const example = 'arn:aws:iam::123456789012:role/github-actions';
    inputs.matching('role-arn', given, names/* ROLE_ARN */.x, 'must be the ARN of a role', example);
    const audience = inputs.line('audience');
    const role = given === '' ? undefined : { arn: given, audience };
    return credentialSource(inputs, environment, role, region, 'role-arn');
}
/**
 * Credentials from their source: `AssumeRoleWithWebIdentity` for 900 s, unsigned (AWS STS API Reference).
 *
 * @throws ActionError of {@link Tools.send} and {@link Tools.idToken}
 */
async function awsCredentials(source, tools) {
    if ('credentials' in source) {
        tools.mask(source.credentials.secretAccessKey);
        if (source.credentials.sessionToken !== undefined)
            tools.mask(source.credentials.sessionToken);
        return source.credentials;
    }
    return tools.send(assumeRole(source, tools));
}
function assumeRole(role, tools) {
    const { roleArn, endpoint, audience } = role;
    return {
        service: STS,
        method: 'POST',
        url: endpoint,
        audience,
        prepare: async () => ({
            headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
            body: new URLSearchParams({
                Action: 'AssumeRoleWithWebIdentity',
                Version: '2011-06-15',
                RoleArn: roleArn,
                RoleSessionName: sessionName(tools.environment),
                DurationSeconds: String(SESSION_SECONDS),
                WebIdentityToken: await tools.idToken(audience),
            }).toString(),
        }),
        refusal: (answer) => stsRefusal(answer, role),
        read: (answer) => {
            const given = (0,http_answer/* member */.Dc)((0,http_answer/* jsonObject */.o$)(answer, STS, endpoint), 'AssumeRoleWithWebIdentityResponse', 'AssumeRoleWithWebIdentityResult', 'Credentials');
            const text = (name) => (0,credential/* credential */.e)((0,http_answer/* member */.Dc)(given, name), name, STS, tools.mask);
            const expiresAt = (0,http_answer/* timeOf */.nR)((0,http_answer/* member */.Dc)(given, 'Expiration'));
            return {
                // Not a secret, but as in the AWS tools it is masked all the same.
                accessKeyId: text('AccessKeyId'),
                secretAccessKey: text('SecretAccessKey'),
                sessionToken: text('SessionToken'),
                ...(expiresAt && { expiresAt }),
            };
        },
    };
}
/** Who assumed the role, for CloudTrail: run and repository, in the characters and the 64 that STS allows. */
function sessionName(environment) {
    const name = `${environment['GITHUB_RUN_ID'] || 'run'}@${environment['GITHUB_REPOSITORY'] || 'github-actions'}`;
    return name.replace(/[^\w+=,.@-]/g, '.').slice(0, 64);
}


/***/ }),

/***/ 5572: // ./src/aws/endpoint.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ awsEndpoint)
/* harmony export */ });
/** Host names by the beginning of the region's name; what is not listed is `amazonaws.com`. Source: partitions.json of the AWS SDKs. */
const DOMAINS = [
    [/^cn-/, 'amazonaws.com.cn'],
    [/^us-iso-/, 'c2s.ic.gov'],
    [/^us-isob-/, 'sc2s.sgov.gov'],
    [/^eu-isoe-/, 'cloud.adc-e.uk'],
    [/^us-isof-/, 'csp.hci.ic.gov'],
    [/^eusc-/, 'amazonaws.eu'],
];
/**
 * The regional endpoint of an AWS service; its FIPS endpoint where `AWS_USE_FIPS_ENDPOINT` is `true`.
 * `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` override it, unless `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is `true`
 * (AWS SDKs and Tools Reference Guide, "Service-specific endpoints", "Dual-stack and FIPS endpoints").
 *
 * @param service as in the host name: `sts`, `secretsmanager`
 * @param variable as in the variable's name: `STS`, `SECRETS_MANAGER`
 */
function awsEndpoint(inputs, environment, service, variable, region) {
    const isOn = (name) => /^true$/i.test(environment[name] ?? '');
    const domain = DOMAINS.find(([regions]) => regions.test(region))?.[1] ?? 'amazonaws.com';
    // In GovCloud the usual endpoint of STS is the FIPS endpoint.
    const hasFips = !(service === 'sts' && region.startsWith('us-gov-'));
    const host = isOn('AWS_USE_FIPS_ENDPOINT') && hasFips ? `${service}-fips` : service;
    const usual = `https://${host}.${region}.${domain}/`;
    if (isOn('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'))
        return new URL(usual);
    const override = [`AWS_ENDPOINT_URL_${variable}`, 'AWS_ENDPOINT_URL'].find((name) => environment[name]);
    if (override === undefined)
        return new URL(usual);
    return inputs.url(override, environment[override] ?? '', usual);
}


/***/ }),

/***/ 9378: // ./src/aws/errors.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ KEYS_TROUBLE),
/* harmony export */   g: () => (/* binding */ awsRefusal)
/* harmony export */ });
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9856);

/** Codes by which AWS means "later", with any HTTP status. Source: AWS SDK, retry classification. */
const LATER = new Set([
    'BandwidthLimitExceeded',
    'IDPCommunicationError',
    'InternalFailure',
    'InternalServiceError',
    'LimitExceededException',
    'PriorRequestNotComplete',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'RequestTimeout',
    'RequestTimeoutException',
    'ServiceUnavailable',
    'SlowDown',
    'ThrottledException',
    'Throttling',
    'ThrottlingException',
    'TooManyRequestsException',
    'TransactionInProgressException',
]);
/** Codes by which AWS refuses the time of a signature. */
const SKEWED = new Set(['RequestTimeTooSkewed', 'RequestInTheFuture', 'RequestExpired']);
/** AWS could not fetch the keys of the issuer. */
const KEYS_TROUBLE = /retrieve verification key/i;
const SKEWED_TEXT = /signature expired|signature not yet current/i;
/** Code and message of an AWS error, in any of its forms: query API (JSON, XML), JSON API, gateways, VPC Lattice (plain text). */
function awsError(answer) {
    const { json, text } = answer;
    const xml = (tag) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1];
    const [, plainCode, plainMessage] = /^(\w+Exception): (.*)/.exec(text) ?? [];
    const code = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'Error', 'Code') ??
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, '__type') ??
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .header */ .wx)(answer, 'x-amzn-errortype') ??
        xml('Code') ??
        plainCode;
    const message = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'Error', 'Message') ??
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'message') ??
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'Message') ??
        xml('Message') ??
        plainMessage;
    return {
        // `namespace#Name:http://…` in the JSON protocols.
        code: typeof code === 'string' ? code.replace(/:.*$/s, '').replace(/^.*#/s, '') : '',
        message: typeof message === 'string' ? message : '',
    };
}
/**
 * What an AWS service, or a gateway that checks signatures, means by an answer that is not 2xx.
 *
 * @param explain what a person can do; not asked where the clock is to blame, which its page explains
 */
function awsRefusal(answer, explain) {
    const error = awsError(answer);
    const { code, message } = error;
    const isSkewed = SKEWED.has(code) || SKEWED_TEXT.test(message);
    // The keys of the issuer could not be fetched: transient, under a code that is not.
    const keys = code === 'InvalidIdentityToken' && KEYS_TROUBLE.test(message);
    return {
        reason: code === '' ? message : message === '' ? code : `${code}: ${message}`,
        requestId: (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(answer.json, 'RequestId') ?? (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .header */ .wx)(answer, 'x-amzn-requestid'),
        ...(LATER.has(code) ? { retry: 'until the deadline' } : keys ? { retry: { times: 2 } } : {}),
        ...(isSkewed ? { code: 'CLOCK_SKEWED' } : { explain: (claims) => explain(error, claims) }),
    };
}


/***/ }),

/***/ 6429: // ./src/aws/names.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ REGION),
/* harmony export */   x: () => (/* binding */ ROLE_ARN)
/* harmony export */ });
/** The name of a region, in any partition. */
const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d{1,2}$/;
/** The ARN of an IAM role, in any partition. */
const ROLE_ARN = /^(?<account>arn:aws(?:-[a-z]+)*:iam::\d{12}):role\/[\w+=,.@/-]{1,576}$/;


/***/ }),

/***/ 2154: // ./src/aws/signing.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   readyToSign: () => (/* binding */ readyToSign)
/* harmony export */ });
/* harmony import */ var _credentials_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(23);

/**
 * What it takes to sign. The signer is loaded while the credentials are on their way, which takes longer.
 *
 * @throws ActionError of {@link awsCredentials}
 */
async function readyToSign(source, tools) {
    const [credentials, signer] = await Promise.all([
        (0,_credentials_js__WEBPACK_IMPORTED_MODULE_0__/* .awsCredentials */ .cD)(source, tools),
        __webpack_require__.e('aws-signer').then(__webpack_require__.bind(__webpack_require__, 3737)),
    ]);
    return {
        ...(credentials.expiresAt && { expiresAt: credentials.expiresAt }),
        headers: (request, scope, now) => signer.signedHeaders(request, credentials, scope, now),
        query: (host, query, scope, seconds, now) => signer.presignedQuery(host, query, credentials, scope, seconds, now),
    };
}


/***/ }),

/***/ 3685: // ./src/exchanges/database/aws-rds.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   awsRds: () => (/* binding */ awsRds)
/* harmony export */ });
/* harmony import */ var _aws_credentials_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(23);
/* harmony import */ var _aws_signing_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2154);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3916);
/* harmony import */ var _inputs_inputs_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8028);




/** How long a database takes the token, in s. */
const SECONDS = 900;
const HOST = /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*$/;
const HOST_EXAMPLE = 'app.cluster-abc123.eu-central-1.rds.amazonaws.com';
/** The endpoint of an instance, a cluster or a proxy. In China the region stands after `rds`, once stood before it. */
const RDS_HOST = /\.(?:([a-z]+(?:-[a-z]+)+-\d+)\.rds|rds\.(cn-[a-z]+-\d+))\.amazonaws\.(?:com|com\.cn|eu)$/;
/** A password for a database of Amazon RDS or Aurora: a presigned `connect` request, computed here ("IAM database authentication", RDS User Guide). */
const awsRds = {
    settings: (inputs, environment) => {
        const host = inputs.matching('host', inputs.required('host', HOST_EXAMPLE).toLowerCase(), HOST, 'must be only the host name of the database endpoint', HOST_EXAMPLE);
        const port = inputs.required('port', '5432');
        if (port !== '' && !(/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535)) {
            inputs.problem('port', `must be a port from 1 to 65535${(0,_inputs_inputs_js__WEBPACK_IMPORTED_MODULE_3__/* .not */ .A)(port)}`, '5432');
        }
        const username = inputs.matching('username', inputs.required('username', 'app_migrations'), /^\P{C}{1,128}$/u, 'must be the name of a database user', 'app_migrations');
        const [, usual, chinese] = RDS_HOST.exec(host) ?? [];
        const told = usual ?? chinese;
        const region = (0,_aws_credentials_js__WEBPACK_IMPORTED_MODULE_0__/* .readRegion */ .XP)(inputs) || told || '';
        if (region === '' && host !== '') {
            inputs.problem('region', 'is required, because the host name does not contain it', 'eu-central-1');
        }
        if (told !== undefined && region !== told) {
            inputs.problem('region', `must be "${told}", as in the host name${(0,_inputs_inputs_js__WEBPACK_IMPORTED_MODULE_3__/* .not */ .A)(region)}`, told);
        }
        const source = (0,_aws_credentials_js__WEBPACK_IMPORTED_MODULE_0__/* .readCredentialSource */ .bP)(inputs, environment, region);
        return { host: `${host}:${port}`, username, region, source };
    },
    exchange: async ({ host, username, region, source }, tools) => {
        const signing = await (0,_aws_signing_js__WEBPACK_IMPORTED_MODULE_1__.readyToSign)(source, tools);
        const now = tools.now();
        // The database would refuse the token and not tell why.
        if ('credentials' in source && signing.expiresAt && signing.expiresAt.getTime() <= now) {
            const ended = signing.expiresAt.toISOString();
            throw new _errors_js__WEBPACK_IMPORTED_MODULE_2__/* .ActionError */ .l('NO_AWS_CREDENTIALS', `The AWS credentials in the environment expired at ${ended}.`, {
                hint: 'Get new ones in a step right before this one, or set role-arn.',
            });
        }
        const query = await signing.query(host, new URLSearchParams({ Action: 'connect', DBUser: username }), { region, service: 'rds-db' }, SECONDS, now);
        const token = `${host}/?${query}`;
        // A client may quote the token in an encoding of its own; without the signature it is worth nothing.
        const signature = new URLSearchParams(query).get('X-Amz-Signature') ?? '';
        const signed = Math.floor(now / 1000) * 1000;
        const ends = Math.min(signed + SECONDS * 1000, signing.expiresAt?.getTime() ?? Infinity);
        const expiresAt = new Date(ends);
        return {
            secrets: [token, signature],
            outputs: { token },
            summary: `Password of "${username}" for ${host}; opens connections until ${expiresAt.toISOString()}`,
            expiresAt,
        };
    },
};


/***/ }),

/***/ 1153: // ./src/exchanges/secret/aws-secrets-manager/exchange.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  awsSecretsManager: () => (/* binding */ awsSecretsManager)
});

// EXTERNAL MODULE: ./src/aws/credentials.ts + 1 modules
var credentials = __webpack_require__(23);
// EXTERNAL MODULE: ./src/aws/endpoint.ts
var endpoint = __webpack_require__(5572);
// EXTERNAL MODULE: ./src/aws/signing.ts
var aws_signing = __webpack_require__(2154);
// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __webpack_require__(9856);
// EXTERNAL MODULE: ./src/inputs/inputs.ts
var inputs_inputs = __webpack_require__(8028);
// EXTERNAL MODULE: ./src/text.ts
var src_text = __webpack_require__(8992);
// EXTERNAL MODULE: ./src/exchanges/secret/reading.ts + 1 modules
var reading = __webpack_require__(7557);
// EXTERNAL MODULE: ./src/exchanges/secret/references.ts
var references = __webpack_require__(9021);
// EXTERNAL MODULE: ./src/aws/errors.ts
var aws_errors = __webpack_require__(9378);
;// CONCATENATED MODULE: ./src/exchanges/secret/aws-secrets-manager/refusal.ts

/** What AWS Secrets Manager means by an answer that is not 2xx. */
function refusal(answer, asked) {
    return (0,aws_errors/* awsRefusal */.g)(answer, ({ code, message }) => EXPLANATIONS.get(code)?.(asked, message) ?? {});
}
/** What a person can do, by the code of AWS. */
const EXPLANATIONS = new Map([
    [
        'ResourceNotFoundException',
        ({ secret, region }, message) => ({
            hint: /staging label|VersionId/i.test(message)
                ? `The secret "${secret}" exists but has no value: store one.`
                : `Check \`secret\` and \`region\`: in "${region}" the account of the credentials has no secret "${secret}". A secret in another account needs its full ARN.`,
        }),
    ],
    [
        'InvalidParameterException',
        ({ secret }) => ({
            hint: `Check \`secret\`: AWS does not accept "${secret}" as the name or the ARN of a secret.`,
        }),
    ],
    [
        'InvalidRequestException',
        ({ secret, region }, message) => ({
            hint: /deletion|deleted/i.test(message)
                ? `Restore the secret (aws secretsmanager restore-secret --region ${region} --secret-id ${secret}), or use another one.`
                : `The secret "${secret}" cannot be read in its present state: aws secretsmanager describe-secret shows it.`,
        }),
    ],
    [
        'DecryptionFailure',
        () => ({
            hint: `AWS cannot decrypt the secret: check that its KMS key is enabled, and that the key's policy allows kms:Decrypt.`,
        }),
    ],
    [
        'AccessDeniedException',
        ({ secret, region, source }, message) => /\bKMS\b/.test(message)
            ? {
                hint: `The credentials can read the secret but cannot use its KMS key: allow them kms:Decrypt on it.`,
            }
            : {
                hint: `The credentials are not allowed to read the secret: allow them secretsmanager:GetSecretValue on "${secret}". For a secret in another account, its resource policy and its KMS key must allow them, too.`,
                ...suggestPolicy(secret, region, source),
            },
    ],
    [
        'UnrecognizedClientException',
        ({ region, source }) => ({
            hint: 'credentials' in source
                ? 'AWS does not know the credentials in the environment: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, which belong together, and `region`.'
                : `AWS does not know the role's credentials in "${region}": check that the account has this region enabled.`,
        }),
    ],
    [
        'ExpiredTokenException',
        ({ source }) => ({
            hint: 'credentials' in source
                ? 'The AWS credentials in the environment have expired: get new ones right before this step, or set role-arn.'
                : 'The credentials of the role were new: run the job again.',
        }),
    ],
    [
        'InvalidSignatureException',
        ({ source }) => ({
            hint: 'credentials' in source
                ? 'Check AWS_SECRET_ACCESS_KEY in the environment: it does not belong to AWS_ACCESS_KEY_ID.'
                : 'Something between the runner and AWS changes requests: check the proxy and AWS_ENDPOINT_URL_SECRETS_MANAGER.',
        }),
    ],
]);
/** The policy that lets the role read this secret and no other. */
function suggestPolicy(secret, region, source) {
    if (!('roleArn' in source))
        return {};
    const [, partition = '', , , account = ''] = source.roleArn.split(':');
    const arn = secret.startsWith('arn:')
        ? secret
        : `arn:${partition}:secretsmanager:${region}:${account}:secret:${secret}-??????`;
    const statement = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: arn };
    return {
        advice: `With this policy, the role "${source.roleArn}" can read only this secret:`,
        paste: [
            {
                language: 'json',
                content: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, undefined, 2),
            },
        ],
    };
}

;// CONCATENATED MODULE: ./src/exchanges/secret/aws-secrets-manager/exchange.ts










const SERVICE = 'AWS Secrets Manager';
const EXAMPLE = 'app/database';
/** A name, or the ARN of a secret. Names with `!` are those of secrets that an AWS service manages. */
const SECRET = /^(?<arn>arn:aws(?:-[a-z]+)*:secretsmanager:(?<region>[a-z\d-]+):\d{12}:secret:)?[\w/+=.@!-]{1,519}$/;
/** Secrets of AWS Secrets Manager: `GetSecretValue` (AWS Secrets Manager API Reference). */
const awsSecretsManager = {
    settings: async (inputs, environment) => {
        const region = (0,credentials/* readRegion */.XP)(inputs, 'required');
        return {
            wanted: await (0,references/* readReferences */.P)(inputs, {
                input: 'secret',
                example: EXAMPLE,
                key: 'password',
                read: (label, text) => readName(inputs, label, text, region),
            }),
            region,
            source: (0,credentials/* readCredentialSource */.bP)(inputs, environment, region),
            url: (0,endpoint/* awsEndpoint */.P)(inputs, environment, 'secretsmanager', 'SECRETS_MANAGER', region),
        };
    },
    exchange: async (settings, tools) => {
        const { source, wanted } = settings;
        const signing = (0,aws_signing.readyToSign)(source, tools);
        return (0,reading/* readSecrets */.q)(wanted, signing, {
            id: (secret) => secret,
            read: (secret) => read(settings, signing, secret, tools),
        });
    },
};
/** The name or the ARN of a secret in the region. */
function readName(inputs, label, text, region) {
    const secret = inputs.matching(label, text, SECRET, 'must be the name or the ARN of a secret', EXAMPLE);
    const told = SECRET.exec(secret)?.groups?.['region'] ?? region;
    if (told !== region && region !== '') {
        inputs.problem('region', `must be the region in the secret's ARN${(0,inputs_inputs/* not */.A)(region)}`, told);
    }
    return secret;
}
function read({ region, source, url }, signing, secret, tools) {
    const headers = {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'secretsmanager.GetSecretValue',
    };
    const body = JSON.stringify({ SecretId: secret });
    const request = { method: 'POST', url, headers, body };
    const scope = { region, service: 'secretsmanager' };
    return tools.send({
        service: SERVICE,
        method: 'POST',
        url,
        signed: true,
        prepare: async (now) => {
            const ready = await signing;
            return { headers: await ready.headers(request, scope, now()), body };
        },
        refusal: (answer) => refusal(answer, { secret, region, source }),
        read: (answer) => ({ name: (0,src_text/* quoted */.TL)(secret), text: secretString(answer, secret, url) }),
    });
}
function secretString(answer, secret, url) {
    const { SecretString: text, SecretBinary: binary } = (0,http_answer/* jsonObject */.o$)(answer, SERVICE, url);
    if (typeof text === 'string')
        return text;
    if (typeof binary === 'string') {
        throw new errors/* ActionError */.l('UNUSABLE_SECRET', `The secret "${secret}" is binary (SecretBinary).`, {
            hint: 'An output is text: store the secret as text (SecretString), for example in base64, and decode it in the step that uses it.',
        });
    }
    throw new errors/* ActionError */.l('UNUSABLE_ANSWER', `The answer of ${SERVICE} (${url.host}) contains no secret.`, {
        hint: 'No output was set. Check that the endpoint belongs to AWS Secrets Manager.',
    });
}


/***/ }),

/***/ 3965: // ./src/exchanges/secret/json.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ab: () => (/* binding */ parseExactly),
/* harmony export */   Ej: () => (/* binding */ textsIn),
/* harmony export */   WI: () => (/* binding */ memberText),
/* harmony export */   fP: () => (/* binding */ INEXACT)
/* harmony export */ });
/** Stands for a number whose text another reader would not get back: `1e400`, `1.10`, a whole number above 2^53. */
const INEXACT = Symbol('inexact');
/**
 * JSON text as a value, with {@link INEXACT} for each number that would be another text when it is written again.
 *
 * @returns `undefined` where the text is no JSON
 */
function parseExactly(text) {
    return parse(text, (_, value, { source }) => typeof value === 'number' && JSON.stringify(value) !== source ? INEXACT : value);
}
/** One member of JSON text, as JSON text with each number as it was written; `undefined` where there is none. */
function memberText(text, ...path) {
    let value = parse(text, (_, each, { source }) => typeof each === 'number' && source !== undefined ? rawJSON(source) : each);
    for (const name of path) {
        if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
            return undefined;
        value = value[name];
    }
    return JSON.stringify(value);
}
/** Every text in JSON text that is an object or a list, at any depth; not the names of members. */
function textsIn(text) {
    if (!/^\s*[[{]/.test(text))
        return [];
    const found = [];
    parse(text, (_, value) => {
        if (typeof value === 'string')
            found.push(value);
        return value;
    });
    return found;
}
function parse(text, reviver) {
    try {
        return JSON.parse(text, reviver);
    }
    catch {
        // The error is not passed on: it would quote the secret.
        return undefined;
    }
}
/** The types of TypeScript do not know it yet. */
const { rawJSON } = JSON;


/***/ }),

/***/ 7557: // ./src/exchanges/secret/reading.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  q: () => (/* binding */ readSecrets)
});

// UNUSED EXPORTS: AT_A_TIME

// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/text.ts
var src_text = __webpack_require__(8992);
// EXTERNAL MODULE: ./src/exchanges/secret/json.ts
var json = __webpack_require__(3965);
;// CONCATENATED MODULE: ./src/exchanges/secret/value.ts



/** Masking fewer characters than this would black out whole logs. */
const SHORTEST = 4;
/** Words of JSON that stand in every log, of more characters than that. */
const COMMON = /^(?:true|false|null)$/;
/**
 * One member of a secret that is a JSON object. Text as it is, anything else as JSON.
 *
 * @throws ActionError `UNUSABLE_SECRET`, which lists the names that there are, never a value
 */
function secretMember({ name, text }, key) {
    const object = (0,json/* parseExactly */.Ab)(text);
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
        throw new errors/* ActionError */.l('UNUSABLE_SECRET', `The secret ${name} is not a JSON object, so it has no key "${key}".`, {
            hint: 'Omit the key to get the whole text.',
        });
    }
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    if (value === undefined || value === null) {
        const names = Object.keys(object).map((each) => (0,src_text/* showable */.of)(each, 60) ?? '?');
        throw new errors/* ActionError */.l('UNUSABLE_SECRET', `The secret ${name} has no key "${key}".`, {
            hint: names.length === 0
                ? 'It has no keys at all.'
                : `Its keys: ${names.slice(0, 50).map(src_text/* quoted */.TL).join(', ')}.`,
        });
    }
    const exact = (_, each) => {
        if (each !== json/* INEXACT */.fP)
            return each;
        throw new errors/* ActionError */.l('UNUSABLE_SECRET', `The key "${key}" of the secret ${name} contains a number that JSON cannot keep exactly, such as 1.10 or one with many digits.`, { hint: 'Store it as text, in quotes.' });
    };
    return {
        name: `"${key}" of ${name}`,
        text: typeof value === 'string' ? value : JSON.stringify(value, exact),
    };
}
/**
 * What is masked of a secret: each of its lines; where it is JSON, every text in it of at least four characters; and each
 * of these as it stands inside JSON, once and twice, since the output `secrets` is JSON that may hold JSON.
 *
 * Lines of fewer than four characters are refused unless `allowShort`, since masking one blacks out every log, and so are
 * `true`, `false` and `null`. Lines of mere punctuation, as in formatted JSON, are no secret and are left unmasked.
 *
 * @throws ActionError `UNUSABLE_SECRET`
 */
function masksOf({ name, text }, allowShort) {
    const lines = linesOf(text);
    if (lines.length === 0) {
        throw new errors/* ActionError */.l('UNUSABLE_SECRET', `The secret ${name} is empty.`, {
            hint: 'Store a value in it, or use another one.',
        });
    }
    const masks = lines.length === 1 || allowShort ? lines : lines.filter((line) => !/^[^\p{L}\p{N}]{1,3}$/u.test(line));
    if (!allowShort && (masks.length === 0 || masks.some(isCommon))) {
        const what = lines.length === 1 ? 'is' : 'has a line that is';
        throw new errors/* ActionError */.l('UNUSABLE_SECRET', `The secret ${name} ${what} shorter than ${SHORTEST} characters, or true, false or null.`, {
            hint: 'Masking it would hide unrelated text in every log of the job. Store a longer one, or set `allow-short: true`.',
        });
    }
    const inner = (0,json/* textsIn */.Ej)(text)
        .flatMap(linesOf)
        .filter((line) => !isCommon(line));
    const plain = [...masks, ...inner];
    return [...new Set([...plain, ...plain.map(inJson), ...plain.map((mask) => inJson(inJson(mask)))])];
}
function linesOf(text) {
    return text
        .split(/[\r\n]+/)
        .map((line) => line.trim())
        .filter((line) => line !== '');
}
function isCommon(line) {
    return line.length < SHORTEST || COMMON.test(line);
}
/** Text as it stands between the quotes of JSON. */
function inJson(text) {
    return JSON.stringify(text).slice(1, -1);
}

;// CONCATENATED MODULE: ./src/exchanges/secret/reading.ts


/** How many secrets are read at the same time. */
const AT_A_TIME = 12;
/** Codes that are about one secret. With any other, the next secret would fare alike. */
const OF_ONE_SECRET = ['DENIED', 'REDIRECTED', 'UNUSABLE_SECRET', 'UNUSABLE_ANSWER'];
/** How much of an annotation the reasons may take, in characters: GitHub cuts it at 4096. */
const MOST_TEXT = 3_000;
/**
 * Reads what is wanted: each secret once, {@link AT_A_TIME} at a time, all of them or none.
 *
 * @param login what every read waits for: its error is that of the step
 * @throws ActionError as `reading.read` and {@link masksOf} throw it where one value is wanted; one that has the reason and
 *   the hint of each where several are
 */
async function readSecrets(wanted, login, reading) {
    const { references, several, allowShort } = wanted;
    const read = onceEach(reading);
    const reads = references.map(async ({ source, key }) => {
        const secret = await read(source);
        const value = key === '' ? secret : secretMember(secret, key);
        return { ...value, masks: masksOf(value, allowShort) };
    });
    const [, results] = await Promise.all([login, Promise.allSettled(reads)]);
    const failed = results.flatMap((result, index) => {
        const reference = references[index];
        return result.status === 'rejected' && reference !== undefined
            ? [{ name: reference.output, error: (0,errors/* asActionError */.z)(result.reason) }]
            : [];
    });
    const [first] = failed;
    if (first !== undefined)
        throw several ? failureOf(failed, results.length) : first.error;
    const values = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    return grantOf(wanted, values, new Set(references.map(({ source }) => reading.id(source))).size);
}
/** Reads a secret at its first mention, as soon as fewer than {@link AT_A_TIME} are being read. */
function onceEach({ id, read }) {
    const reads = new Map();
    const waiting = [];
    let busy = 0;
    let broken;
    async function start(source) {
        if (busy >= AT_A_TIME)
            await new Promise((resolve) => waiting.push(resolve));
        else
            busy++;
        try {
            if (broken !== undefined)
                throw broken;
            return await read(source);
        }
        catch (error) {
            const known = (0,errors/* asActionError */.z)(error);
            if (!OF_ONE_SECRET.includes(known.code))
                broken ??= known;
            throw known;
        }
        finally {
            const next = waiting.shift();
            if (next === undefined)
                busy--;
            else
                next();
        }
    }
    return (source) => {
        const found = reads.get(id(source)) ?? start(source);
        reads.set(id(source), found);
        return found;
    };
}
function grantOf({ references, several }, values, secrets) {
    const outputs = Object.fromEntries(references.map(({ output }, index) => [output, values[index]?.text ?? '']));
    const all = several ? { secrets: JSON.stringify(outputs) } : {};
    return {
        secrets: [...new Set([...values.flatMap(({ masks }) => masks), ...Object.values(all)])],
        outputs: { ...outputs, ...all },
        summary: several
            ? `${counted(values.length, 'value')} read from ${counted(secrets, 'secret')}.`
            : `Secret ${values[0]?.name ?? ''} read.`,
    };
}
/** One error that names every value that failed, those with the same reason together. */
function failureOf(failed, all) {
    const namesBy = new Map();
    for (const { name, error } of failed) {
        namesBy.set(error.text, [...(namesBy.get(error.text) ?? []), name]);
    }
    let room = MOST_TEXT;
    const lines = [...namesBy].map(([reason, names]) => {
        const line = `${names.join(', ')}: ${reason}`;
        room -= line.length;
        return `\n- ${room < 0 ? names.join(', ') : line}`;
    });
    const [first] = failed;
    const refused = failed.find(({ error }) => error.refused !== undefined)?.error.refused;
    return new errors/* ActionError */.l(first?.error.code ?? 'INTERNAL', `${failed.length} of ${counted(all, 'value')} cannot be read. No output was set.${lines.join('')}`, {
        cause: first?.error,
        // Without its words: they are in the message already.
        ...(refused && { refused: { status: refused.status } }),
        explain: (claims) => merged(failed.map(({ error }) => error.explain(claims))),
    });
}
/** What several explanations say to do, each different one once. Their hints are in the message already. */
function merged(explanations) {
    const advice = new Set(explanations.flatMap((each) => each.advice ?? []));
    const paste = new Map(explanations.flatMap((each) => (each.paste ?? []).map((snippet) => [snippet.content, snippet])));
    return {
        ...(advice.size > 0 && { advice: [...advice].join('\n') }),
        ...(paste.size > 0 && { paste: [...paste.values()] }),
    };
}
function counted(count, what) {
    return `${count} ${what}${count === 1 ? '' : 's'}`;
}


/***/ }),

/***/ 9021: // ./src/exchanges/secret/references.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ readReferences)
/* harmony export */ });
/* harmony import */ var _inputs_inputs_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8028);
/* harmony import */ var _inputs_yaml_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8950);


/** How many values one step gives. */
const MOST = 50;
const NAME = /^[a-z][a-z\d_-]*$/i;
const LINE = /^\P{Cc}+$/u;
/** Outputs that mean something else, here or in another action. */
const RESERVED = ['secret', 'secrets', 'token', 'expires-at'];
/** Reads `secrets`, or the single form with `key`, and `allow-short`. */
async function readReferences(inputs, form) {
    const text = inputs.text('secrets');
    const single = inputs.text(form.input);
    const key = inputs.matching('key', inputs.text('key'), LINE, 'must be one line', form.key);
    const allowShort = inputs.boolean('allow-short');
    if (text === '') {
        if (single === '')
            inputs.problem(form.input, 'is required, or secrets instead', form.example);
        const references = [{ output: 'secret', source: form.read(form.input, single), key }];
        return { references, several: false, allowShort };
    }
    const example = `db-password: ${form.example}#${form.key}`;
    for (const [name, value] of [
        [form.input, single],
        ['key', key],
    ]) {
        if (value !== '')
            inputs.problem(name, 'must be omitted if secrets is set', `secrets: ${example}`);
    }
    return { references: await readMapping(inputs, text, form, example), several: true, allowShort };
}
async function readMapping(inputs, text, form, example) {
    const parsed = await (0,_inputs_yaml_js__WEBPACK_IMPORTED_MODULE_1__/* .parseYaml */ .hN)(text);
    const mended = 'value' in parsed && typeof parsed.value === 'string' ? form.mended?.(text) : undefined;
    if (mended !== undefined) {
        inputs.problem('secrets', 'must be a YAML mapping in which the name comes first', mended);
        return [];
    }
    if ('fault' in parsed) {
        inputs.problem('secrets', parsed.fault, example);
        return [];
    }
    if (!(0,_inputs_yaml_js__WEBPACK_IMPORTED_MODULE_1__/* .isMapping */ .pi)(parsed.value) || parsed.value.size === 0) {
        inputs.problem('secrets', 'must be a YAML mapping from names to secrets', example);
        return [];
    }
    if (parsed.value.size > MOST) {
        inputs.problem('secrets', `must have at most ${MOST} names, not ${parsed.value.size}`, example);
        return [];
    }
    const names = new Set();
    const references = [];
    for (const [output, value] of parsed.value) {
        const lower = output.toLowerCase();
        const label = `secrets.${output}`;
        if (!NAME.test(output)) {
            const rule = 'must have names of letters, digits, - and _ that begin with a letter';
            inputs.problem('secrets', rule + (0,_inputs_inputs_js__WEBPACK_IMPORTED_MODULE_0__/* .not */ .A)(output), example);
        }
        else if (RESERVED.includes(lower)) {
            inputs.problem(label, 'must have another name, because this one is reserved', example);
        }
        else if (names.has(lower)) {
            inputs.problem(label, 'must have a unique name; case does not matter', example);
        }
        else if (typeof value !== 'string' || value.trim() === '') {
            inputs.problem(label, 'must name a secret', example);
        }
        else {
            references.push({ output, ...readReference(inputs, label, value.trim(), form) });
        }
        names.add(lower);
    }
    return references;
}
/** `REFERENCE` or `REFERENCE#KEY`: what stands after the last `#` is the key. */
function readReference(inputs, label, text, form) {
    const at = text.lastIndexOf('#');
    if (at < 0)
        return { source: form.read(label, text), key: '' };
    const key = text.slice(at + 1);
    if (key === '' || at === 0) {
        inputs.problem(label, 'must have a secret before # and a key after it', `${form.example}#${form.key}`);
        return { source: form.read(label, form.example), key: '' };
    }
    return {
        source: form.read(label, text.slice(0, at)),
        key: inputs.matching(label, key, LINE, 'must have a key of one line', `${form.example}#${form.key}`),
    };
}


/***/ }),

/***/ 8950: // ./src/inputs/yaml.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   hN: () => (/* binding */ parseYaml),
/* harmony export */   pi: () => (/* binding */ isMapping)
/* harmony export */ });
/* unused harmony exports plainYaml, fullYaml */
/**
 * Reads one YAML 1.2 document (JSON too) of strings, lists and mappings with unique string keys. Aliases and tags are
 * refused. The caller bounds the length of the text.
 */
async function parseYaml(text) {
    const value = plainYaml(text);
    return value === undefined ? fullYaml(text) : { value };
}
/** `key:` or `key: value`, with its indentation, and a comment. A YAML key may be 1024 characters away from its colon. */
const ENTRY = /^( *)(\w[\w.-]{0,99}):(?: +([^\s#]\S*))?(?: +#.*)? *$/;
const ITEM = /^( *)- +(\S+) *$/;
/** Characters that mean nothing to YAML where they stand. `...` would end the document. */
const SCALAR = /^\.?[\w/](?:[\w./:@+=,~#?&%!-]*[\w./@+=,~#?&%!-])?$/;
/**
 * Reads the plain forms of YAML without the YAML package, which takes as long to load as a small answer to arrive: a
 * scalar, a list of scalars, or a mapping of scalars and, one level deep, of such mappings; with comments on their own
 * lines. A test compares it with the package.
 *
 * @returns `undefined` for any other text, be it YAML or not
 */
function plainYaml(text) {
    const lines = text.split(/\r?\n/).filter((line) => !/^ *(?:#.*)?$/.test(line));
    const [first] = lines;
    if (first === undefined)
        return undefined;
    if (lines.length === 1 && SCALAR.test(first))
        return first;
    return plainList(lines) ?? plainMapping(lines);
}
function plainList(lines) {
    const list = [];
    let indentation;
    for (const line of lines) {
        const [, indent, item = ''] = ITEM.exec(line) ?? [];
        indentation ??= indent;
        if (indent === undefined || indent !== indentation || !SCALAR.test(item))
            return undefined;
        list.push(item);
    }
    return list;
}
function plainMapping(lines) {
    const root = new Map();
    let rootIndent;
    let nested;
    /** The key of the root whose value is still to come, if it is on lines of its own. */
    let open;
    for (const line of lines) {
        const [, blanks, key, value = ''] = ENTRY.exec(line) ?? [];
        if (blanks === undefined || key === undefined || (value !== '' && !SCALAR.test(value)))
            return undefined;
        const indent = blanks.length;
        rootIndent ??= indent;
        if (indent > rootIndent && open !== undefined) {
            nested = { indent, map: new Map() };
            root.set(open, nested.map);
        }
        open = undefined;
        if (indent === rootIndent) {
            nested = undefined;
            if (root.has(key))
                return undefined;
            root.set(key, value);
            if (value === '')
                open = key;
        }
        else {
            if (indent !== nested?.indent || nested.map.has(key))
                return undefined;
            nested.map.set(key, value);
        }
    }
    return root;
}
/** Reads any YAML with the YAML package, which is loaded for it. */
async function fullYaml(text) {
    const { parseDocument } = await __webpack_require__.e('yaml').then(__webpack_require__.t.bind(__webpack_require__, 8815, 19));
    try {
        const document = parseDocument(text, { schema: 'failsafe', resolveKnownTags: false, prettyErrors: false });
        const trouble = document.errors[0] ?? document.warnings[0];
        if (trouble) {
            const line = text.slice(0, trouble.pos[0]).split('\n').length;
            return { fault: `${FAULTS[trouble.code] ?? 'is not valid YAML'} (line ${line})` };
        }
        // `null` is a document without content.
        const value = document.toJS({ mapAsMap: true, maxAliasCount: 0 }) ?? '';
        return isYamlValue(value) ? { value } : { fault: 'must contain only text, lists and mappings' };
    }
    catch (error) {
        // This is how the package refuses an alias.
        if (error instanceof ReferenceError)
            return { fault: 'must not use YAML aliases' };
        throw error;
    }
}
/** Texts for the codes of the package that are worth telling apart. */
const FAULTS = {
    DUPLICATE_KEY: 'has a key twice',
    MULTIPLE_DOCS: 'must be a single YAML document',
    RESOURCE_EXHAUSTION: 'is nested too deeply',
    TAB_AS_INDENT: 'must be indented with spaces, not tabs',
    TAG_RESOLVE_FAILED: 'must not use YAML tags',
};
function isYamlValue(value) {
    if (typeof value === 'string')
        return true;
    if (Array.isArray(value))
        return value.every(isYamlValue);
    return (value instanceof Map && [...value].every(([key, each]) => typeof key === 'string' && isYamlValue(each)));
}
/** Whether a value is a mapping. */
function isMapping(value) {
    return value instanceof Map;
}


/***/ })

};
