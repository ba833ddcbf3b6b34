export const id = 'aws';
export const ids = ['aws'];
export const modules = {

/***/ 9378: // ./src/aws/errors.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $N: () => (/* binding */ codeOf),
/* harmony export */   Dh: () => (/* binding */ KEYS_TROUBLE),
/* harmony export */   Ji: () => (/* binding */ judgeAws)
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
/** What an AWS service, or a gateway that checks signatures, means by an answer that is not 2xx. */
function judgeAws(answer) {
    const { code, message } = awsError(answer);
    // The keys of the issuer could not be fetched: transient, under a code that is not.
    const keys = code === 'InvalidIdentityToken' && KEYS_TROUBLE.test(message);
    return {
        reason: code === '' ? message : message === '' ? code : `${code}: ${message}`,
        requestId: (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(answer.json, 'RequestId') ?? (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .header */ .wx)(answer, 'x-amzn-requestid'),
        ...(LATER.has(code) ? { again: Infinity } : keys ? { again: 2 } : {}),
        ...((SKEWED.has(code) || SKEWED_TEXT.test(message)) && { skewed: true }),
    };
}
/** The code at the beginning of a reason made by {@link judgeAws}; empty where there is none. */
function codeOf({ refused }) {
    return /^\w+(?=:|$)/.exec(refused?.reason ?? '')?.[0] ?? '';
}


/***/ }),

/***/ 4006: // ./src/aws/index.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  awsCredentials: () => (/* reexport */ awsCredentials),
  awsEndpoint: () => (/* reexport */ awsEndpoint),
  credentialSource: () => (/* reexport */ credentialSource),
  explainSts: () => (/* reexport */ explainSts),
  loadSigner: () => (/* binding */ loadSigner),
  readCredentialSource: () => (/* reexport */ readCredentialSource),
  readRegion: () => (/* reexport */ readRegion)
});

// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __webpack_require__(9856);
// EXTERNAL MODULE: ./src/identity/credential.ts
var credential = __webpack_require__(8585);
// EXTERNAL MODULE: ./src/aws/errors.ts
var aws_errors = __webpack_require__(9378);
;// CONCATENATED MODULE: ./src/aws/endpoint.ts
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

// EXTERNAL MODULE: ./src/aws/names.ts
var names = __webpack_require__(6429);
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
        const endpoint = awsEndpoint(inputs, environment, 'sts', 'STS', region);
        return { roleArn: role.arn, endpoint, audience: role.audience || usualAudience(region) };
    }
    const credentials = environmentCredentials(inputs, environment);
    if (credentials)
        return { credentials };
    inputs.check();
    throw new errors/* ActionError */.lZ('NO_AWS_CREDENTIALS', `The request cannot be signed for AWS: ${roleInput} is not set, and the environment has no AWS credentials.`, {
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
        tools.conceal(source.credentials.secretAccessKey);
        if (source.credentials.sessionToken !== undefined)
            tools.conceal(source.credentials.sessionToken);
        return source.credentials;
    }
    return tools.send(assumeRole(source, tools));
}
function assumeRole({ roleArn, endpoint, audience }, tools) {
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
        judge: aws_errors/* judgeAws */.Ji,
        read: (answer) => {
            const given = (0,http_answer/* member */.Dc)((0,http_answer/* jsonObject */.o$)(answer, STS, endpoint), 'AssumeRoleWithWebIdentityResponse', 'AssumeRoleWithWebIdentityResult', 'Credentials');
            const text = (name) => (0,credential/* credential */.e)((0,http_answer/* member */.Dc)(given, name), name, STS, tools.conceal);
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

// EXTERNAL MODULE: ./src/identity/claims.ts
var identity_claims = __webpack_require__(2437);
;// CONCATENATED MODULE: ./src/aws/refusal.ts





/** The issuer of github.com's ID tokens. */
const GITHUB = 'token.actions.githubusercontent.com';
/** What a person can do about a refusal by STS; nothing where another system refused. */
function explainSts(source, error, claims) {
    if (error.refused?.service !== STS || 'credentials' in source)
        return {};
    const { roleArn, audience } = source;
    const reason = error.refused.reason ?? '';
    const account = names/* ROLE_ARN */.x.exec(roleArn)?.groups?.['account'] ?? '';
    const issuer = (0,identity_claims/* claimText */.Q1)(claims, 'iss')?.replace('https://', '') ?? GITHUB;
    const provider = `${account}:oidc-provider/${issuer}`;
    switch ((0,aws_errors/* codeOf */.$N)(error)) {
        case 'AccessDenied': {
            const subject = (0,identity_claims/* claimText */.Q1)(claims, 'sub');
            const form = (0,identity_claims/* aboutForm */.A1)(subject, { it: 'The subject' });
            return {
                hint: `Either the role "${roleArn}" does not exist, or its trust policy does not accept this job; AWS does not say which. The subject (sub) of the ID token was ${(0,errors/* quoted */.TL)(subject) ?? 'another one'}, its audience (aud) was "${audience}": change the conditions on ${issuer}:sub and ${issuer}:aud so that they match.${form}`,
                ...accepting(source, provider, issuer, claims),
            };
        }
        case 'InvalidIdentityToken':
            if (/audience/i.test(reason)) {
                return {
                    hint: `The audience of the ID token was "${audience}": add it to the audiences (client ids) of the IAM identity provider "${provider}".`,
                };
            }
            return aws_errors/* KEYS_TROUBLE */.Dh.test(reason)
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
function accepting({ roleArn, audience }, provider, issuer, claims) {
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

;// CONCATENATED MODULE: ./src/aws/index.ts
/**
 * What it takes to be somebody at AWS. Imported at run time, by `import()`, where AWS is used: one part of `dist` that
 * all its users share and nobody else loads.
 */



/** The signer, a part of its own: to be asked for when the first request is under way, which takes longer than to load it. */
function loadSigner() {
    return __webpack_require__.e('aws-signer').then(__webpack_require__.bind(__webpack_require__, 3737));
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


/***/ })

};
