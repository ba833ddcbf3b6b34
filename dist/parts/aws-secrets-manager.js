export const id = 'aws-secrets-manager';
export const ids = ['aws-secrets-manager'];
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
/** Code and message of an AWS error, in any of its forms: query API (JSON, XML), JSON API, gateways. */
function awsError(answer) {
    const { json, text } = answer;
    const xml = (tag) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1];
    const code = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'Error', 'Code') ??
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, '__type') ??
        (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .header */ .wx)(answer, 'x-amzn-errortype') ??
        xml('Code');
    const message = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'Error', 'Message') ?? (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'message') ?? (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(json, 'Message') ?? xml('Message');
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

/***/ 808: // ./src/exchanges/secret/aws-secrets-manager.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   awsSecretsManager: () => (/* binding */ awsSecretsManager)
/* harmony export */ });
/* harmony import */ var _aws_errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9378);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3916);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9856);
/* harmony import */ var _grant_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(5665);




const SERVICE = 'AWS Secrets Manager';
const EXAMPLE = 'app/database';
/** A name, or the ARN of a secret. Names with `!` are those of secrets that an AWS service manages. */
const SECRET = /^(?<arn>arn:aws(?:-[a-z]+)*:secretsmanager:(?<region>[a-z\d-]+):\d{12}:secret:)?[\w/+=.@!-]{1,519}$/;
/** A secret of AWS Secrets Manager: `GetSecretValue` (AWS Secrets Manager API Reference). */
const awsSecretsManager = {
    settings: async (inputs, environment) => {
        const aws = await __webpack_require__.e('aws').then(__webpack_require__.bind(__webpack_require__, 691));
        const secret = inputs.matching('secret', inputs.required('secret', EXAMPLE), SECRET, 'must be the name or the ARN of a secret', EXAMPLE);
        const region = aws.readRegion(inputs, 'required');
        const told = SECRET.exec(secret)?.groups?.['region'] ?? region;
        if (told !== region && region !== '') {
            inputs.problem('region', `must be that of the secret's ARN, not ${region}`, told);
        }
        return {
            aws,
            secret,
            key: inputs.matching('key', inputs.text('key'), /^\P{Cc}+$/u, 'must be one line', 'password'),
            region,
            source: aws.readCredentialSource(inputs, environment, region),
            url: aws.awsEndpoint(inputs, environment, 'secretsmanager', 'SECRETS_MANAGER', region),
            allowShort: inputs.boolean('allow-short'),
        };
    },
    exchange: async (settings, tools) => {
        const { aws, secret, region, source, url } = settings;
        if ('endpoint' in source)
            tools.connectEarly(source.endpoint);
        tools.connectEarly(url);
        const [credentials, signer] = await Promise.all([aws.awsCredentials(source, tools), aws.loadSigner()]);
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
            judge: _aws_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .judgeAws */ .Ji,
            read: (answer) => {
                const { key, allowShort } = settings;
                const text = secretString(answer, settings);
                if (key === '')
                    return (0,_grant_js__WEBPACK_IMPORTED_MODULE_3__/* .secretGrant */ .z)(text, secret, allowShort);
                return (0,_grant_js__WEBPACK_IMPORTED_MODULE_3__/* .secretGrant */ .z)((0,_grant_js__WEBPACK_IMPORTED_MODULE_3__/* .secretMember */ .l)(parsed(text), key, secret), `${key} of ${secret}`, allowShort);
            },
        });
    },
    explain: (settings, error, claims) => error.refused?.service === SERVICE
        ? explain(settings, error)
        : settings.aws.explainSts(settings.source, error, claims),
};
function secretString(answer, { secret, url }) {
    const { SecretString: text, SecretBinary: binary } = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_2__/* .jsonObject */ .o$)(answer, SERVICE, url);
    if (typeof text === 'string')
        return text;
    if (typeof binary === 'string') {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The secret ${secret} is binary (SecretBinary).`, {
            hint: 'An output can only hold text. Store it as text (SecretString), e.g. in base64, and decode it in the step that uses it.',
        });
    }
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `The answer of ${SERVICE} (${url.host}) has no text of a secret.`, {
        hint: 'Nothing was set as output. Check that the endpoint is that of AWS Secrets Manager.',
    });
}
function parsed(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        // Whoever asks for a key says that there is none. The error itself would quote the secret.
        return undefined;
    }
}
function explain({ secret, region, source }, error) {
    const reason = error.refused?.reason ?? '';
    const fromEnvironment = 'credentials' in source;
    switch ((0,_aws_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .codeOf */ .$N)(error)) {
        case 'ResourceNotFoundException':
            return {
                hint: /staging label|VersionId/i.test(reason)
                    ? `The secret ${secret} is there but has no value: store one.`
                    : `Check \`secret\` and \`region\`: in ${region} the account of the credentials has no secret ${secret}. One of another account needs its full ARN.`,
            };
        case 'InvalidParameterException':
            return { hint: `Check \`secret\`: AWS does not take ${secret} as the name or the ARN of a secret.` };
        case 'InvalidRequestException':
            return {
                hint: /deletion|deleted/i.test(reason)
                    ? `Restore the secret (aws secretsmanager restore-secret --region ${region} --secret-id ${secret}), or name another one.`
                    : `The secret ${secret} cannot be read in its present state: aws secretsmanager describe-secret shows it.`,
            };
        case 'DecryptionFailure':
            return {
                hint: `AWS cannot decrypt the secret: check that its KMS key is enabled, and that the key's policy allows kms:Decrypt.`,
            };
        case 'AccessDeniedException':
            return /\bKMS\b/.test(reason)
                ? { hint: `The credentials may read the secret but not its KMS key: allow them kms:Decrypt on it.` }
                : {
                    hint: `The credentials may not read the secret: allow them secretsmanager:GetSecretValue on ${secret}. For a secret of another account, its resource policy and its KMS key must allow them, too.`,
                    ...policyFor(secret, region, source),
                };
        case 'UnrecognizedClientException':
            return {
                hint: fromEnvironment
                    ? 'AWS does not know the credentials in the environment: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, which belong together, and `region`.'
                    : `AWS does not know the role's credentials in ${region}: check that the account has this region switched on.`,
            };
        case 'ExpiredTokenException':
            return {
                hint: fromEnvironment
                    ? 'The AWS credentials in the environment have ended: get new ones right before this step, or give role-arn.'
                    : 'The credentials of the role were new: run the job again.',
            };
        case 'InvalidSignatureException':
            // With this code the clock is to blame, and what to do stands on its page.
            if (error.code === 'CLOCK_SKEWED')
                return {};
            return {
                hint: fromEnvironment
                    ? 'Check AWS_SECRET_ACCESS_KEY in the environment: it does not belong to AWS_ACCESS_KEY_ID.'
                    : 'Something between the runner and AWS changes requests: check the proxy and AWS_ENDPOINT_URL_SECRETS_MANAGER.',
            };
        default:
            return {};
    }
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
        advice: `With this policy the role ${source.roleArn} may read this secret and no other:`,
        paste: [
            {
                language: 'json',
                content: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, undefined, 2),
            },
        ],
    };
}


/***/ }),

/***/ 5665: // ./src/exchanges/secret/grant.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   l: () => (/* binding */ secretMember),
/* harmony export */   z: () => (/* binding */ secretGrant)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);

/** Masking fewer characters than this would black out whole logs. */
const SHORTEST = 4;
/**
 * A secret as a grant: output `secret`, each of its lines masked.
 *
 * Lines of fewer than four characters are refused unless `allowShort`, since masking one blacks out every log; lines of
 * mere punctuation, as in formatted JSON, are no secret and are left unmasked.
 *
 * @param name how the log names the secret
 * @throws ActionError `UNUSABLE_SECRET`
 */
function secretGrant(secret, name, allowShort) {
    const lines = secret
        .split(/[\r\n]+/)
        .map((line) => line.trim())
        .filter((line) => line !== '');
    if (lines.length === 0) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The secret ${name} is empty.`, {
            hint: 'Store a value in it, or name another one.',
        });
    }
    const masks = lines.length === 1 || allowShort ? lines : lines.filter((line) => !/^[^\p{L}\p{N}]{1,3}$/u.test(line));
    if (!allowShort && (masks.length === 0 || masks.some((line) => line.length < SHORTEST))) {
        const what = lines.length === 1 ? 'is' : 'has a line that is';
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The secret ${name} ${what} shorter than ${SHORTEST} characters.`, {
            hint: 'Masking it would black out unrelated text in every log of the job. Store a longer one, or give `allow-short: true`.',
        });
    }
    return { secrets: masks, outputs: { secret }, summary: `Secret ${name} read.` };
}
/**
 * One member of a secret that is a JSON object. Text as it is, anything else as JSON.
 *
 * @throws ActionError `UNUSABLE_SECRET`, which lists the names that there are, never a value
 */
function secretMember(object, key, name) {
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The secret ${name} is no JSON object, so it has no key ${key}.`, {
            hint: 'Leave `key` out to get the whole text.',
        });
    }
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    if (value === undefined || value === null) {
        const names = Object.keys(object).map((each) => (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .showable */ .of)(each, 60) ?? '?');
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The secret ${name} has no key ${key}.`, {
            hint: names.length === 0 ? 'It has no keys at all.' : `Its keys: ${names.slice(0, 50).join(', ')}.`,
        });
    }
    return typeof value === 'string'
        ? value
        : JSON.stringify(value, (_, each) => exact(each, key, name));
}
/** A whole number above 2^53 has lost digits when it was read: a wrong secret would be handed over in silence. */
function exact(value, key, name) {
    if (!Number.isInteger(value) || Number.isSafeInteger(value))
        return value;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_SECRET', `The key ${key} of the secret ${name} holds a number that is too large to be read exactly.`, {
        hint: 'Store it as text, in quotes.',
    });
}


/***/ })

};
