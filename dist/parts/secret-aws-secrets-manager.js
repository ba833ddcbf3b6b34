export const id = 'secret-aws-secrets-manager';
export const ids = ['secret-aws-secrets-manager'];
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

/***/ 1153: // ./src/exchanges/secret/aws-secrets-manager/exchange.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  awsSecretsManager: () => (/* binding */ awsSecretsManager)
});

// EXTERNAL MODULE: ./src/aws/errors.ts
var errors = __webpack_require__(9378);
// EXTERNAL MODULE: ./src/errors.ts
var src_errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __webpack_require__(9856);
// EXTERNAL MODULE: ./src/inputs/inputs.ts
var inputs_inputs = __webpack_require__(8028);
;// CONCATENATED MODULE: ./src/exchanges/secret/aws-secrets-manager/refusal.ts

/** What a person can do, by the code of AWS. */
const EXPLANATIONS = new Map([
    [
        'ResourceNotFoundException',
        ({ secret, region, reason }) => ({
            hint: /staging label|VersionId/i.test(reason)
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
        ({ secret, region, reason }) => ({
            hint: /deletion|deleted/i.test(reason)
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
        ({ secret, region, source, reason }) => /\bKMS\b/.test(reason)
            ? {
                hint: `The credentials can read the secret but cannot use its KMS key: allow them kms:Decrypt on it.`,
            }
            : {
                hint: `The credentials are not allowed to read the secret: allow them secretsmanager:GetSecretValue on "${secret}". For a secret in another account, its resource policy and its KMS key must allow them, too.`,
                ...policyFor(secret, region, source),
            },
    ],
    [
        'UnrecognizedClientException',
        ({ region, fromEnvironment }) => ({
            hint: fromEnvironment
                ? 'AWS does not know the credentials in the environment: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, which belong together, and `region`.'
                : `AWS does not know the role's credentials in "${region}": check that the account has this region enabled.`,
        }),
    ],
    [
        'ExpiredTokenException',
        ({ fromEnvironment }) => ({
            hint: fromEnvironment
                ? 'The AWS credentials in the environment have expired: get new ones right before this step, or set role-arn.'
                : 'The credentials of the role were new: run the job again.',
        }),
    ],
    [
        'InvalidSignatureException',
        ({ fromEnvironment }) => ({
            hint: fromEnvironment
                ? 'Check AWS_SECRET_ACCESS_KEY in the environment: it does not belong to AWS_ACCESS_KEY_ID.'
                : 'Something between the runner and AWS changes requests: check the proxy and AWS_ENDPOINT_URL_SECRETS_MANAGER.',
        }),
    ],
]);
/** What a person can do about a refusal by AWS Secrets Manager. */
function explain({ region, source }, secret, error) {
    // The clock is to blame, and what to do stands on its page.
    if (error.code === 'CLOCK_SKEWED')
        return {};
    const explanation = EXPLANATIONS.get((0,errors/* codeOf */.$N)(error));
    const reason = error.refused?.reason ?? '';
    return explanation?.({ secret, region, source, fromEnvironment: 'credentials' in source, reason }) ?? {};
}
/** The policy that lets the role read this secret and no other. */
function policyFor(secret, region, source) {
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
        const [aws, library] = await Promise.all([
            __webpack_require__.e('aws').then(__webpack_require__.bind(__webpack_require__, 4006)),
            __webpack_require__.e('secrets').then(__webpack_require__.bind(__webpack_require__, 7953)),
        ]);
        const region = aws.readRegion(inputs, 'required');
        return {
            aws,
            library,
            wanted: await library.readReferences(inputs, {
                input: 'secret',
                example: EXAMPLE,
                key: 'password',
                read: (label, text) => readName(inputs, label, text, region),
            }),
            region,
            source: aws.readCredentialSource(inputs, environment, region),
            url: aws.awsEndpoint(inputs, environment, 'secretsmanager', 'SECRETS_MANAGER', region),
        };
    },
    exchange: async (settings, tools) => {
        const { aws, library, source, url, wanted } = settings;
        if ('endpoint' in source)
            tools.connectEarly(source.endpoint);
        library
            .worthConnecting(wanted, (secret) => secret)
            .forEach(() => {
            tools.connectEarly(url);
        });
        const [credentials, signer] = await Promise.all([aws.awsCredentials(source, tools), aws.loadSigner()]);
        return library.readWanted(wanted, {
            id: (secret) => secret,
            read: (secret) => read({ ...settings, credentials, signer }, secret, tools),
            hint: (secret, error) => explain(settings, secret, error).hint,
        });
    },
    explain: (settings, error, claims) => {
        const { aws, source, wanted } = settings;
        if (error.refused?.service !== SERVICE)
            return aws.explainSts(source, error, claims);
        const [single] = wanted.references;
        return wanted.several || single === undefined ? {} : explain(settings, single.source, error);
    },
};
/** The name or the ARN of a secret in the region. */
function readName(inputs, label, text, region) {
    const secret = inputs.matching(label, text, SECRET, 'must be the name or the ARN of a secret', EXAMPLE);
    const told = SECRET.exec(secret)?.groups?.['region'] ?? region;
    if (told !== region && region !== '') {
        inputs.problem('region', `must be the region in the secret's ARN${(0,inputs_inputs/* not */.AU)(region)}`, told);
    }
    return secret;
}
function read({ signer, credentials, region, url }, secret, tools) {
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
        prepare: async (now) => ({
            headers: await signer.signedHeaders(request, credentials, scope, now),
            body,
        }),
        judge: errors/* judgeAws */.Ji,
        read: (answer) => ({ name: (0,src_errors/* quoted */.TL)(secret), text: secretString(answer, secret, url) }),
    });
}
function secretString(answer, secret, url) {
    const { SecretString: text, SecretBinary: binary } = (0,http_answer/* jsonObject */.o$)(answer, SERVICE, url);
    if (typeof text === 'string')
        return text;
    if (typeof binary === 'string') {
        throw new src_errors/* ActionError */.lZ('UNUSABLE_SECRET', `The secret "${secret}" is binary (SecretBinary).`, {
            hint: 'An output is text: store the secret as text (SecretString), for example in base64, and decode it in the step that uses it.',
        });
    }
    throw new src_errors/* ActionError */.lZ('UNUSABLE_ANSWER', `The answer of ${SERVICE} (${url.host}) contains no secret.`, {
        hint: 'No output was set. Check that the endpoint belongs to AWS Secrets Manager.',
    });
}


/***/ })

};
