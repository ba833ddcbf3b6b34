export const id = 'app-server';
export const ids = ['app-server'];
export const modules = {

/***/ 9378: // ./src/aws/errors.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Dh: () => (/* binding */ KEYS_TROUBLE),
/* harmony export */   es: () => (/* binding */ awsError),
/* harmony export */   gW: () => (/* binding */ awsRefusal)
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
/** Words of the gateways of AWS that give no code. */
const WORDS = /\bis not authorized to (?:perform|access)\b|^Missing Authentication Token|\bsecurity token\b|^The request signature|^Credential should be scoped/;
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
        code: (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .textOf */ .b6)(code).replace(/:.*$/s, '').replace(/^.*#/s, ''),
        message: (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .textOf */ .b6)(message),
    };
}
/**
 * What an AWS service, or a gateway that checks signatures, means by an answer that is not 2xx. It has no reason where the
 * answer has nothing by which AWS is known: a code, the id of a request, certain words.
 *
 * @param error of the answer
 * @param explain what a person can do; not asked where the clock is to blame, which its page explains
 */
function awsRefusal(answer, { code, message }, explain) {
    const isSkewed = SKEWED.has(code) || SKEWED_TEXT.test(message);
    // The keys of the issuer could not be fetched: transient, under a code that is not.
    const keys = code === 'InvalidIdentityToken' && KEYS_TROUBLE.test(message);
    const requestId = (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(answer.json, 'RequestId') ?? (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .header */ .wx)(answer, 'x-amzn-requestid') ?? (0,_http_answer_js__WEBPACK_IMPORTED_MODULE_0__/* .header */ .wx)(answer, 'apigw-requestid');
    const isAws = code !== '' || requestId !== undefined || WORDS.test(message);
    return {
        reason: isAws ? [code, message].filter((text) => text !== '').join(': ') : undefined,
        requestId,
        ...(LATER.has(code) ? { retry: 'until the deadline' } : keys ? { retry: { times: 2 } } : {}),
        ...(isSkewed ? { code: 'CLOCK_SKEWED' } : { explain }),
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

/***/ 647: // ./src/aws/policies.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Im: () => (/* binding */ refuserIn),
/* harmony export */   US: () => (/* binding */ policyOf),
/* harmony export */   Y8: () => (/* binding */ explainRefuser)
/* harmony export */ });
/** Whose policy each kind is that AWS names; empty for the policy of the resource. */
const PLACES = {
    'identity-based policy': 'of the role or user whose credentials signed the request',
    'resource-based policy': '',
    'permissions boundary': 'of the role or user whose credentials signed the request',
    'session policy': 'that was given when the credentials were made',
    'VPC endpoint policy': 'of the VPC endpoint that the request went through',
    'service control policy': 'of the AWS organization, which its administrators manage',
    'resource control policy': 'of the AWS organization, which its administrators manage',
    'role trust policy': '',
};
const KINDS = Object.keys(PLACES);
/**
 * Which policy refused, by AWS's own words at the end of its message; `undefined` if they do not say (IAM User Guide,
 * "Troubleshoot access denied error messages").
 */
function refuserIn(message) {
    const [, deny, text] = /\b(?:because no|with an explicit (deny)(?: in (?:an?|the))?) ?([\w -]*)/.exec(message) ?? [];
    const kind = KINDS.find((each) => text?.toLowerCase().startsWith(each.toLowerCase()));
    return kind === undefined && deny === undefined ? undefined : { kind, denies: deny !== undefined };
}
/**
 * What to change where a policy refused.
 *
 * @param resource what a resource-based policy belongs to: `of the secret`
 */
function explainRefuser({ kind, denies }, resource) {
    if (kind === undefined) {
        return { hint: `A policy denies this explicitly, and AWS does not say which: look for a Deny that matches.` };
    }
    const what = denies ? 'a statement in it denies this' : 'no statement in it allows this';
    return { hint: `Change the ${kind} ${PLACES[kind] || resource}: ${what}.` };
}
/** A policy of one statement, to paste. */
function policyOf(statement) {
    const policy = { Version: '2012-10-17', Statement: [statement] };
    return { language: 'json', content: JSON.stringify(policy, undefined, 2) };
}


/***/ }),

/***/ 8558: // ./src/exchanges/app-server/exchange.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  appServer: () => (/* binding */ appServer)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __webpack_require__(9856);
// EXTERNAL MODULE: ./src/identity/credential.ts
var credential = __webpack_require__(8585);
// EXTERNAL MODULE: ./src/text.ts
var src_text = __webpack_require__(8992);
// EXTERNAL MODULE: ./src/inputs/inputs.ts
var inputs_inputs = __webpack_require__(8028);
;// CONCATENATED MODULE: ./src/inputs/items.ts
/** The items between commas and line breaks, without comments on their own lines. */
function itemsOf(text) {
    return text
        .split(/\r?\n/)
        .filter((line) => !/^\s*#/.test(line))
        .flatMap((line) => line.split(','))
        .map((item) => item.trim())
        .filter((item) => item !== '');
}

// EXTERNAL MODULE: ./src/inputs/yaml.ts
var yaml = __webpack_require__(8950);
;// CONCATENATED MODULE: ./src/exchanges/app-server/scopes.ts
/**
 * Permissions of GitHub App installation tokens, in kebab-case: those that the app server knows, and newer ones of
 * GitHub's REST API description (schema `app-permissions`). For hints only, since GitHub's list grows.
 */
const SCOPES = new Set(`actions actions-variables administration agent-secrets agent-tasks agent-variables artifact-metadata attestations
  checks code-quality codespaces codespaces-lifecycle-admin codespaces-metadata codespaces-secrets contents
  copilot-agent-settings custom-properties custom-properties-for-organizations dependabot-secrets deployments
  discussions email-addresses enterprise-custom-properties-for-organizations environments followers git-ssh-keys
  gpg-keys interaction-limits issues members merge-queues metadata models organization-actions-variables
  organization-administration organization-agent-secrets organization-agent-variables
  organization-announcement-banners organization-codespaces organization-codespaces-secrets
  organization-codespaces-settings organization-copilot-agent-settings organization-copilot-seat-management
  organization-custom-org-roles organization-custom-properties organization-custom-roles
  organization-dependabot-secrets organization-events organization-hooks organization-packages
  organization-personal-access-token-requests organization-personal-access-tokens organization-plan
  organization-projects organization-secrets organization-self-hosted-runners organization-user-blocking packages
  pages profile projects pull-requests repository-advisories repository-custom-properties repository-hooks
  repository-projects secret-scanning-alerts secrets security-events single-file starring statuses team-discussions
  vulnerability-alerts workflows`.split(/\s+/));
/** Names that GitHub's pages use for a permission whose API name is another. */
const NAMES_ON_PAGES = new Map([
    ['blocking-users', 'organization-user-blocking'],
    ['code', 'contents'],
    ['code-scanning-alerts', 'security-events'],
    ['commit-statuses', 'statuses'],
    ['custom-organization-roles', 'organization-custom-org-roles'],
    ['custom-repository-roles', 'organization-custom-roles'],
    ['dependabot-alerts', 'vulnerability-alerts'],
    ['github-copilot-business', 'organization-copilot-seat-management'],
    ['organization-variables', 'organization-actions-variables'],
    ['personal-access-tokens', 'organization-personal-access-tokens'],
    ['repository-security-advisories', 'repository-advisories'],
    ['self-hosted-runners', 'organization-self-hosted-runners'],
    ['variables', 'actions-variables'],
    ['webhooks', 'repository-hooks'],
]);
/** Whether a scope, in kebab-case, is a permission known to this version. */
function isKnownScope(scope) {
    return SCOPES.has(scope);
}
/** The known scope that an unknown one, in kebab-case, probably means. */
function suggestScope(scope) {
    return NAMES_ON_PAGES.get(scope) ?? [...SCOPES].find((known) => isLike(scope, known));
}
/** Whether two scopes have the same words, each with at most a quarter of its letters wrong, or one; or differ in dashes alone. */
function isLike(given, known) {
    const [words, others] = [given.split('-'), known.split('-')];
    if (words.length !== others.length)
        return words.join('') === others.join('');
    return words.every((word, index) => nearest(word, [others[index] ?? '']) !== undefined);
}
/** The word that is most like the given one: at most a quarter of its letters differ, or one. Case is ignored. */
function nearest(given, words) {
    const most = Math.max(1, Math.floor(given.length / 4));
    for (let edits = 0; edits <= most; edits++) {
        const found = words.find((word) => isWithin(edits, given.toLowerCase(), word.toLowerCase()));
        if (found !== undefined)
            return found;
    }
    return undefined;
}
/** Whether so many letters inserted, deleted, replaced or swapped with a neighbor make one word of the other. */
function isWithin(edits, a, b) {
    if (Math.abs(a.length - b.length) > edits)
        return false;
    let same = 0;
    while (same < a.length && a[same] === b[same])
        same++;
    const [x, y] = [a.slice(same), b.slice(same)];
    if (edits === 0 || x === y)
        return x === y;
    return (isWithin(edits - 1, x.slice(1), y) ||
        isWithin(edits - 1, x, y.slice(1)) ||
        isWithin(edits - 1, x.slice(1), y.slice(1)) ||
        (x[0] === y[1] && x[1] === y[0] && isWithin(edits - 1, x.slice(2), y.slice(2))));
}

;// CONCATENATED MODULE: ./src/exchanges/app-server/permissions.ts




const LEVELS = ['read', 'write', 'admin'];
const PERMISSIONS_EXAMPLE = 'contents: read, pull-requests: write';
/**
 * Reads the required permissions: a YAML mapping, or `scope: level` separated by commas or line breaks. Scope names
 * are accepted in kebab, snake and blank-separated form and in any case. A scope that is not known is a warning.
 */
async function readPermissions(inputs, name) {
    const permissions = Object.create(null);
    const text = inputs.required(name, PERMISSIONS_EXAMPLE);
    const pairs = text === '' ? [] : (linePairs(text) ?? (await yamlPairs(inputs, name, text)));
    for (const [given, value] of pairs) {
        const scope = given
            .trim()
            .toLowerCase()
            .replace(/[\s_-]+/g, '-');
        const level = typeof value === 'string' ? value.trim().toLowerCase() : '';
        if (!/^(?=.{1,100}$)[a-z][a-z\d]*(?:-[a-z\d]+)*$/.test(scope)) {
            inputs.problem(name, `must have scope names of letters, digits and dashes${(0,inputs_inputs/* not */.A)(given)}`, PERMISSIONS_EXAMPLE);
        }
        else if (Object.hasOwn(permissions, scope)) {
            inputs.problem(name, `must name a scope only once, but has "${scope}" twice`, PERMISSIONS_EXAMPLE);
        }
        else if (!isLevel(level)) {
            inputs.problem(name, `must give "${scope}" the level read, write or admin${(0,inputs_inputs/* not */.A)(level)}`, `${scope}: read`);
        }
        else {
            permissions[scope] = level;
            if (!isKnownScope(scope))
                inputs.warn(unknownScope(name, scope));
        }
    }
    return permissions;
}
/** Whether a value is a level. */
function isLevel(value) {
    return LEVELS.includes(value);
}
function unknownScope(name, scope) {
    if (scope === 'id-token') {
        return `${name} has the scope "id-token", which is a permission of the job, not of a GitHub App: it belongs to the permissions of the job.`;
    }
    const suggestion = suggestScope(scope);
    const meant = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
    return `${name} has the scope "${scope}", which this version does not know. It is sent unchanged.${meant}`;
}
/**
 * Reads `scope: level`, separated by commas or line breaks: the plain forms, which need no YAML.
 *
 * @returns `undefined` for any other text
 */
function linePairs(text) {
    const pairs = [];
    for (const item of itemsOf(text)) {
        const [, scope, level] = /^([a-z][\w -]*):\s*([a-z]+)$/i.exec(item) ?? [];
        if (scope === undefined || level === undefined)
            return undefined;
        pairs.push([scope.trim(), level]);
    }
    return pairs.length === 0 ? undefined : pairs;
}
async function yamlPairs(inputs, name, text) {
    const result = await (0,yaml/* parseYaml */.hN)(text);
    if ('fault' in result)
        inputs.problem(name, result.fault, PERMISSIONS_EXAMPLE);
    else if (!(0,yaml/* isMapping */.pi)(result.value))
        inputs.problem(name, `must give each scope a level${(0,inputs_inputs/* not */.A)(text)}`, mended(text));
    else if (result.value.size === 0)
        inputs.problem(name, 'must not be empty', PERMISSIONS_EXAMPLE);
    else
        return [...result.value];
    return [];
}
/** The same with colons where it has equals signs; else an example. */
function mended(text) {
    const items = itemsOf(text).map((item) => /^([a-z][\w -]{0,100}?)\s*=\s*(read|write|admin)$/i.exec(item));
    return items.length > 0 && items.every((item) => item !== null)
        ? items.map(([, scope, level]) => `${scope ?? ''}: ${level ?? ''}`).join(', ')
        : PERMISSIONS_EXAMPLE;
}

;// CONCATENATED MODULE: ./src/exchanges/app-server/repositories.ts



/** The most repositories that an app server takes in one request. */
const MAX_REPOSITORIES = 32;
/**
 * Reads `owner`, `repository` and `repositories`. Names are `name` or `owner/name`; a bare name belongs to `owner`,
 * which is the workflow's owner unless given. The server compares owners case-sensitively, so one spelling is sent.
 *
 * @param workflowRepository as of `GITHUB_REPOSITORY`: `owner/name`
 */
async function readRepositories(inputs, workflowRepository) {
    const [workflowOwner = '', workflowName = ''] = workflowRepository.split('/');
    // GitHub's own rule. An app server may take fewer (today's wants two characters and no underscore) and says so.
    const givenOwner = inputs.text('owner');
    const owner = inputs.matching('owner', givenOwner, /^[a-z\d][\w-]{0,99}$/i, 'must be a user or an organization', 'octocat');
    const single = inputs.text('repository');
    const list = await readList(inputs, 'repositories');
    if (isAll(single)) {
        inputs.problem('repository', 'must be one name; for all of them, use repositories: ALL', 'octocat/all');
    }
    if (list.some(isAll)) {
        if (single !== '' || !list.every(isAll))
            inputs.problem('repositories', 'must be ALL or names, not both', 'ALL');
        return { ...(owner !== '' && { owner: same(owner, workflowOwner) ? workflowOwner : owner }), repositories: 'ALL' };
    }
    if (single === '' && list.length === 0) {
        if (owner === '' || inputs.text('repositories') !== '')
            return {};
        if (same(owner, workflowOwner))
            return { owner: workflowOwner, repositories: [workflowName] };
        inputs.problem('repositories', `is required, because the owner "${owner}" is not the workflow's: name repositories, or use ALL`, 'my-repository, another (or: ALL)');
        return {};
    }
    const named = [
        ...(single === '' ? [] : repositoryOf(inputs, 'repository', single)),
        ...list.flatMap((item) => repositoryOf(inputs, 'repositories', item)),
    ];
    const names = distinct(named.map(({ name }) => name));
    const defaultOwner = givenOwner === '' ? workflowOwner : owner;
    const owners = distinct([owner, ...named.map((each) => each.owner ?? defaultOwner)]);
    const input = list.length === 0 ? 'repository' : 'repositories';
    if (owners.length > 1) {
        const [one = '', other = ''] = owners;
        inputs.problem(input, `must belong to one owner, not to "${one}" and "${other}"`, 'octocat/a, octocat/b');
    }
    if (names.length > MAX_REPOSITORIES) {
        const rule = `must be at most ${MAX_REPOSITORIES}, not ${names.length}: use several steps`;
        inputs.problem(input, rule, names.slice(0, 2).join(', '));
    }
    const given = owner !== '' ? owner : named.find((repository) => repository.owner !== undefined)?.owner;
    // In the spelling of the ID token: to the server the workflow's owner in another case is somebody else.
    const spelled = given !== undefined && same(given, workflowOwner) ? workflowOwner : given;
    return { ...(spelled !== undefined && { owner: spelled }), repositories: names };
}
/** Each name once, in its first spelling, since GitHub's names are the same in any case; empty ones are none. */
function distinct(names) {
    const found = new Map();
    for (const name of names) {
        if (name !== '' && !found.has(name.toLowerCase()))
            found.set(name.toLowerCase(), name);
    }
    return [...found.values()];
}
function isAll(item) {
    return item.toUpperCase() === 'ALL';
}
/** `*`, or `owner/*`: how other tools say it. */
function isWildcard(item) {
    return /^(?:[\w.-]{1,100}\/)?\*{1,2}$/.test(item);
}
function noWildcard(inputs, input, item) {
    const owner = item.includes('/') ? ` and the owner as owner: ${item.split('/')[0] ?? ''}` : '';
    inputs.problem(input, `must say ALL for all repositories${owner}${(0,inputs_inputs/* not */.A)(item)}`, 'repositories: ALL');
    return [];
}
function same(a, b) {
    return a.toLowerCase() === b.toLowerCase();
}
/** What is around a name in a URL, or where it was copied with `.git` or a slash at its end. */
const AROUND = /^(?:https?:\/\/[\w.-]{1,100}\/|git@[\w.-]{1,100}:)|(?:\.git)?\/?$/gi;
const REPOSITORY = /^(?:([a-z\d][\w-]{0,99})\/)?((?!\.{1,2}$)[a-z\d._-]{1,100})(?<!\.git)$/i;
/** One repository, or none after a problem. */
function repositoryOf(inputs, input, item) {
    const [, owner, name] = REPOSITORY.exec(item) ?? [];
    if (name !== undefined)
        return [{ owner, name }];
    if (isWildcard(item))
        return noWildcard(inputs, input, item);
    const meant = item.replace(AROUND, '');
    const example = meant !== item && REPOSITORY.test(meant) ? meant : 'octocat/my-repository';
    inputs.problem(input, `must be name or owner/name${(0,inputs_inputs/* not */.A)(item)}`, example);
    return [];
}
/** Reads a list: separated by commas or line breaks, YAML, or JSON. */
async function readList(inputs, name) {
    const text = inputs.text(name);
    if (text === '')
        return [];
    const items = lineItems(text);
    if (items !== undefined)
        return items;
    // To YAML this is an alias.
    const wildcard = itemsOf(text).find(isWildcard);
    if (wildcard !== undefined)
        return noWildcard(inputs, name, wildcard);
    const result = await (0,yaml/* parseYaml */.hN)(text);
    if ('fault' in result) {
        inputs.problem(name, result.fault, 'my-repository, another');
        return [];
    }
    const list = typeof result.value === 'string' ? itemsOf(result.value) : result.value;
    if (!isTextList(list))
        inputs.problem(name, 'must be a list of names', 'my-repository, another');
    else if (list.length === 0)
        inputs.problem(name, 'must not be an empty list', 'my-repository, another');
    else
        return list.map((item) => item.trim());
    return [];
}
/**
 * Reads names, separated by commas or line breaks: the plain forms, which need no YAML.
 *
 * @returns `undefined` for any other text
 */
function lineItems(text) {
    const items = itemsOf(text);
    return items.length > 0 && items.every((item) => /^\.?\w[\w./-]*$/.test(item)) ? items : undefined;
}
function isTextList(value) {
    return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

// EXTERNAL MODULE: ./src/aws/names.ts
var names = __webpack_require__(6429);
// EXTERNAL MODULE: ./src/inputs/url.ts
var inputs_url = __webpack_require__(6344);
;// CONCATENATED MODULE: ./src/exchanges/app-server/server.ts





const URL_EXAMPLE = 'https://app-server.example.com';
const EXAMPLES = {
    url: `url: ${URL_EXAMPLE}`,
    auth: 'auth: { type: aws }',
    type: 'type: aws',
    roleArn: 'roleArn: arn:aws:iam::123456789012:role/app-server',
    audience: 'audience: sts.amazonaws.com',
    region: 'region: eu-central-1',
    service: 'service: lambda',
};
const SERVER_KEYS = ['url', 'auth'];
const AUTH_KEYS = ['type', 'roleArn', 'audience', 'region', 'service'];
const SERVICE = /^(?:lambda|execute-api|vpc-lattice-svcs)$/;
/**
 * Service and region in a host name of AWS: `ID.lambda-url.REGION.on.aws`, `ID.execute-api.REGION.amazonaws.com`
 * (`.cn`; `vpce.` before it), `ID.vpc-lattice-svcs.REGION.on.aws`.
 */
const AWS_HOST = /\.(lambda(?=-url\.)|execute-api|vpc-lattice-svcs)(?:-url)?\.([a-z\d-]+)\.(?:on\.aws|api\.aws|(?:vpce\.)?amazonaws\.com(?:\.cn)?)$/;
/** Reads the required app server: a URL, or a YAML mapping (JSON too) of `url` and `auth`. */
async function readAppServer(inputs, name) {
    const text = inputs.required(name, URL_EXAMPLE);
    if (text === '')
        return { url: new URL(inputs_url/* NOWHERE */.JW) };
    const result = await (0,yaml/* parseYaml */.hN)(text);
    if ('fault' in result) {
        inputs.problem(name, result.fault, URL_EXAMPLE);
        return { url: new URL(inputs_url/* NOWHERE */.JW) };
    }
    const { value } = result;
    if (typeof value === 'string' || (0,yaml/* isMapping */.pi)(value)) {
        const mapping = typeof value === 'string' ? new Map([['url', value]]) : value;
        checkKeys(inputs, name, mapping, SERVER_KEYS, AUTH_KEYS);
        const url = serverUrl(inputs, name, field(inputs, name, mapping, 'url'));
        const auth = mapping.get('auth');
        return auth === undefined ? { url } : { url, auth: readAwsAuth(inputs, name, auth, url) };
    }
    inputs.problem(name, 'must be a URL or a mapping of url and auth', URL_EXAMPLE);
    return { url: new URL(inputs_url/* NOWHERE */.JW) };
}
function serverUrl(inputs, name, value) {
    if (value === '')
        inputs.problem(name, 'needs a url', EXAMPLES.url);
    const url = inputs.url(name, value, URL_EXAMPLE);
    url.pathname = url.pathname.replace(/\/+$/, '');
    return url;
}
function readAwsAuth(inputs, name, value, url) {
    const auth = (0,yaml/* isMapping */.pi)(value) ? value : new Map();
    checkKeys(inputs, name, auth, AUTH_KEYS);
    const text = (key) => field(inputs, name, auth, key);
    const matching = (key, pattern, what) => inputs.matching(name, text(key), pattern, `must have ${what} as auth.${key}`, EXAMPLES[key]);
    const type = text('type');
    if (type !== 'aws')
        inputs.problem(name, `needs auth.type aws${(0,inputs_inputs/* not */.A)(type)}`, EXAMPLES.auth);
    const given = {
        roleArn: matching('roleArn', names/* ROLE_ARN */.x, 'the ARN of a role'),
        audience: matching('audience', /^\P{C}+$/u, 'one line'),
        region: matching('region', names/* REGION */.Z, 'an AWS region'),
        service: matching('service', SERVICE, 'one of lambda, execute-api, vpc-lattice-svcs'),
    };
    const host = AWS_HOST.exec(url.hostname);
    if (host === null && url.href !== inputs_url/* NOWHERE */.JW) {
        for (const key of ['region', 'service']) {
            if (text(key) !== '')
                continue;
            inputs.problem(name, `needs auth.${key}, because the host name in url does not contain it`, EXAMPLES[key]);
        }
    }
    const [, service = '', region = ''] = host ?? [];
    return { ...given, region: given.region || region, service: given.service || service };
}
/** @param below keys that belong in `auth`, for the hint */
function checkKeys(inputs, name, mapping, known, below = []) {
    const keys = known;
    for (const key of mapping.keys()) {
        if (keys.includes(key))
            continue;
        const own = nearest(key, known);
        const lower = own === undefined ? nearest(key, below) : undefined;
        const meant = lower === undefined ? own : `auth.${lower}`;
        const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
        const rule = `must have no other keys than ${known.join(', ')}${(0,inputs_inputs/* not */.A)(key)}${hint}`;
        inputs.problem(name, rule, EXAMPLES[own ?? lower ?? (below.length === 0 ? 'auth' : 'url')]);
    }
}
/** A field's text; empty if it is not there, and after a problem. */
function field(inputs, name, mapping, key) {
    const value = mapping.get(key) ?? '';
    if (typeof value === 'string')
        return value.trim();
    inputs.problem(name, `must have text as ${key}`, EXAMPLES[key]);
    return '';
}

;// CONCATENATED MODULE: ./src/exchanges/app-server/settings.ts



/** The server, as a sentence names it. */
const settings_SERVICE = 'the app server';
/**
 * Reads the inputs of the root action.
 *
 * @throws ActionError `INVALID_INPUT`, `NO_AWS_CREDENTIALS`
 */
async function readSettings(inputs, environment) {
    const { url, auth } = await readAppServer(inputs, 'app-server');
    const workflowRepository = environment['GITHUB_REPOSITORY'] ?? '';
    const [workflowOwner = '', workflowName = ''] = workflowRepository.split('/');
    const target = await readRepositories(inputs, workflowRepository);
    const permissions = await readPermissions(inputs, 'permissions');
    const apiUrl = inputs.url('github-api-url', inputs.text('github-api-url'), 'https://api.github.com');
    const outlivesJob = inputs.boolean('skip-token-revoke');
    const headers = inputs.headers();
    inputs.check();
    const { owner = workflowOwner, repositories = [workflowName] } = target;
    return {
        url: new URL(`${url.href.replace(/\/+$/, '')}/access_tokens`),
        audience: inputs.line('audience') || url.hostname,
        headers,
        aws: auth && (await readAws(auth, inputs, environment)),
        target,
        asked: { workflowRepository, owner, repositories, permissions },
        apiUrl: apiUrl.href,
        outlivesJob,
    };
}
async function readAws({ roleArn, audience, region, service }, inputs, environment) {
    // Most app servers are not behind AWS IAM.
    const { credentialSource } = await Promise.all(/* import() | aws */[__webpack_require__.e('secret'), __webpack_require__.e('aws')]).then(__webpack_require__.bind(__webpack_require__, 23));
    const role = roleArn === '' ? undefined : { arn: roleArn, audience };
    const source = credentialSource(inputs, environment, role, region, 'app-server.auth.roleArn');
    return { source, scope: { region, service } };
}

;// CONCATENATED MODULE: ./src/exchanges/app-server/grant.ts






/**
 * The grant in the app server's answer.
 *
 * @throws ActionError `UNUSABLE_ANSWER`
 */
function grantFrom(answer, settings, tools) {
    const json = (0,http_answer/* jsonObject */.o$)(answer, settings_SERVICE, settings.url);
    const ends = (0,http_answer/* timeOf */.nR)(json['expires_at']);
    const revocable = (core) => ({
        issuer: 'github',
        token: core,
        apiUrl: settings.apiUrl,
        ...(ends && { ends }),
    });
    const token = (0,credential/* credential */.e)(json['token'], 'token', settings_SERVICE, tools.mask, (core) => {
        tools.revokeAtEnd(revocable(core));
    });
    const { asked } = settings;
    const owner = nameOf(json['owner']) ?? asked.owner;
    const repositories = Array.isArray(json['repositories'])
        ? json['repositories'].map(nameOf).filter((name) => name !== undefined)
        : 'ALL';
    const permissions = permissionsOf(json['permissions']) ?? asked.permissions;
    const hash = (0,external_node_crypto_.createHash)('sha256').update(token).digest('base64');
    return {
        secrets: [token],
        outputs: {
            token,
            'token-hash': hash,
            owner,
            repositories: repositories === 'ALL' ? 'ALL' : JSON.stringify(repositories),
            permissions: JSON.stringify(permissions),
        },
        summary: `Token for ${targets(owner, repositories)}: ${(0,src_text/* few */.H$)(Object.entries(permissions).map(([scope, level]) => `${scope}: ${level}`))}; ends ${ends?.toISOString() ?? 'within the hour'}; hash ${hash}`,
        ...(ends && { expiresAt: ends }),
        warnings: differences(asked, owner, repositories, permissions),
        revocable: revocable(token),
        outlivesJob: settings.outlivesJob,
    };
}
const RANK = [undefined, 'read', 'write', 'admin'];
/** Where the grant differs from the request. `metadata: read` comes with every grant and is no difference. */
function differences(asked, owner, repositories, permissions) {
    const less = [];
    const more = [];
    for (const scope of new Set([...Object.keys(asked.permissions), ...Object.keys(permissions)])) {
        const [wanted, granted] = [asked.permissions[scope], permissions[scope]];
        const difference = RANK.indexOf(granted) - RANK.indexOf(wanted);
        if (difference < 0)
            less.push(`${scope}: ${granted ?? 'nothing'} instead of ${wanted ?? ''}`);
        else if (difference > 0 && `${scope}: ${granted ?? ''}` !== 'metadata: read')
            more.push(`${scope}: ${granted ?? ''}`);
    }
    if (asked.repositories === 'ALL') {
        if (repositories !== 'ALL')
            less.push('some repositories instead of all');
    }
    else if (repositories === 'ALL') {
        more.push('all repositories');
    }
    else {
        less.push(...without(asked.repositories, repositories).map((name) => `not for repository "${name}"`));
        more.push(...without(repositories, asked.repositories).map((name) => `repository "${name}"`));
    }
    return [
        ...without([owner], [asked.owner]).map((other) => `The app server granted a token for "${other}", not for "${asked.owner}".`),
        ...(less.length > 0 ? [`The app server granted less than requested: ${(0,src_text/* few */.H$)(less)}.`] : []),
        ...(more.length > 0 ? [`The app server granted more than requested: ${(0,src_text/* few */.H$)(more)}.`] : []),
    ];
}
/** The names that are not among others. GitHub's are the same in any case. */
function without(names, others) {
    const known = new Set(others.map((name) => name.toLowerCase()));
    return names.filter((name) => !known.has(name.toLowerCase()));
}
function targets(owner, repositories) {
    if (repositories === 'ALL')
        return `all repositories of "${owner}"`;
    return (0,src_text/* few */.H$)(repositories.map((name) => `"${owner}/${name}"`)) || (0,src_text/* quoted */.TL)(owner);
}
/** A GitHub name from the answer: nothing else gets into the log and the outputs. */
function nameOf(value) {
    return typeof value === 'string' && /^[\w.-]{1,100}$/.test(value) ? value : undefined;
}
/** Without prototype: a scope may be called `constructor`. */
function permissionsOf(value) {
    if (typeof value !== 'object' || value === null)
        return undefined;
    const permissions = Object.create(null);
    for (const [scope, level] of Object.entries(value)) {
        if (/^[a-z][a-z_-]{0,60}$/.test(scope) && isLevel(level))
            permissions[scope.replaceAll('_', '-')] = level;
    }
    return permissions;
}

// EXTERNAL MODULE: ./src/aws/errors.ts
var errors = __webpack_require__(9378);
// EXTERNAL MODULE: ./src/aws/policies.ts
var policies = __webpack_require__(647);
// EXTERNAL MODULE: ./src/identity/claims.ts
var identity_claims = __webpack_require__(2437);
;// CONCATENATED MODULE: ./src/exchanges/app-server/policy.ts

/** Organization permissions are granted by the owner's policy alone. */
function isOwnerScope(scope) {
    return scope === 'members' || scope.startsWith('organization-');
}
/** What a repository's own policy can grant of the request: nothing if it was for all repositories. */
function ofRepositories({ repositories, permissions }) {
    const own = Object.entries(permissions).filter(([scope]) => repositories !== 'ALL' && !isOwnerScope(scope));
    return Object.fromEntries(own);
}
/** What the policy of a target lacks; more can be added. */
function lackOf({ lacks }, target, exists) {
    const lack = lacks.get(target) ?? { statements: {}, allowed: {}, subjects: false };
    if (exists !== undefined)
        lack.exists = exists;
    lacks.set(target, lack);
    return lack;
}
/**
 * The policy of a target grants none of these. A repository's grants by a statement. The owner's grants by one what no
 * repository can, and allows repositories to grant the rest: theirs, which the app server did not look at, may lack it too.
 */
function noteLack(plan, target, permissions, exists) {
    const { statements, allowed } = lackOf(plan, target, exists);
    if (target.includes('/')) {
        Object.assign(statements, permissions);
        return;
    }
    const { owner, repositories } = plan.asked;
    const ofTheirs = ofRepositories(plan.asked);
    for (const [scope, level] of Object.entries(permissions)) {
        Object.assign(Object.hasOwn(ofTheirs, scope) ? allowed : statements, { [scope]: level });
    }
    if (repositories === 'ALL' || Object.keys(ofTheirs).length === 0)
        return;
    for (const name of repositories)
        noteLack(plan, `${owner}/${name}`, ofTheirs);
}
/** The longest text on one line of a suggestion, in characters. With its indentation it fits the job summary's box. */
const WIDTH = 80;
/** What a policy file lacks, in the form of a whole file. */
function snippetFor(target, lack, subject) {
    const ofOwner = !target.includes('/');
    const repository = ofOwner ? `${target}/.github-access-token` : target;
    const path = ofOwner ? 'access-token.yaml' : '.github/access-token.yaml';
    const { exists } = lack;
    return {
        language: 'yaml',
        content: contentOf(repository, target, lack, subject),
        file: { repository, path, ...(exists !== undefined && { exists }) },
    };
}
function contentOf(origin, owner, lack, subject) {
    const entries = (permissions, indent) => Object.entries(permissions).map(([scope, level]) => `${indent}${scope}: ${level}`);
    const { allowed, statements, subjects } = lack;
    return [
        `origin: ${origin}`,
        ...(subjects
            ? [
                `# Without this list, every repository of ${owner} may ask.`,
                `# If there is no list yet, add patterns for them too:`,
                `# 'repo:${owner}/*:**', and 'repo:${owner}@ID/*:**' with the id of ${owner}.`,
                'allowed-subjects:',
                `  - ${folded(subject, '    ')}`,
            ]
            : []),
        ...(Object.keys(allowed).length > 0 ? ['allowed-repository-permissions:', ...entries(allowed, '  ')] : []),
        ...(Object.keys(statements).length > 0
            ? [
                'statements:',
                '  - subjects:',
                `      - ${folded(subject, '        ')}`,
                '    permissions:',
                ...entries(statements, '      '),
            ]
            : []),
    ].join('\n');
}
/**
 * Text as a YAML scalar. Long text is in double quotes on several lines, each ended by a backslash, so that the breaks
 * between them do not count (YAML 1.2, section 7.3.1).
 */
function folded(text, indent) {
    if (text.length <= WIDTH)
        return (0,src_text/* yamlText */.pS)(text);
    const lines = text.match(new RegExp(`.{1,${WIDTH}}$|.{1,${WIDTH - 1}}[:/@]|.{1,${WIDTH}}`, 'gsu')) ?? [];
    // A blank at the beginning of a line would be part of its indentation.
    const escaped = lines.map((line) => JSON.stringify(line).slice(1, -1).replace(/^ /, '\\ '));
    return `"${escaped.join(`\\\n${indent}`)}"`;
}

;// CONCATENATED MODULE: ./src/exchanges/app-server/subject.ts

/** Longer ones are dropped from a policy without a word. */
const MAX_SUBJECT = 512;
/**
 * The most specific subject of this run: its environment, or else its workflow file on its branch or tag, or else `sub`
 * unchanged. It has the ids of owner and repository where the app server knows that form, so it does not match
 * somebody who takes over the name.
 *
 * @returns `undefined` if the claims are not shown, or if every subject of this run would also match others
 */
function subjectOf(claims) {
    const sub = (0,identity_claims/* claimText */.Q1)(claims, 'sub') ?? '';
    const ofWorkflow = workflowSubject(claims);
    const named = (0,identity_claims/* namesRepository */.xt)(sub) && isUsable(sub);
    if (ofWorkflow !== undefined && !(named && (0,identity_claims/* claimText */.Q1)(claims, 'environment') !== undefined))
        return ofWorkflow;
    return named ? { text: sub, notes: notesOn(sub) } : undefined;
}
/** The subject that the app server makes of the workflow file, for branches and tags alone. */
function workflowSubject(claims) {
    const text = (name) => (0,identity_claims/* claimText */.Q1)(claims, name) ?? '';
    const [owner = '', name = ''] = text('repository').split('/');
    const [ownerId, id, ref] = [text('repository_owner_id'), text('repository_id'), text('ref')];
    const workflow = text('workflow_ref');
    // The app server looks for the branch behind the first `@`. A pull request's branch is not its own to name.
    const onRef = /^[^@]+@refs\/(heads|tags)\//.test(workflow) && !text('event_name').startsWith('pull_request');
    const subject = `repo:${owner}@${ownerId}/${name}@${id}:workflow_ref:${workflow}`;
    if (!onRef || [owner, name, ownerId, id].includes('') || !isUsable(subject))
        return undefined;
    return {
        text: subject,
        notes: [
            `The subject below matches this workflow file on "${ref}". To match every workflow there, use "repo:${owner}@${ownerId}/${name}@${id}:ref:${ref}".`,
            `The form with @ids matches only this repository. The form without them, "repo:${owner}/${name}:…", matches by name, so it also matches anyone who takes over the name.`,
        ],
    };
}
function notesOn(sub) {
    const form = (0,identity_claims/* isImmutable */.t3)(sub)
        ? 'It contains the ids of owner and repository, so it matches only this repository.'
        : 'It matches by name, so it also matches anyone who takes over the name of the repository.';
    return [
        `The subject below is the sub claim of this run. ${form}`,
        ...(sub.endsWith(':pull_request')
            ? ['Every pull request of the repository has it, even one that changes the workflow files.']
            : []),
    ];
}
/** Whether a policy can hold a subject as it is, and matches nothing else by it. */
function isUsable(subject) {
    return subject.length <= MAX_SUBJECT && !/[*?]|\$\{origin\}/.test(subject);
}

;// CONCATENATED MODULE: ./src/exchanges/app-server/issues.ts




/** How many policies the annotation names. */
const MOST_NAMED = 3;
/** How many targets a message can have: 32 repositories, the most of one request, and their owner. */
const MOST_TARGETS = 33;
/** The issues in the message of a 403: a list of targets with a list of texts each. */
function issuesOf(message) {
    const list = message.startsWith('Issues:\n') ? message : '';
    const issues = [];
    let target = '';
    let targets = 0;
    for (const line of list.split('\n').slice(0, 500)) {
        const heading = /^- ([\w.-]{1,100}(?:\/[\w.-]{1,100})?):\s*$/.exec(line);
        if (heading)
            target = heading[1] ?? '';
        if (heading && ++targets > MOST_TARGETS)
            break;
        const text = (0,src_text/* showable */.of)(/^ {2}- (.+)$/.exec(line)?.[1], 300);
        if (text !== undefined)
            issues.push({ target, text });
    }
    return issues;
}
/**
 * What grants what was asked, once it is added to the policy files that are there, bound to the most specific subject
 * that this run has. No wildcard is ever suggested, and nothing that was not asked for.
 */
function explainIssues(issues, asked, claims) {
    const [workflowOwner = ''] = asked.workflowRepository.split('/');
    const isOwn = asked.owner.toLowerCase() === workflowOwner.toLowerCase();
    const plan = { asked, isOwn, lacks: new Map(), advice: new Set() };
    for (const { target: named, text } of issues) {
        if (!isAsked(asked, named))
            continue;
        const target = named.includes('/') ? named : asked.owner;
        if (!explainScope(plan, target, text))
            explainTarget(plan, target, text);
    }
    const { advice } = plan;
    const paste = plan.lacks.size === 0 ? [] : issues_policies(plan, claims);
    return {
        ...(advice.size > 0 && { advice: [...advice].join('\n') }),
        ...(paste.length > 0 && { hint: hintFor(paste), paste }),
    };
}
/** The policies to paste; none where none can be bound to this run, which the advice then says. */
function issues_policies({ asked, lacks, advice }, claims) {
    const subject = subjectOf(claims);
    const passing = subject && (0,identity_claims/* aboutPassing */.PR)(subject.text);
    if (subject === undefined || passing !== undefined) {
        advice.add(passing ??
            'No policy is suggested, because the subject of this run is not shown, does not name the repository, is too long, or contains a wildcard character.');
        return [];
    }
    if (lacks.has(asked.owner) && lacks.size > 1) {
        advice.add('The app server stopped at the policy of the owner. The policies below also include what else is needed, if it is not there yet.');
    }
    const renamed = (0,identity_claims/* aboutRename */.W8)(asked.workflowRepository, claims);
    for (const note of [...(renamed === undefined ? [] : [renamed]), ...subject.notes])
        advice.add(note);
    return [...lacks].map(([target, lack]) => snippetFor(target, lack, subject.text));
}
/** Whether the request was about an owner or a repository. GitHub's names are the same in any case. */
function isAsked({ owner, repositories }, target) {
    const [itsOwner, name] = target.toLowerCase().split('/');
    return (itsOwner === owner.toLowerCase() &&
        (name === undefined || repositories === 'ALL' || repositories.some((each) => each.toLowerCase() === name)));
}
/** Explains an issue about one scope. @returns whether it was one */
function explainScope(plan, target, text) {
    const [, scope, asked, what = ''] = /^([a-z-]+): (read|write|admin) - (.*)$/.exec(text) ?? [];
    if (scope === undefined)
        return false;
    const { permissions } = plan.asked;
    const level = Object.hasOwn(permissions, scope) ? permissions[scope] : undefined;
    // Whatever a server says, suggest only what this run requested.
    if (level === undefined)
        return true;
    if (what.includes('installation not authorized')) {
        plan.advice.add(`The GitHub App itself does not have ${scope}: ${asked ?? level} on "${target}": an administrator must grant it to the app.`);
    }
    else if (/^Not (authorized$|allowed by owner access policy)/.test(what)) {
        if (isOwnerScope(scope)) {
            // The app server looks at these first: what else the owner's policy lacks is not known.
            const unseen = Object.entries(permissions).filter(([each]) => !isOwnerScope(each));
            noteLack(plan, plan.asked.owner, { [scope]: level, ...Object.fromEntries(unseen) }, true);
        }
        else {
            noteLack(plan, target, { [scope]: level }, true);
        }
    }
    return true;
}
/** Explains an issue about an owner or a repository as a whole. */
function explainTarget(plan, target, text) {
    const { advice, asked, isOwn } = plan;
    const lacksAll = (exists) => {
        noteLack(plan, target, target.includes('/') ? ofRepositories(asked) : asked.permissions, exists);
    };
    if (text === 'Access policy not found') {
        advice.add(`No policy file was found for "${target}". The app server says the same if it could not read GitHub at that moment.`);
        lacksAll(false);
    }
    else if (text.startsWith('Invalid access policy')) {
        advice.add(`The policy file of "${target}" is invalid for the app server: compare it with the one below.`);
        lacksAll(true);
    }
    else if (text.startsWith('OIDC token subject is not allowed by owner access policy')) {
        lackOf(plan, target, true).subjects = true;
        lacksAll(true);
    }
    else if (/has not been installed/.test(text)) {
        advice.add(`The GitHub App is not installed for "${target}". Before you install it, create "${asked.owner}/.github-access-token" with its policy, which decides who may ask.`);
    }
    else if (text.includes("access policy file(s) by 'single_file' permission")) {
        advice.add(`The GitHub App is not allowed to read the policy files of "${target}": an administrator must accept the permissions that it asks for.`);
    }
    else if (text === 'Not authorized' && target.includes('/')) {
        advice.add(isOwn
            ? `No statement of the policy of "${target}" matches this run.`
            : `No statement of the policy of "${target}" matches this run, or it has no policy, or it does not exist: the app server does not say which, because it belongs to another owner.`);
        lacksAll(isOwn ? true : undefined);
    }
    else if (text === 'Not authorized') {
        advice.add(`"${target}" is another owner, so the app server does not say why: the GitHub App may not be installed there, the repository may not exist, or a policy may be missing or may not grant this.`);
        lackOf(plan, target).subjects = true;
        lacksAll();
    }
}
function hintFor(paste) {
    const repositories = paste.map(({ file }) => (0,src_text/* quoted */.TL)(file?.repository ?? ''));
    const more = repositories.length - MOST_NAMED;
    const names = [...repositories.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])];
    return `Add what is missing to the access policy of ${names.join(' and ')}: paste the policy below.`;
}

;// CONCATENATED MODULE: ./src/exchanges/app-server/refusal.ts





/** The server could not fetch the keys of GitHub's issuer: transient, though it says 401. */
const KEYS_TROUBLE = /request timed out|Expected 200 OK from the JSON Web Key Set|no applicable key found in the JSON Web Key Set/i;
/** The server's clock is a little behind: the token is not valid yet. */
const NOT_YET = /"nbf" claim timestamp check failed/i;
/** What the app server, or a gateway before it, means by an answer that is not 2xx. */
function refusal(answer, settings) {
    // Only the app server itself has `status` in its body: the gateway before it (Lambda, API Gateway) has not.
    if ((0,http_answer/* member */.Dc)(answer.json, 'status') === undefined) {
        const error = (0,errors/* awsError */.es)(answer);
        return (0,errors/* awsRefusal */.gW)(answer, error, () => explainGateway(answer.status, error.message, settings));
    }
    // Without the subjects of the run at its end: claims are shown by the report, and only where they may be.
    const [message = ''] = (0,http_answer/* textOf */.b6)((0,http_answer/* member */.Dc)(answer.json, 'message')).split(/^Effective /m);
    const issues = issuesOf(message);
    const times = answer.status !== 401 ? 0 : KEYS_TROUBLE.test(message) ? 2 : NOT_YET.test(message) ? 1 : 0;
    const said = issues.map((issue) => `${issue.target}: ${issue.text}`).join('; ');
    return {
        reason: said || message || (0,http_answer/* member */.Dc)(answer.json, 'error'),
        requestId: (0,http_answer/* member */.Dc)(answer.json, 'requestId') ?? (0,http_answer/* header */.wx)(answer, 'x-request-id'),
        retry: { times },
        explain: (claims) => explain(answer.status, message, issues, settings, claims),
    };
}
function explain(status, message, issues, settings, claims) {
    if (status === 403)
        return explainIssues(issues, settings.asked, claims);
    const hint = status === 401
        ? hintFor401(message, settings.audience, (0,identity_claims/* claimText */.Q1)(claims, 'iss'))
        : status === 404
            ? nothingAt(settings)
            : HINTS[status];
    return hint === undefined ? {} : { hint };
}
const HINTS = {
    400: 'The app server does not accept this request: check `permissions`, `owner` and `repositories`.',
    500: 'If this persists, the GitHub App may not be installed on a repository, or may lack a requested permission: the operator of the app server can find the reason with the request id.',
};
function nothingAt({ url }) {
    return `There is no app server at ${url.href}: check the path in app-server.`;
}
function hintFor401(message, audience, issuer = '') {
    if (/"aud" claim/.test(message)) {
        return `The audience of the ID token was "${audience}". Add it to the list of the app server (GITHUB_ACTIONS_TOKEN_ALLOWED_AUDIENCE), or set \`audience\` to one that it lists.`;
    }
    if (/"iss" claim/.test(message)) {
        return 'The app server does not accept the issuer of this GitHub: GitHub Enterprise Server and enterprises with their own issuer need an app server that is set up for them.';
    }
    if (/JSON Web Key Set/.test(message) && URL.canParse(issuer) && new URL(issuer).pathname !== '/') {
        return `The issuer of the ID token is "${issuer}": an app server that was set up for another issuer looks for its keys in the wrong place.`;
    }
    if (/"sub" claim/.test(message)) {
        return 'The app server accepts only some subjects (GITHUB_ACTIONS_TOKEN_ALLOWED_SUBJECTS): its operator must add the sub claim of this run.';
    }
    return /"(exp|nbf)" claim/.test(message) ? 'Check the clock of the app server.' : undefined;
}
/** AWS, before the app server, refused. */
function explainGateway(status, message, settings) {
    const { aws, url } = settings;
    if (status === 404)
        return { hint: nothingAt(settings) };
    if (status !== 403)
        return {};
    // Signed or not, this is what API Gateway says of a path that it does not have.
    if (/Missing Authentication Token/i.test(message)) {
        return {
            hint: `There is no "${url.pathname}" at ${url.host}: check the path in app-server, which must begin with the stage of the API Gateway.`,
        };
    }
    const refuser = (0,policies/* refuserIn */.Im)(message);
    // An unsigned request may lack its signature alone.
    if (refuser && (refuser.denies || (aws && refuser.kind !== 'identity-based policy'))) {
        return (0,policies/* explainRefuser */.Y8)(refuser, `of what serves ${url.host}`);
    }
    return { hint: aws === undefined ? UNSIGNED : signedHint(aws, url, message) };
}
const UNSIGNED = 'AWS refused the request before it reached the app server. If AWS IAM protects it, set app-server to a mapping of url and auth (type: aws).';
function signedHint({ scope: { region, service } }, { host }, message) {
    const wrong = [
        ...(/to a valid region/i.test(message) ? [`app-server.auth.region, which was "${region}"`] : []),
        ...(/to correct service/i.test(message) ? [`app-server.auth.service, which was "${service}"`] : []),
    ];
    if (wrong.length > 0)
        return `Correct ${wrong.join(', and ')}.`;
    if (/\bsignature\b/i.test(message)) {
        return `Check app-server.auth: region was "${region}", service "${service}". A host name of your own in front of a function URL breaks the signature, as does a proxy that changes requests.`;
    }
    if (/\bsecurity token\b/i.test(message)) {
        return 'AWS does not accept the credentials that signed the request: check whether they have expired.';
    }
    const actions = {
        lambda: 'lambda:InvokeFunctionUrl and lambda:InvokeFunction',
        'execute-api': 'execute-api:Invoke',
        'vpc-lattice-svcs': 'vpc-lattice-svcs:Invoke',
    }[service];
    return `AWS refused the signed request. The role needs ${actions ?? 'permission'} on ${host}; region was "${region}", service "${service}".`;
}

;// CONCATENATED MODULE: ./src/exchanges/app-server/exchange.ts



/** The server's own limit for one answer is 30 s where it runs on AWS Lambda; cutting earlier would lose tokens. */
const ATTEMPT_MS = 35_000;
/** A GitHub App installation token from an app server: `POST {app-server}/access_tokens` (docs/app-server.md). */
const appServer = {
    settings: readSettings,
    exchange: (settings, tools) => {
        const { url, audience, headers, aws } = settings;
        let signing;
        return tools.send({
            service: settings_SERVICE,
            method: 'POST',
            url,
            audience,
            // Not part of what is signed: a gateway may take them out.
            gateway: headers,
            attemptMs: ATTEMPT_MS,
            grantEnds: 'within the hour',
            signed: aws !== undefined,
            prepare: async (now) => {
                // In parallel: the signature needs all of them, STS only its own ID token.
                const idToken = tools.idToken(audience);
                signing ??= aws && readyToSign(aws, tools);
                const [bearer, ready] = await Promise.all([idToken, signing]);
                return message(settings, bearer, ready, now());
            },
            refusal: (answer) => refusal(answer, settings),
            read: (answer) => grantFrom(answer, settings, tools),
        });
    },
};
async function readyToSign({ source }, tools) {
    const signing = await Promise.all(/* import() | aws */[__webpack_require__.e('secret'), __webpack_require__.e('aws')]).then(__webpack_require__.bind(__webpack_require__, 2154));
    return signing.readyToSign(source, tools);
}
async function message({ url, aws, target, asked: { permissions } }, idToken, signing, now) {
    const body = JSON.stringify({ ...target, permissions });
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    const bearer = `Bearer ${idToken}`;
    if (!aws || !signing)
        return { headers: { ...headers, authorization: bearer }, body };
    // The signature takes the Authorization header; the server looks for the ID token in this one instead.
    const request = { method: 'POST', url, headers: { ...headers, 'x-authorization': bearer }, body };
    return { headers: await signing.signer.signedHeaders(request, signing.credentials, aws.scope, now), body };
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
/** Characters that mean nothing to YAML in these places. `...` would end the document. */
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
    const yaml = await __webpack_require__.e('yaml').then(__webpack_require__.bind(__webpack_require__, 3243));
    const schema = yaml.FAILSAFE_SCHEMA.withTags(yaml.realMapTag);
    try {
        const events = yaml.parseEvents(text, { maxDepth: MAX_DEPTH });
        const tagged = events.filter((event) => 'tagStart' in event).find(({ tagStart }) => tagStart >= 0);
        if (tagged !== undefined)
            yaml.YAMLException.throwAt(text, tagged.tagStart, TAG);
        const documents = yaml.constructFromEvents(events, { source: text, schema, maxAliases: 0 });
        if (documents.length > 1)
            return { fault: 'must be a single YAML document' };
        const value = documents[0] ?? '';
        return isYamlValue(value) ? { value } : { fault: 'must contain only text, lists and mappings' };
    }
    catch (error) {
        if (!(error instanceof yaml.YAMLException))
            throw error;
        const fault = FAULTS[error.reason] ?? 'is not valid YAML';
        return { fault: error.mark === undefined ? fault : `${fault} (line ${error.mark.line + 1})` };
    }
}
/** As many levels as the YAML package allows by itself; an input needs three. */
const MAX_DEPTH = 100;
const TAG = 'a tag';
/** Texts for what the package says that is worth telling apart. */
const FAULTS = {
    [TAG]: 'must not use YAML tags',
    'aliases exceeded maxAliases (0)': 'must not use YAML aliases',
    'duplicated mapping key': 'has a key twice',
    [`nesting exceeded maxDepth (${MAX_DEPTH})`]: 'is nested too deeply',
    'tab characters must not be used in indentation': 'must be indented with spaces, not tabs',
};
function isYamlValue(value) {
    if (typeof value === 'string')
        return true;
    if (Array.isArray(value))
        return value.every(isYamlValue);
    return value instanceof Map && [...value].every(([key, each]) => typeof key === 'string' && isYamlValue(each));
}
/** Whether a value is a mapping. */
function isMapping(value) {
    return value instanceof Map;
}


/***/ })

};
