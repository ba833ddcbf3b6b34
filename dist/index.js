/******/ var __webpack_modules__ = ({

/***/ 3916: // ./src/errors.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   lZ: () => (/* binding */ ActionError),
/* harmony export */   xU: () => (/* binding */ systemCode),
/* harmony export */   z6: () => (/* binding */ asActionError)
/* harmony export */ });
/** The one error class. `message` says what failed and why; {@link explain} what to change. Neither holds a secret. */
class ActionError extends Error {
    code;
    /** Present if a server answered and said no. */
    refused;
    /** What a person can do about it; `claims` are those of the ID token that was sent, where they may be shown. */
    explain;
    /** Whether this answer leaves no credential alive: it had none, or the one in it is being revoked. */
    leavesNothing;
    /** Whether a required input was not given, or is empty. */
    lacksInput;
    /** What does not exist, by the system's own words, as a sentence shows it. */
    missing;
    /** @param more.hint the whole explanation, if it needs no claims */
    constructor(code, message, more = {}) {
        super(message, { cause: more.cause });
        this.name = 'ActionError';
        this.code = code;
        this.refused = more.refused;
        this.leavesNothing = more.leavesNothing ?? false;
        this.lacksInput = more.lacksInput ?? false;
        this.missing = more.missing;
        const { hint } = more;
        this.explain = more.explain ?? (() => (hint === undefined ? {} : { hint }));
    }
    /** The message and the hint, where no claims may be shown. */
    get text() {
        return `${this.message} ${this.explain(undefined).hint ?? ''}`.trim();
    }
}
/** Anything thrown, as an error that may be shown: the message of a foreign error could hold anything. */
function asActionError(error) {
    if (error instanceof ActionError)
        return error;
    const kind = error instanceof Error ? error.name : typeof error;
    return new ActionError('INTERNAL', `Unexpected ${kind} in the action.`, {
        cause: error,
        hint: 'This is a bug in the action: please report it, with the log of a run with debug logging.',
    });
}
/** The code of an error of Node.js, e.g. `ENOENT` (Node.js, "Errors"); empty if it has none. */
function systemCode(error) {
    return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}


/***/ }),

/***/ 9856: // ./src/http/answer.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Dc: () => (/* binding */ member),
/* harmony export */   I1: () => (/* binding */ expectNoContent),
/* harmony export */   b6: () => (/* binding */ textOf),
/* harmony export */   bD: () => (/* binding */ messageOf),
/* harmony export */   h2: () => (/* binding */ MAX_MESSAGE),
/* harmony export */   nI: () => (/* binding */ serverTime),
/* harmony export */   nR: () => (/* binding */ timeOf),
/* harmony export */   o$: () => (/* binding */ jsonObject),
/* harmony export */   pJ: () => (/* binding */ endOf),
/* harmony export */   qF: () => (/* binding */ parseJson),
/* harmony export */   te: () => (/* binding */ looksLikeHtml),
/* harmony export */   wx: () => (/* binding */ header)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3916);
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8992);


/**
 * The JSON object of an answer.
 *
 * @throws ActionError `UNUSABLE_ANSWER` if the body is not a JSON object
 */
function jsonObject(answer, service, url) {
    if (isObject(answer.json))
        return answer.json;
    const what = looksLikeHtml(answer)
        ? 'a web page (HTML)'
        : answer.text.trim() === ''
            ? 'nothing'
            : 'something that is not a JSON object';
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `${(0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .capital */ .Nx)(service)} (${url.host}) answered ${answer.status} with ${what}.`, {
        hint: `Check that ${url.origin}${url.pathname} is the address of the API and that no gateway or login page is in front of it.`,
    });
}
/**
 * That an answer is 204, as an issuer's is to a revocation: any other 2xx is from a proxy or the login page of a network.
 *
 * @param api what the URL must be, as a sentence says it
 * @throws ActionError `UNUSABLE_ANSWER`
 */
function expectNoContent({ status }, service, url, api) {
    if (status === 204)
        return;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `${service} (${url.host}) answered ${status} instead of 204.`, {
        hint: `Check that ${api} and that no gateway or login page is in front of it.`,
    });
}
/** A member of a JSON object, by its path; `undefined` if there is none. */
function member(json, ...path) {
    let value = json;
    for (const name of path) {
        if (!isObject(value) || !Object.hasOwn(value, name))
            return undefined;
        value = value[name];
    }
    return value;
}
/** A value that is text; empty for any other. */
function textOf(value) {
    return typeof value === 'string' ? value : '';
}
/** How much of a message is looked at, in characters: bounds the work that a hostile one makes. */
const MAX_MESSAGE = 2_000;
/** The beginning of the member `message`; empty if there is none. */
function messageOf({ json }) {
    return textOf(member(json, 'message')).slice(0, MAX_MESSAGE);
}
/** A point in time in an answer: text (ISO 8601), or seconds since the epoch; `undefined` if it is not one. */
function timeOf(value) {
    if (typeof value !== 'string' && typeof value !== 'number')
        return undefined;
    const time = new Date(typeof value === 'number' ? value * 1000 : value);
    return Number.isNaN(time.getTime()) ? undefined : time;
}
/**
 * When a token ends, by the `expires_in` of its answer: seconds, which some servers write as text (RFC 6749 section 5.1).
 *
 * @param sentAt when it was asked for, in ms since the epoch: counted from then, its life never seems longer than it is
 */
function endOf(expiresIn, sentAt) {
    const isNumber = typeof expiresIn === 'number' || (typeof expiresIn === 'string' && /^\d+$/.test(expiresIn));
    return isNumber ? timeOf(sentAt / 1000 + Number(expiresIn)) : undefined;
}
/** A header's first value. */
function header(answer, name) {
    const value = answer.headers[name];
    return Array.isArray(value) ? value[0] : value;
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/**
 * Text as JSON; `undefined` if it is not JSON; callers that need JSON use {@link jsonObject}. A byte order mark before
 * it is skipped, as the Fetch standard does (`json()`).
 */
function parseJson(text) {
    try {
        return JSON.parse(text.replace(/^\uFEFF/, ''));
    }
    catch {
        return undefined;
    }
}
/** The server's clock by its `Date` header, in ms; not from a cache (`Age`). RFC 9110 section 6.6.1. */
function serverTime(answer) {
    if (header(answer, 'age') !== undefined)
        return undefined;
    const time = Date.parse(header(answer, 'date') ?? '');
    return Number.isNaN(time) ? undefined : time;
}
/** Whether an answer is a web page, as gateways and login pages send them. */
function looksLikeHtml(answer) {
    return (header(answer, 'content-type') ?? '').includes('html') || /^\s*</.test(answer.text);
}


/***/ }),

/***/ 2006: // ./src/http/call.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $: () => (/* binding */ placeOf),
/* harmony export */   u: () => (/* binding */ formMessage)
/* harmony export */ });
/** A message that sends a form, and asks for JSON. */
function formMessage(fields, headers = {}) {
    return {
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(fields).toString(),
    };
}
/** The server of a call, as a sentence names it: `the app server (app-server.example.com)`. */
function placeOf({ service, url }) {
    return `${service} (${url.host})`;
}


/***/ }),

/***/ 8625: // ./src/http/pace.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   o: () => (/* binding */ Pace)
/* harmony export */ });
/** How many requests are made at a time: at most so many, or as many as come; fewer after a server says 429. */
class Pace {
    #most;
    #busy = 0;
    #waiting = [];
    constructor(most = Infinity) {
        this.#most = most;
    }
    /** Resolves when a request may be made. */
    async enter() {
        while (this.#busy >= this.#most)
            await new Promise((resolve) => this.#waiting.push(resolve));
        this.#busy++;
    }
    /** @param overloaded whether the server says that it gets too many requests: then only half as many are made at a time */
    leave(overloaded = false) {
        if (overloaded)
            this.#most = Math.max(1, Math.floor(Math.min(this.#most, this.#busy) / 2));
        this.#busy--;
        for (const resume of this.#waiting.splice(0, Math.max(0, this.#most - this.#busy)))
            resume();
    }
}


/***/ }),

/***/ 2437: // ./src/identity/claims.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   A1: () => (/* binding */ aboutForm),
/* harmony export */   PR: () => (/* binding */ aboutPassing),
/* harmony export */   Q1: () => (/* binding */ claimText),
/* harmony export */   W8: () => (/* binding */ aboutRename),
/* harmony export */   ds: () => (/* binding */ claimsOf),
/* harmony export */   gm: () => (/* binding */ withoutClaims),
/* harmony export */   t3: () => (/* binding */ isImmutable),
/* harmony export */   uZ: () => (/* binding */ SHOWN_CLAIMS),
/* harmony export */   xt: () => (/* binding */ namesRepository)
/* harmony export */ });
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8992);

/** The claims that help to find out why a system refused, and nothing else of the token. */
const SHOWN_CLAIMS = [
    'iss',
    'aud',
    'sub',
    'repository',
    'repository_id',
    'repository_owner',
    'repository_owner_id',
    'ref',
    'ref_type',
    'environment',
    'job_workflow_ref',
    'event_name',
];
/** A claim's text, to be shown or pasted; `undefined` if it is not there, or could not be shown as it is. */
function claimText(claims, name) {
    const value = claims?.[name];
    if (typeof value !== 'string')
        return undefined;
    // A name may have several blanks in a row, which do no harm.
    const line = value.replace(/ +/g, ' ');
    return (0,_text_js__WEBPACK_IMPORTED_MODULE_0__/* .showable */ .of)(line) === line ? value : undefined;
}
/** Claims that may name what is private; the longer ones hold the shorter ones. */
const PRIVATE_CLAIMS = ['job_workflow_ref', 'workflow_ref', 'sub', 'repository', 'ref'];
/**
 * A server's text without the claims that it repeats, which have their names in their place: the report shows them, where
 * they may be shown.
 */
function withoutClaims(text, claims) {
    return PRIVATE_CLAIMS.reduce((rest, name) => {
        const value = claimText(claims, name);
        return value === undefined ? rest : rest.replaceAll(value, `(${name})`);
    }, text);
}
/**
 * Whether a subject has the immutable form, `repo:OWNER@ID/REPOSITORY@ID:…`: that of repositories made, renamed or
 * transferred since 2026-07-15 (GitHub, "OpenID Connect reference"). A customized subject may have that segment anywhere.
 */
function isImmutable(subject) {
    return /(?:^|:)repo:[^/:@]+@\d+\/[^/:@]+@\d+(?::|$)/.test(subject);
}
/**
 * The sentence of a hint for a subject that has the immutable form; empty for another.
 *
 * @param it what the sentence calls the subject
 * @param byName what does not match the subject
 */
function aboutForm(subject, { it = 'It', byName = 'repo:owner/repository:…' } = {}) {
    return isImmutable(subject ?? '')
        ? ` ${it} has the immutable form, with the ids of owner and repository; ${byName} does not match it.`
        : '';
}
/**
 * Whether a subject names the repository. A customized one may not: anyone can customize theirs
 * to be the same, so no policy should rely on it alone.
 */
function namesRepository(subject) {
    return /(?:^|:)(?:repo|repository|repository_id):[^:]/.test(subject);
}
/** What a subject or a ref that comes once looks like: a tag, a merge queue's branch, a pull request's merge. */
const ONCE = [
    [
        /(?:^|:)refs\/heads\/gh-readonly-queue\//,
        'a branch of the merge queue',
        'Use no token in the merge queue, or give',
    ],
    [/(?:^|:|@)refs\/pull\/\d+\//, 'one pull request'],
    [/(?:^|:)(?:workflow_ref:[^:]*@)?refs\/tags\//, 'one tag'],
    // A reusable workflow of another repository is called at the same tag again.
    [/^repo:([^:/@]+)(?:@\d+)?\/([^:/@]+)(?:@\d+)?:(?:.*:)?job_workflow_ref:\1\/\2\/[^:]*@refs\/tags\//, 'one tag'],
];
/**
 * What to say instead of suggesting a policy, where the subject never comes again: bound to it, the next run would be
 * refused. `undefined` if it comes again.
 */
function aboutPassing(subject) {
    const [, what, give = 'Give'] = ONCE.find(([ref]) => ref.test(subject)) ?? [];
    if (what === undefined)
        return undefined;
    return `The subject "${subject}" is that of ${what} and does not come again, so no policy is suggested for it. ${give} the job an environment (\`environment:\`): its subject stays the same.`;
}
/**
 * What to say of a name that the run has and the ID token has no longer; `undefined` where both are the same.
 *
 * @param repository `owner/name` of the workflow's own repository, as the run has it
 */
function aboutRename(repository, claims) {
    const current = claimText(claims, 'repository');
    if (current === undefined || current.toLowerCase() === repository.toLowerCase())
        return undefined;
    return `The run names its repository "${repository}", but its name is now "${current}": use the new name in the workflow and in policies, since anyone can take the old one.`;
}
/** The payload of a JWT, not verified (RFC 7519); `undefined` if it is not one. */
function claimsOf(token) {
    try {
        const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
        return typeof payload === 'object' && payload !== null ? payload : undefined;
    }
    catch {
        // An opaque token has no claims to show.
        return undefined;
    }
}


/***/ }),

/***/ 8585: // ./src/identity/credential.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   e: () => (/* binding */ credential)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3916);
/* harmony import */ var _http_answer_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(9856);


/** A credential as one printable line without blanks, in US-ASCII: what fits into a header. */
const PRINTABLE = /^[\x21-\x7e]+$/;
/** One such line with something else around it. */
const CORE = /^[^\x21-\x7e]*([\x21-\x7e]+)[^\x21-\x7e]*$/;
/** The longest credential that is taken, in characters. Google's are up to 12 KB, AWS session tokens may be longer. */
const MAX_CREDENTIAL = 32_768;
/** The shortest one. A server that sends less would have words masked, and black out the log. */
const MIN_CREDENTIAL = 8;
/**
 * A credential from a server's answer, checked and masked: one printable line of 8 to 32,768 characters. Its shape is
 * otherwise its issuer's business and not looked at. Checked first, since what a hostile server sends is no mask.
 *
 * @param mask has it masked from the log
 * @param revoke has a credential that cannot be used revoked: what is left of it without the characters around it; see
 *   `Tools.revokeAtEnd`
 * @throws ActionError `UNUSABLE_ANSWER`
 */
function credential(value, what, service, mask, revoke) {
    const wrong = faultOf(value);
    if (wrong === undefined) {
        mask(value);
        return value;
    }
    const core = CORE.exec((0,_http_answer_js__WEBPACK_IMPORTED_MODULE_1__/* .textOf */ .b6)(value))?.[1] ?? '';
    const canBeRevoked = revoke !== undefined && core.length >= MIN_CREDENTIAL;
    if (canBeRevoked) {
        mask(core);
        revoke(core);
    }
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('UNUSABLE_ANSWER', `The ${what} in the answer of ${service} ${wrong}.`, {
        hint: 'No output was set. This is a bug in the server: report it to its operator.',
        leavesNothing: canBeRevoked,
    });
}
/** What is wrong with a credential, to follow its name in a sentence. */
function faultOf(value) {
    if (value === undefined || value === null || value === '')
        return 'is missing';
    if (typeof value !== 'string')
        return `is not text but ${Array.isArray(value) ? 'a list' : typeof value}`;
    if (value.length > MAX_CREDENTIAL)
        return `is longer than ${MAX_CREDENTIAL} characters`;
    if (!PRINTABLE.test(value))
        return 'is not one printable line';
    if (value.length < MIN_CREDENTIAL)
        return `is shorter than ${MIN_CREDENTIAL} characters`;
    return undefined;
}


/***/ }),

/***/ 6427: // ./src/inputs/headers.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   L4: () => (/* binding */ stateOf),
/* harmony export */   WD: () => (/* binding */ headersIn),
/* harmony export */   cy: () => (/* binding */ savedHeaders),
/* harmony export */   xY: () => (/* binding */ EXAMPLE)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3916);

/** A form that works. */
const EXAMPLE = 'CF-Access-Client-Id: ${{ secrets.CF_ACCESS_CLIENT_ID }}';
/** A name is a token, a value printable US-ASCII (RFC 9110, section 5). */
const LINE = /^([!#$%&'*+.^`|~\w-]{1,100}):[ \t]*(.*)$/s;
const VALUE = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;
/** Shorter values are ordinary words: masking them would black out the log. */
const LEAST_MASKED = 8;
/** Names that cannot be given, and why; the first that fits. Hop-by-hop names: RFC 9110 section 7.6.1, RFC 9113 section 8.2.2. */
const REFUSED = [
    [/^(?:x-)?authorization$/, 'which is for the server behind the gateway'],
    [/^(?:host|accept|accept-encoding|user-agent|content-.*|x-amz-.*|x-vault-.*)$/, 'which the step sets itself'],
    [
        /^(?:connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|expect)$/,
        'which belongs to the connection',
    ],
];
/** Headers as a member of a step's state; without any, none. */
function stateOf(headers) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    return lines.length === 0 ? {} : { headers: lines.join('\n') };
}
/**
 * Headers from the state of a step, of which another step could have set anything: the same rules hold.
 *
 * @throws ActionError `INVALID_INPUT`
 */
function savedHeaders({ headers }, mask) {
    if (headers === undefined)
        return undefined;
    return headersIn(headers, mask, (rule) => {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('INVALID_INPUT', `The headers that the main step saved are invalid: they ${rule}.`);
    });
}
/**
 * Reads lines of `name: value`, each name once. Lines of `#` are comments.
 *
 * @param mask has a value of eight characters or more masked, before anything else is done with it
 * @param problem is told each rule that is broken, to follow a name in a sentence; `isMissing` where a value is empty, as that
 *   of a secret which is not there
 */
function headersIn(text, mask, problem) {
    const found = new Map();
    for (const each of text.split(/\r?\n/)) {
        const line = each.trim();
        if (line === '' || line.startsWith('#'))
            continue;
        const [, given, value = ''] = LINE.exec(line) ?? [];
        // Without a name it may be a secret.
        if (given === undefined) {
            problem('must be lines of name: value', false);
            continue;
        }
        for (const secret of secretsIn(value))
            mask(secret);
        const name = given.toLowerCase();
        const [, why] = REFUSED.find(([names]) => names.test(name)) ?? [];
        if (why !== undefined)
            problem(`must not contain ${name}, ${why}`, false);
        else if (found.has(name))
            problem(`must contain ${name} only once`, false);
        else if (value === '')
            problem(`must have a value for ${name}`, true);
        else if (!VALUE.test(value))
            problem(`must have printable US-ASCII as the value of ${name}`, false);
        else
            found.set(name, value);
    }
    return Object.fromEntries(found);
}
/** A value, and what follows a scheme in it (`Bearer …`), which may show alone. */
function secretsIn(value) {
    const [, credentials = ''] = /^[\w-]+ +(\S+)$/.exec(value) ?? [];
    return [value, credentials].filter(({ length }) => length >= LEAST_MASKED);
}


/***/ }),

/***/ 8028: // ./src/inputs/inputs.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ not),
/* harmony export */   G: () => (/* binding */ Inputs)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3916);
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(8992);
/* harmony import */ var _headers_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6427);
/* harmony import */ var _url_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(6344);




/** How long an input may be, in characters: bounds the work of every parser. 32 full repository names take 5000. */
const MAX_LENGTH = 16_384;
/**
 * The inputs of a step. A reader never throws for bad text: it records a problem and returns something harmless, so
 * that `check` can report every problem of all inputs at once.
 */
class Inputs {
    /** What {@link Inputs.warn} took note of. */
    warnings = [];
    #get;
    #mask;
    /** A set: an input that is read twice has its problem once. */
    #problems = new Set();
    #lacksInput = false;
    /**
     * @param get an input's text by name, as the runner hands it over; empty if it is not given
     * @param mask has a secret in an input masked from the log
     */
    constructor(get, mask) {
        this.#get = get;
        this.#mask = mask;
    }
    /** Trimmed text; empty if not given, and after a problem: too long, or control characters. */
    text(name) {
        const value = this.#get(name).trim();
        if (value.length > MAX_LENGTH) {
            this.#problems.add(`${name} must not be longer than ${MAX_LENGTH} characters`);
        }
        else if (/[^\P{Cc}\t\r\n]|\p{Cs}/u.test(value)) {
            this.#problems.add(`${name} must be plain text, without control characters`);
        }
        else {
            return value;
        }
        return '';
    }
    /** As `text`, on one line. */
    line(name) {
        const value = this.text(name);
        if (!/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value))
            return value;
        this.#problems.add(`${name} must be one line`);
        return '';
    }
    /** As `text`; recorded as a problem where not given. */
    required(name, example) {
        if (this.#get(name).trim() === '')
            this.lacking(name, 'is required', example);
        return this.text(name);
    }
    /**
     * An `https:` URL, or an `http:` URL of this machine, without user, password and fragment; without a query unless
     * `query` is set. The value is never repeated in the problem. An empty value is no problem here: see `required`.
     *
     * @returns the URL, or {@link NOWHERE} after a problem
     */
    url(name, value, example, allow) {
        if (value === '')
            return new URL(_url_js__WEBPACK_IMPORTED_MODULE_2__/* .NOWHERE */ .JW);
        const fault = (0,_url_js__WEBPACK_IMPORTED_MODULE_2__/* .urlFault */ .I_)(value, allow?.query ?? false);
        if (fault === undefined)
            return new URL(value);
        this.problem(name, fault, example);
        return new URL(_url_js__WEBPACK_IMPORTED_MODULE_2__/* .NOWHERE */ .JW);
    }
    /** `true`, `True`, `TRUE`, `false`, `False`, `FALSE` (YAML 1.2 core schema, as `core.getBooleanInput`); false if not given. */
    boolean(name) {
        const value = this.text(name);
        if (/^(?:true|True|TRUE)$/.test(value))
            return true;
        if (!/^(?:false|False|FALSE|)$/.test(value)) {
            this.problem(name, `must be true or false${not(value)}`, 'true');
        }
        return false;
    }
    /** The input `headers`: see {@link headersIn}. */
    headers() {
        return (0,_headers_js__WEBPACK_IMPORTED_MODULE_1__/* .headersIn */ .WD)(this.text('headers'), this.#mask, (rule, isMissing) => {
            if (isMissing)
                this.lacking('headers', rule, _headers_js__WEBPACK_IMPORTED_MODULE_1__/* .EXAMPLE */ .xY);
            else
                this.problem('headers', rule, _headers_js__WEBPACK_IMPORTED_MODULE_1__/* .EXAMPLE */ .xY);
        });
    }
    /** A whole number of seconds from `least` to `most`; `fallback` if not given. */
    seconds(name, { least, most, fallback }) {
        const value = this.text(name);
        if (value === '')
            return fallback;
        if (/^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most)
            return Number(value);
        const rule = `must be a whole number of seconds from ${least} to ${most}${not(value)}`;
        this.problem(name, rule, String(fallback));
        return fallback;
    }
    /** One of the values, spelled as they are; `fallback` if not given. */
    oneOf(name, values, fallback) {
        const value = this.text(name);
        if (value === '')
            return fallback;
        const found = values.find((each) => each === value);
        if (found === undefined)
            this.problem(name, `must be one of ${values.join(', ')}${not(value)}`, fallback);
        return found ?? fallback;
    }
    /**
     * Checks a value against a pattern. An empty value is no problem here: see `required`.
     *
     * @param rule follows the name in a sentence: `must be an AWS region`
     * @returns the value, or empty text after a problem
     */
    matching(name, value, pattern, rule, example) {
        if (value === '' || pattern.test(value))
            return value;
        this.problem(name, rule + not(value), example);
        return '';
    }
    /**
     * Records a problem.
     *
     * @param rule follows the name in a sentence: `must be an AWS region`
     * @param example a form that works
     */
    problem(name, rule, example) {
        this.#problems.add(`${name} ${rule}; for example: ${example}`);
    }
    /** As `problem`, where an input is missing. */
    lacking(name, rule, example) {
        this.#lacksInput = true;
        this.problem(name, rule, example);
    }
    /** Takes note of something that is no problem but probably not meant, as one sentence. */
    warn(text) {
        this.warnings.push(text);
    }
    /** @throws ActionError `INVALID_INPUT` that lists every problem, where there is one */
    check() {
        if (this.#problems.size === 0)
            return;
        const list = (0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .listOf */ .c3)([...this.#problems]);
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('INVALID_INPUT', `The inputs are invalid. Nothing was sent.${list}`, {
            lacksInput: this.#lacksInput,
        });
    }
}
/** `, not "…"` to end a rule with, on one line and cut; nothing if the text is empty or could hold a password. */
function not(text) {
    const shown = text.includes('@') ? undefined : (0,_text_js__WEBPACK_IMPORTED_MODULE_3__/* .showable */ .of)(text, 60);
    return shown === undefined ? '' : `, not "${shown}"`;
}


/***/ }),

/***/ 6344: // ./src/inputs/url.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   I_: () => (/* binding */ urlFault),
/* harmony export */   JW: () => (/* binding */ NOWHERE),
/* harmony export */   U9: () => (/* binding */ isLoopback),
/* harmony export */   _1: () => (/* binding */ mayCarrySecrets)
/* harmony export */ });
/** What `Inputs.url` returns after a problem. Never asked: `.invalid` is reserved (RFC 2606) and `check` throws. */
const NOWHERE = 'https://nowhere.invalid/';
/** Whether a URL's host name is this machine: `localhost`, 127.0.0.0/8, `[::1]`. Names under `localhost` may be asked of DNS. */
function isLoopback(hostname) {
    return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
/** Whether a credential may be sent to a URL: by HTTPS, or by HTTP to this machine. */
function mayCarrySecrets(url) {
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}
/** What is wrong with the text of a URL, to follow its name in a sentence; `undefined` if it can be used. */
function urlFault(value, mayHaveQuery) {
    // The URL parser removes line breaks and reads backslashes as slashes, so it would read another URL than the one written.
    const url = /^[a-z]+:\/\/[^\s\\/][^\s\\]*$/i.test(value) && URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined)
        return 'must be a URL';
    if (/^[^/]*\/\/[^/?#]*@/.test(value))
        return 'must be a URL without a user name and password';
    if (!mayCarrySecrets(url)) {
        return 'must begin with https:// (http:// works only on this machine: localhost, 127.0.0.1, [::1])';
    }
    if (value.includes('#'))
        return 'must be a URL without a fragment (#…)';
    if (!mayHaveQuery && value.includes('?'))
        return 'must be a URL without a query (?…)';
    return undefined;
}


/***/ }),

/***/ 8992: // ./src/text.ts
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   H$: () => (/* binding */ few),
/* harmony export */   Ir: () => (/* binding */ beginning),
/* harmony export */   Is: () => (/* binding */ harmless),
/* harmony export */   Nx: () => (/* binding */ capital),
/* harmony export */   TL: () => (/* binding */ quoted),
/* harmony export */   c3: () => (/* binding */ listOf),
/* harmony export */   cC: () => (/* binding */ MOST_LISTED),
/* harmony export */   of: () => (/* binding */ showable),
/* harmony export */   pS: () => (/* binding */ yamlText)
/* harmony export */ });
/**
 * A server's text as one harmless line: control and invisible characters become blanks, workflow commands are defused
 * (`::…` at its beginning, `##[…` anywhere: `ActionCommand.cs` of actions/runner), and it is cut at `most` characters.
 *
 * @param text what the server sent; anything but a string, or an empty one, gives `undefined`
 */
function showable(text, most = 500) {
    if (typeof text !== 'string')
        return undefined;
    const line = text
        .slice(0, most * 4)
        .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
        .trim()
        .replace(/^::/, ': :')
        .replaceAll('##[', '## [');
    if (line === '')
        return undefined;
    return line.length > most ? `${beginning(line, most)}…` : line;
}
/** The beginning of a text, at most so many UTF-16 code units, without half a character at its end. */
function beginning(text, most) {
    return text.slice(0, most).replace(/\p{Cs}$/u, '');
}
/** How many items of a list {@link few} shows. */
const FEW = 10;
/** A line for the log that the runner cannot take for a command, whatever it holds; blanks stay as they are. */
function harmless(line) {
    return line
        .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
        .replace(/^(\s*)::/, '$1: :')
        .replaceAll('##[', '## [');
}
/** Text with a capital letter, to begin a sentence with. */
function capital(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
/** The first ten of a list in a sentence, and how many more there are: a server decides how long it is. */
function few(items) {
    const more = items.length - FEW;
    return more <= 0 ? items.join(', ') : `${items.slice(0, FEW).join(', ')} and ${more} more`;
}
/** How much of an annotation a list may take, in characters: GitHub cuts it at 4096. */
const MOST_LISTED = 3_000;
/** A list on lines of its own, and how many more items there are than fit. The first is always there. */
function listOf(items) {
    let left = MOST_LISTED;
    const fitting = items.filter((item, index) => (left -= item.length + 3) >= 0 || index === 0);
    const more = items.length - fitting.length;
    return [...fitting, ...(more > 0 ? [`and ${more} more`] : [])].map((item) => `\n- ${item}`).join('');
}
/** A value in a sentence, in quotes, so that a dot after it is none of it; `undefined` stays so. */
function quoted(text) {
    return text === undefined ? text : `"${text}"`;
}
/** Text as a YAML scalar in single quotes, which nothing in it can end (YAML 1.2, section 7.3.2). */
function yamlText(text) {
    return `'${text.replaceAll("'", "''")}'`;
}


/***/ }),

/***/ 9896: // external "fs"
/***/ ((module) => {

module.exports = process.getBuiltinModule("fs");

/***/ }),

/***/ 7598: // external "node:crypto"
/***/ ((module) => {

module.exports = process.getBuiltinModule("node:crypto");

/***/ }),

/***/ 3024: // external "node:fs"
/***/ ((module) => {

module.exports = process.getBuiltinModule("node:fs");

/***/ }),

/***/ 857: // external "os"
/***/ ((module) => {

module.exports = process.getBuiltinModule("os");

/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/compat get default export */
/******/ (() => {
/******/ 	// getDefaultExport function for compatibility with non-harmony modules
/******/ 	__nccwpck_require__.n = (module) => {
/******/ 		var getter = module && module.__esModule ?
/******/ 			() => (module['default']) :
/******/ 			() => (module);
/******/ 		__nccwpck_require__.d(getter, { a: getter });
/******/ 		return getter;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "parts/" + chunkId + ".js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
var __webpack_exports__ = {};

// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  pY: () => (/* binding */ exchanges),
  iW: () => (/* binding */ main),
  bE: () => (/* binding */ post),
  uQ: () => (/* binding */ revokers)
});

// EXTERNAL MODULE: ./src/errors.ts
var errors = __nccwpck_require__(3916);
// EXTERNAL MODULE: ./src/inputs/inputs.ts
var inputs_inputs = __nccwpck_require__(8028);
;// CONCATENATED MODULE: ./src/inputs/other-actions.ts
const ROLE = 'role-arn: arn:aws:iam::123456789012:role/github-actions';
const APP_SERVER_ROLE = 'app-server: {url: …, auth: {type: aws, roleArn: "arn:aws:iam::123456789012:role/github-actions"}}';
const JWT = 'auth-path: jwt';
const PROVIDER = 'workload-identity-provider: projects/123456789012/locations/global/workloadIdentityPools/github/providers/octo-org';
const NO_LOGIN = "is not needed here: the step logs in with the job's ID token";
const NO_VARIABLE = 'is not needed here: the step sets outputs, and no environment variables';
const NO_CREDENTIALS = 'has no counterpart here: the step leaves no credentials for other steps';
/** From the `action.yml` of the actions that people come from; the versions are in docs/migrating.md. */
const OF_OTHER_ACTIONS = [
    // aws-actions/configure-aws-credentials
    ...renamed('role-to-assume', ROLE),
    ...renamed('aws-region', 'region: eu-central-1'),
    ...foreign('app-server', APP_SERVER_ROLE, { 'role-to-assume': 'is auth.roleArn of app-server here' }),
    ...foreign('app-server', 'app-server: {url: …, auth: {type: aws, region: eu-central-1}}', {
        'aws-region': 'is auth.region of app-server here',
    }),
    ...foreign('role-arn', ROLE, {
        'aws-access-key-id aws-secret-access-key aws-session-token aws-profile web-identity-token-file force-skip-oidc use-existing-credentials role-chaining': "is not read here: the job's ID token assumes role-arn, and without role-arn the AWS credentials in the environment sign",
        'inline-session-policy managed-session-policies role-external-id role-session-name role-skip-session-tagging transitive-tag-keys custom-tags allowed-account-ids': "has no counterpart here: the role's own policies decide",
        'role-duration-seconds overwrite-aws-profile mask-aws-account-id output-credentials output-env-credentials unset-current-credentials translate-env-variables special-characters-workaround': NO_CREDENTIALS,
    }),
    ...foreign('role-arn', 'timeout-seconds: 60', {
        'disable-retry retry-max-attempts action-timeout-s': 'is not needed here: timeout-seconds limits all attempts together',
    }),
    ...foreign('role-arn', ROLE, {
        'http-proxy no-proxy sts-endpoint': 'is a variable here: HTTPS_PROXY, NO_PROXY or AWS_ENDPOINT_URL_STS in the environment',
    }),
    // hashicorp/vault-action
    ...renamed('jwtGithubAudience', 'audience: https://vault.example.com'),
    ...renamed('ignoreNotFound', 'allow-missing: true'),
    ...renamed('extraHeaders', 'headers: "CF-Access-Client-Id: 0123456789abcdef.access"'),
    ...foreign('auth-path', JWT, {
        method: "is not needed here: the job's ID token is the only method, and auth-path says where it is mounted",
    }),
    ...renamed('path', JWT, 'engine'),
    ...foreign('auth-path', JWT, {
        'token roleId secretId githubToken username password authPayload kubernetesTokenPath jwtPrivateKey jwtKeyPassword jwtTtl': NO_LOGIN,
        'exportEnv exportToken outputToken': NO_VARIABLE,
        'caCertificate tlsSkipVerify': 'is not needed here: an authority of your own is set by NODE_EXTRA_CA_CERTS in the environment',
        'clientCertificate clientKey': 'has no counterpart here: the step presents no client certificate',
    }),
    ...foreign('engine', 'engine: secret', {
        secretEncodingType: 'has no counterpart here: decode the value where you use it',
        pki: 'is not read here: use the action vault, and its token in a later step',
    }),
    ...foreign('auth-path', JWT, { 'secrets pki': 'is not read here: the step sets the output token, with which a later step reads what it needs' }, 'engine'),
    // aws-actions/aws-secretsmanager-get-secrets, google-github-actions/get-secretmanager-secrets
    ...foreign('secret', 'secret: app/database', { 'secret-ids': 'is called secret here, or secrets for several' }),
    ...foreign('secret', 'key: password', {
        'parse-json-secrets name-transformation auto-select-family-attempt-timeout': 'is not needed here: key picks one member, and secrets names each value',
    }),
    ...foreign('secret', 'secret: …', {
        export_to_environment: NO_VARIABLE,
        encoding: 'has no counterpart here: decode the value where you use it',
    }),
    ...foreign('allow-short', 'allow-short: true', {
        min_mask_length: 'is not needed here: a value of fewer than four characters is refused, unless allow-short is true',
    }),
    // google-github-actions/auth
    ...foreign('workload-identity-provider', PROVIDER, {
        credentials_json: NO_LOGIN,
        'project_id create_credentials_file export_environment_variables cleanup_credentials token_format access_token_lifetime access_token_scopes access_token_subject id_token_audience id_token_include_email delegates universe request_reason': NO_CREDENTIALS,
    }),
    // azure/login
    ...foreign('tenant-id', 'tenant-id: 00000000-0000-0000-0000-000000000000', {
        'creds auth-type subscription-id allow-no-subscriptions enable-AzPSSession': NO_LOGIN,
    }),
    ...renamed('environment', 'cloud: public'),
    // actions/create-github-app-token and its forerunners, and octo-sts/action
    ...foreign('permissions', 'permissions: contents: read', { 'permission-*': 'is one line of permissions here' }),
    ...foreign('app-server', 'app-server: https://app-server.example.com', {
        'app-id app_id application_id client-id private-key private_key application_private_key': 'is not needed here: the app server holds the key of the GitHub App',
    }),
    ...foreign('app-server', 'owner: octo-org', {
        'organization installation_retrieval_payload installation_retrieval_mode': 'is called owner here, with repositories',
        enterprise: 'has no counterpart here: a token is for repositories of one owner',
    }),
    ...foreign('app-server', 'repositories: my-repository, another', { repos: 'is called repositories here' }),
    ...foreign('app-server', 'repository: octo-org/target', { scope: 'is called repository here' }),
    ...foreign('app-server', 'permissions: contents: read', {
        'identity domain': 'is not needed here: permissions says what the token may do, and app-server who gives it',
    }),
    ...renamed('github_api_base_url', 'github-api-url: https://api.github.com'),
    ...foreign('skip-token-revoke', 'skip-token-revoke: true', {
        'revoke revoke_token': 'is skip-token-revoke here, which means the opposite',
    }),
];
/**
 * @param here the input that takes their place
 * @param inputs what they are here, by their names with blanks between them
 */
function foreign(here, example, inputs, unless) {
    return Object.entries(inputs).flatMap(([names, is]) => names.split(' ').map((name) => ({ name, here, is, example, ...(unless !== undefined && { unless }) })));
}
function renamed(name, example, unless) {
    const [here = ''] = example.split(':');
    return foreign(here, example, { [name]: `is called ${here} here` }, unless);
}
/**
 * Records inputs that are given under the names of other actions, or with `_` in place of `-`: the runner passes them on with
 * no more than a warning, and they would have no effect.
 *
 * @param environment the runner sets `INPUT_…` for every input that the action declares, and every other that is given
 */
function reportOtherActions(inputs, environment) {
    const variables = new Set(Object.keys(environment));
    const isGiven = (name) => variables.has(variable(name)) && (environment[variable(name)] ?? '').trim() !== '';
    for (const { name, here, unless, is, example } of OF_OTHER_ACTIONS) {
        if (!variables.has(variable(here)))
            continue;
        if (unless !== undefined && variables.has(variable(unless)))
            continue;
        const names = name.endsWith('*') ? namesThatBegin(variables, name.slice(0, -1)) : [name];
        for (const each of names.filter(isGiven))
            inputs.problem(each, is, example);
    }
    for (const name of namesThatBegin(variables, '').filter(isGiven)) {
        const dashed = name.replaceAll('_', '-');
        if (dashed === name || !variables.has(variable(dashed)))
            continue;
        inputs.problem(name, `is called ${dashed} here`, `${dashed}: …`);
    }
}
function variable(name) {
    return `INPUT_${name.toUpperCase()}`;
}
function namesThatBegin(variables, start) {
    return [...variables]
        .filter((name) => /^INPUT_[A-Z_-]{1,100}$/.test(name) && name.startsWith(variable(start)))
        .map((name) => name.slice('INPUT_'.length).toLowerCase());
}

// EXTERNAL MODULE: ./src/text.ts
var src_text = __nccwpck_require__(8992);
;// CONCATENATED MODULE: ./src/step/cancellation.ts

/** How long a cancelled step listens for the answer that may bring a credential, in ms. */
const PATIENCE_MS = 3_000;
/** When a cancelled step gives up, in ms after the signal: the runner kills it after 10 s (actions/runner `ProcessInvoker.cs`). */
const END_MS = 4_500;
function createCancellation({ timer }) {
    const [begins, patience, end] = [new AbortController(), new AbortController(), new AbortController()];
    return {
        signal: begins.signal,
        patience: patience.signal,
        end: end.signal,
        cancel: (by) => {
            const reason = new errors/* ActionError */.lZ('CANCELLED', `The step was cancelled or timed out (${by}).`);
            if (begins.signal.aborted) {
                patience.abort(reason);
                end.abort(reason);
                return;
            }
            begins.abort(reason);
            timer(PATIENCE_MS, () => {
                patience.abort(reason);
            });
            timer(END_MS, () => {
                end.abort(reason);
            });
        },
    };
}
/** The error of a step that was cancelled, with the result of its last call. */
function cancelled({ signal }, cause) {
    const reason = signal.reason;
    if (!(cause instanceof errors/* ActionError */.lZ))
        return new errors/* ActionError */.lZ('CANCELLED', reason.message, { cause });
    if (cause.code === 'CANCELLED')
        return cause;
    return new errors/* ActionError */.lZ('CANCELLED', `${reason.message} ${cause.message}`, { explain: cause.explain, cause });
}

// EXTERNAL MODULE: ./src/http/answer.ts
var http_answer = __nccwpck_require__(9856);
// EXTERNAL MODULE: ./src/inputs/url.ts
var url = __nccwpck_require__(6344);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
;// CONCATENATED MODULE: ./src/http/authority.ts


/**
 * What to do about a certificate authority that is not known. Node ignores a file that it cannot use, with a warning that few
 * see (Node.js, "NODE_EXTRA_CA_CERTS").
 *
 * @param file what `NODE_EXTRA_CA_CERTS` names; empty if it is not set
 */
function authorityHint(file) {
    if (file === '') {
        return 'Set NODE_EXTRA_CA_CERTS to the PEM file of that authority, in the environment of the runner or as `env:` of the step.';
    }
    const fault = pemFault(file);
    return fault === undefined
        ? 'The file that NODE_EXTRA_CA_CERTS names does not contain that authority: add it, in PEM.'
        : `NODE_EXTRA_CA_CERTS is set, but the file that it names ${fault}.`;
}
function pemFault(file) {
    try {
        const text = (0,external_node_fs_.readFileSync)(file, 'latin1');
        return text.includes('-----BEGIN ') ? undefined : 'is not PEM: convert it (openssl x509 -inform der)';
    }
    catch (error) {
        return { ENOENT: 'does not exist', EISDIR: 'is a folder' }[(0,errors/* systemCode */.xU)(error)] ?? 'cannot be read';
    }
}

// EXTERNAL MODULE: ./src/http/call.ts
var http_call = __nccwpck_require__(2006);
;// CONCATENATED MODULE: ./src/http/gateway.ts

/**
 * Gateways by where they send a request that they do not know, and the headers by which they know one: Cloudflare
 * ("Service tokens"), Google ("Programmatic authentication" of IAP), Pomerium ("Service Accounts").
 */
const GATEWAYS = [
    [
        /^https:\/\/[\w-]+\.cloudflareaccess\.com\//,
        'Cloudflare Access',
        'CF-Access-Client-Id and CF-Access-Client-Secret',
    ],
    [/^https:\/\/accounts\.google\.com\//, "Google's Identity-Aware Proxy", 'Proxy-Authorization'],
    [/^https:\/\/[^/?#]+\/\.pomerium\//, 'Pomerium', 'X-Pomerium-Authorization'],
];
/** `undefined` where the answer is neither a redirect nor a web page, or where the call has no place for headers. */
function gatewayHint({ gateway }, answer) {
    const isRedirect = answer.status >= 300 && answer.status < 400;
    if (gateway === undefined || !(isRedirect || (0,http_answer/* looksLikeHtml */.te)(answer)))
        return undefined;
    const location = isRedirect ? ((0,http_answer/* header */.wx)(answer, 'location') ?? '') : '';
    const [, name, wanted = ''] = GATEWAYS.find(([login]) => login.test(location)) ?? [];
    const given = Object.keys(gateway).join(', ');
    if (name !== undefined) {
        const hint = given === ''
            ? `It leads to the login page of ${name}: set \`headers\` to what lets a machine in (${wanted}).`
            : `It leads to the login page of ${name}, which did not accept \`headers\` (${given}). It wants ${wanted}, and a policy that lets a machine in.`;
        return { hint, isKnown: true };
    }
    const hint = given === ''
        ? 'If a gateway such as Cloudflare Access sent it, a header may be missing: set `headers` (CF-Access-Client-Id and CF-Access-Client-Secret).'
        : `If a gateway sent it, it did not accept \`headers\` (${given}).`;
    return { hint, isKnown: false };
}

;// CONCATENATED MODULE: ./src/http/failure.ts






/** An attempt that got no complete answer. It is retried, unless `again` says that it would fail in the same way. */
class AttemptFailed extends Error {
    code;
    again;
    hint;
    /** Whether any byte of an answer came. */
    answered = false;
    constructor(code, message, more) {
        super(message, { cause: more.cause });
        this.code = code;
        this.again = more.again;
        this.hint = more.hint;
    }
}
const NETWORK = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'connection reset',
    EPIPE: 'connection reset',
    ENOTFOUND: 'host name not found',
    EAI_AGAIN: 'host name lookup failed',
    ETIMEDOUT: 'connection timed out',
    EHOSTUNREACH: 'host unreachable',
    ENETUNREACH: 'network unreachable',
};
function networkFailure(error) {
    const code = (0,errors/* systemCode */.xU)(error);
    return NETWORK[code] ?? (code === '' ? 'connection closed too early' : `network error ${code}`);
}
const UNTRUSTED = new Set([
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
]);
/** Other codes for a certificate that is not accepted (Node.js, "TLS (SSL)", "X509 certificate error codes"). */
const REJECTED = /^(?:CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$)/;
/** What an error of a socket means. Node's codes: "Errors" and "TLS (SSL)" in its documentation. */
function connectionFailure(error) {
    const code = (0,errors/* systemCode */.xU)(error);
    const tlsFailure = (what, hint) => new AttemptFailed('TLS_FAILED', what, { again: false, hint, cause: error });
    if (UNTRUSTED.has(code)) {
        return tlsFailure('its certificate is from a certificate authority that this runner does not know', authorityHint(process.env['NODE_EXTRA_CA_CERTS'] ?? ''));
    }
    // RFC 8446, section 6.2.
    if (code.endsWith('ALERT_CERTIFICATE_REQUIRED')) {
        return tlsFailure('it requires a client certificate', 'This action offers none: the server must accept requests without one on this address.');
    }
    if (code === 'CERT_HAS_EXPIRED')
        return tlsFailure('its certificate has expired', 'Renew the certificate of the server.');
    if (code === 'CERT_NOT_YET_VALID') {
        return tlsFailure('its certificate is not valid yet', 'Check the clock of this runner.');
    }
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
        return tlsFailure('its certificate is for another host name', 'Use the host name that the certificate is for.');
    }
    if (REJECTED.test(code)) {
        return tlsFailure(`its certificate is not accepted (${code})`, 'The server needs another one.');
    }
    if (/^(ERR_SSL|ERR_TLS|EPROTO|ERR_OSSL)/.test(code)) {
        return tlsFailure(`the TLS handshake failed (${code})`, 'Check that the port speaks HTTPS.');
    }
    if (code === 'HPE_HEADER_OVERFLOW')
        return headersTooLarge();
    if (code.startsWith('HPE_'))
        return notHttp(error);
    return new AttemptFailed('UNREACHABLE', networkFailure(error), { again: true, cause: error });
}
function headersTooLarge() {
    return new AttemptFailed('UNUSABLE_ANSWER', 'the headers of the answer are too large', { again: false });
}
function notHttp(cause) {
    return new AttemptFailed('UNREACHABLE', 'the answer is not HTTP', { again: true, cause });
}
/** Why a signal was aborted, where it was. */
function reasonOf(signal) {
    return signal.reason instanceof Error ? signal.reason : undefined;
}
/** Rejects with the signal's reason when it is aborted. */
function cutOff(signal) {
    return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
            reject(signal.reason);
        });
    });
}
/** @throws ActionError `TLS_FAILED` if the credentials in the call would travel in the open */
function mustBeSafe(call) {
    if ((0,url/* mayCarrySecrets */._1)(call.url))
        return;
    throw new errors/* ActionError */.lZ('TLS_FAILED', `${(0,src_text/* capital */.Nx)((0,http_call/* placeOf */.$)(call))}: its address does not begin with https://.`, {
        hint: 'Nothing was sent. Plain HTTP works only on this machine (localhost, 127.0.0.1, [::1]).',
    });
}
/** An attempt without a complete answer, as an error. */
function unanswered(call, failure) {
    return new errors/* ActionError */.lZ(failure.code, `${(0,src_text/* capital */.Nx)((0,http_call/* placeOf */.$)(call))}: ${failure.message}.`, {
        hint: failure.hint ?? nextStep(failure.code, call),
        cause: failure,
    });
}
/** A call whose answer was not listened for to its end: nobody knows what the server did. */
function unheard(call, ends, reason) {
    return new errors/* ActionError */.lZ('CANCELLED', `${reason.message} ${(0,src_text/* capital */.Nx)((0,http_call/* placeOf */.$)(call))} had been asked and did not answer.`, { hint: livesOn(ends), cause: reason });
}
/** The error of the last attempt, and why there was no other. */
function givenUp(last, course, limit) {
    const { attempts, tookMs, retryAfterMs = 0 } = course;
    const why = retryAfterMs > 0
        ? `It asks to wait for ${Math.ceil(retryAfterMs / 1000)} s, which leaves no time within the limit of ${limit}.`
        : `Gave up after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} in ${Math.round(tookMs / 1000)} s; the limit is ${limit}.`;
    return new errors/* ActionError */.lZ(last.code, `${last.message} ${why}`, {
        explain: last.explain,
        cause: last,
        refused: last.refused,
    });
}
/** What `read` threw, and what else may help: that a credential of the answer may live on, what a gateway may want. */
function unread(call, answer, error) {
    if (!(error instanceof errors/* ActionError */.lZ))
        return error;
    const isLost = !error.leavesNothing && call.grantEnds !== undefined;
    const more = `${gatewayHint(call, answer)?.hint ?? ''} ${isLost ? livesOn(call.grantEnds) : ''}`.trim();
    if (more === '')
        return error;
    const hint = `${error.explain(undefined).hint ?? ''} ${more}`.trim();
    return new errors/* ActionError */.lZ(error.code, error.message, { hint, cause: error.cause });
}
function livesOn(ends) {
    return `If it issued a token, nobody has it: it cannot be revoked here, and ends ${ends}.`;
}
/** What to know where a server was not reached, or not in time, or its answer was not read to its end. */
function nextStep(code, { url: { origin }, grantEnds }) {
    if (code === 'UNUSABLE_ANSWER' && grantEnds !== undefined)
        return livesOn(grantEnds);
    if (code === 'UNREACHABLE') {
        return `Check that ${origin} is the right address, and that this runner can reach it: look for a firewall, a private network, or a missing proxy (https_proxy).`;
    }
    return code === 'TIMED_OUT'
        ? `If this persists, check whether the server is overloaded, or whether a firewall drops what this runner sends to ${origin}.`
        : undefined;
}

;// CONCATENATED MODULE: external "node:http"
const external_node_http_namespaceObject = process.getBuiltinModule("node:http");
;// CONCATENATED MODULE: ./src/http/request.ts



/** The largest answer that is read, in bytes. */
const MAX_BODY = 1024 * 1024;
/**
 * Sends one message over a socket and reads the whole answer; the socket serves for nothing else.
 *
 * @param ends cuts it off
 * @param progress is told what is waited for
 * @throws AttemptFailed `UNREACHABLE`, `TLS_FAILED`, `UNUSABLE_ANSWER`; the reason of `ends`
 */
function request(socket, call, message, userAgent, ends, progress) {
    progress.waitingFor = 'the answer';
    return new Promise((resolve, reject) => {
        let answer;
        const fail = (error) => {
            socket.destroy();
            const reason = reasonOf(ends) ?? (error instanceof AttemptFailed ? error : connectionFailure(error));
            if (reason instanceof AttemptFailed)
                reason.answered = answer !== undefined;
            reject(reason);
        };
        // Over the established socket, TLS or not: no agent in between, nothing that outlives the attempt.
        const sent = external_node_http_namespaceObject.request({
            createConnection: () => socket,
            method: call.method,
            path: call.url.pathname + call.url.search,
            headers: headersOf(call, message, userAgent),
        });
        sent.on('error', (error) => {
            // A complete answer is the answer: bytes after its end belong to no message (RFC 9112 section 6.3).
            if (answer?.complete !== true)
                fail(error);
        });
        // Without a listener, Node.js would drop the connection and tell nobody.
        sent.on('upgrade', () => {
            fail(new AttemptFailed('UNREACHABLE', 'it answered with an upgrade to another protocol', { again: true }));
        });
        sent.on('response', (response) => {
            answer = response;
            progress.waitingFor = 'the rest of the answer';
            read(response, fail, (whole) => {
                socket.destroy();
                resolve(whole);
            });
        });
        const cutOff = () => {
            fail(new Error('cut off'));
        };
        ends.addEventListener('abort', cutOff);
        if (ends.aborted)
            cutOff();
        else
            sent.end(message.body);
    });
}
function read(response, fail, done) {
    const body = new Body();
    response.on('data', (chunk) => {
        if (!body.take(chunk)) {
            fail(new AttemptFailed('UNUSABLE_ANSWER', 'the answer is larger than 1 MiB', { again: false }));
        }
    });
    // A body cut short is an error of the response, by Content-Length and by chunks alike.
    response.on('error', fail);
    response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        const text = body.text();
        done({ status, headers, text, json: (0,http_answer/* parseJson */.qF)(text) });
    });
}
function headersOf({ method, url, gateway }, message, userAgent) {
    return {
        // Before those of the step, which they cannot replace.
        ...gateway,
        host: url.host,
        'user-agent': userAgent,
        connection: 'close',
        ...message.headers,
        ...((message.body !== undefined || method === 'POST') && {
            'content-length': String(Buffer.byteLength(message.body ?? '')),
        }),
    };
}
/** What has come of a body. One buffer that grows: a million chunks of one byte, kept as they come, would take half a gigabyte. */
class Body {
    #bytes = Buffer.alloc(16_384);
    #size = 0;
    /** @returns whether it fits */
    take(chunk) {
        const before = this.#size;
        this.#size += chunk.length;
        if (this.#size > MAX_BODY)
            return false;
        if (this.#size > this.#bytes.length) {
            this.#bytes = Buffer.concat([this.#bytes], Math.max(this.#size, this.#bytes.length * 2));
        }
        chunk.copy(this.#bytes, before);
        return true;
    }
    text() {
        return this.#bytes.toString('utf8', 0, this.#size);
    }
}

;// CONCATENATED MODULE: ./src/http/attempt.ts


/**
 * Sends a message once and waits for the whole answer.
 *
 * @param early a connection that was opened while the message was being prepared
 * @param limitMs for all of it, in ms
 * @throws AttemptFailed of {@link Connections.open} and {@link request}, or `TIMED_OUT`; ActionError `CANCELLED` if an answer
 *   may have been missed; the reason of the signals
 */
async function answerTo(call, message, early, limitMs, means) {
    const { connections, clock, signal } = means;
    // The message may have taken a while.
    signal.throwIfAborted();
    const cut = new AbortController();
    const progress = early?.progress ?? { waitingFor: 'the connection' };
    const stop = clock.timer(limitMs, () => {
        cut.abort(timedOut(limitMs, progress));
    });
    const ends = AbortSignal.any([cut.signal, signal]);
    const send = (socket) => sendOver(socket, call, message, cut.signal, progress, means);
    try {
        const opened = early && (await Promise.race([early.take(), cutOff(ends)]));
        if (opened !== undefined) {
            try {
                return await send(opened);
            }
            catch (error) {
                // The server may have closed it while it was idle: that is no failure of this request.
                if (call.once === true || !(error instanceof AttemptFailed) || error.answered || error.code !== 'UNREACHABLE')
                    throw error;
            }
        }
        return await send(await connections.open(call.url, ends, progress));
    }
    finally {
        stop();
    }
}
/** @param cut the end of the attempt's time */
async function sendOver(socket, call, message, cut, progress, { signal, patience, userAgent }) {
    const listening = AbortSignal.any([cut, call.grantEnds === undefined ? signal : patience]);
    try {
        return await request(socket, call, message, userAgent, listening, progress);
    }
    catch (error) {
        if (!signal.aborted || call.grantEnds === undefined)
            throw error;
        throw unheard(call, call.grantEnds, signal.reason);
    }
}
function timedOut(limitMs, { waitingFor }) {
    const limit = `${Math.round(limitMs / 100) / 10} s`;
    return new AttemptFailed('TIMED_OUT', `no answer within ${limit}, while waiting for ${waitingFor}`, { again: true });
}

;// CONCATENATED MODULE: external "node:net"
const external_node_net_namespaceObject = process.getBuiltinModule("node:net");
;// CONCATENATED MODULE: ./node_modules/@actions/http-client/lib/proxy.js
function getProxyUrl(reqUrl) {
    const usingSsl = reqUrl.protocol === 'https:';
    if (checkBypass(reqUrl)) {
        return undefined;
    }
    const proxyVar = (() => {
        if (usingSsl) {
            return process.env['https_proxy'] || process.env['HTTPS_PROXY'];
        }
        else {
            return process.env['http_proxy'] || process.env['HTTP_PROXY'];
        }
    })();
    if (proxyVar) {
        try {
            return new DecodedURL(proxyVar);
        }
        catch (_a) {
            if (!proxyVar.startsWith('http://') && !proxyVar.startsWith('https://'))
                return new DecodedURL(`http://${proxyVar}`);
        }
    }
    else {
        return undefined;
    }
}
function checkBypass(reqUrl) {
    if (!reqUrl.hostname) {
        return false;
    }
    const reqHost = reqUrl.hostname;
    if (isLoopbackAddress(reqHost)) {
        return true;
    }
    const noProxy = process.env['no_proxy'] || process.env['NO_PROXY'] || '';
    if (!noProxy) {
        return false;
    }
    // Determine the request port
    let reqPort;
    if (reqUrl.port) {
        reqPort = Number(reqUrl.port);
    }
    else if (reqUrl.protocol === 'http:') {
        reqPort = 80;
    }
    else if (reqUrl.protocol === 'https:') {
        reqPort = 443;
    }
    // Format the request hostname and hostname with port
    const upperReqHosts = [reqUrl.hostname.toUpperCase()];
    if (typeof reqPort === 'number') {
        upperReqHosts.push(`${upperReqHosts[0]}:${reqPort}`);
    }
    // Compare request host against noproxy
    for (const upperNoProxyItem of noProxy
        .split(',')
        .map(x => x.trim().toUpperCase())
        .filter(x => x)) {
        if (upperNoProxyItem === '*' ||
            upperReqHosts.some(x => x === upperNoProxyItem ||
                x.endsWith(`.${upperNoProxyItem}`) ||
                (upperNoProxyItem.startsWith('.') &&
                    x.endsWith(`${upperNoProxyItem}`)))) {
            return true;
        }
    }
    return false;
}
function isLoopbackAddress(host) {
    const hostLower = host.toLowerCase();
    return (hostLower === 'localhost' ||
        hostLower.startsWith('127.') ||
        hostLower.startsWith('[::1]') ||
        hostLower.startsWith('[0:0:0:0:0:0:0:1]'));
}
class DecodedURL extends URL {
    constructor(url, base) {
        super(url, base);
        this._decodedUsername = decodeURIComponent(super.username);
        this._decodedPassword = decodeURIComponent(super.password);
    }
    get username() {
        return this._decodedUsername;
    }
    get password() {
        return this._decodedPassword;
    }
}
;// CONCATENATED MODULE: ./src/http/proxy.ts



/** With the scheme, where there is one. */
const SETTING = /^(?:([a-z][a-z\d+.-]*):\/\/)?(.*)/is;
/**
 * The proxy that the environment has for a URL; `undefined` if the way is direct.
 *
 * `@actions/http-client` decides which hosts need none. The setting is read here, since its `getProxyUrl` takes a setting
 * with a `%` that is no escape for none, and `host:port` for a scheme.
 *
 * @throws AttemptFailed `PROXY_FAILED` if the setting cannot be used; it does not hold the setting, which may hold a password
 */
function proxyFor(url) {
    if (needsNone(url))
        return undefined;
    const scheme = url.protocol.slice(0, -1);
    const variable = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`].find((name) => process.env[name]);
    return variable === undefined ? undefined : proxy_read(variable, process.env[variable] ?? '', url.host);
}
/**
 * Whether a host is reached without a proxy: this machine, or one of `no_proxy`. The library takes every name that begins
 * with `127.` for this machine, so the check gets a subdomain of such a name, to which the same entries apply. An
 * address is not changed: it has no subdomains.
 */
function needsNone(url) {
    if (!url.hostname.startsWith('127.'))
        return checkBypass(url);
    const below = new URL(url);
    below.hostname = `below.${url.hostname}`;
    return checkBypass(below);
}
/**
 * What to do about a proxy, from where it comes.
 *
 * @param host that was to be reached
 */
function proxyHint(variable, host) {
    const meant = meantFor(host);
    const mended = meant === undefined
        ? ''
        : ` no_proxy has "${meant}", a form that is not understood: use host names, or domains such as .example.com, with commas between them.`;
    return `The proxy comes from ${variable} in the environment of the runner; hosts in no_proxy are reached without it.${mended}`;
}
/**
 * An entry of `no_proxy` that looks meant for a host, in a form that `@actions/http-client` compares as a name: `*.x`, a dot at
 * the end, blanks for commas, IPv6 without brackets, a range of addresses.
 */
function meantFor(host) {
    const name = host
        .replace(/:\d+$/, '')
        .replace(/^\[|\]$/g, '')
        .toLowerCase();
    const entries = (process.env['no_proxy'] ?? process.env['NO_PROXY'] ?? '').split(',');
    return entries
        .map((entry) => entry.trim())
        .find((entry) => {
        const words = entry.toLowerCase().split(/\s+/);
        return words.some((word) => {
            const domain = word.replace(/^\*?\./, '').replace(/\.$/, '');
            const isOdd = words.length > 1 || /^\*\.|\.$/.test(word) || external_node_net_namespaceObject.isIPv6(word);
            if (word.includes('/'))
                return external_node_net_namespaceObject.isIP(name) !== 0;
            return isOdd && domain !== '' && (name === domain || name.endsWith(`.${domain}`));
        });
    });
}
function proxy_read(variable, setting, target) {
    const [, scheme = 'http', rest = ''] = SETTING.exec(setting.trim()) ?? [];
    const unusable = (what) => new AttemptFailed('PROXY_FAILED', what, { again: false, hint: proxyHint(variable, target) });
    const isHttp = /^https?$/i.test(scheme);
    const text = `${isHttp ? scheme : 'http'}://${rest}`;
    // If one of these characters ended the authority, part of the password would be read as the host.
    if (/[/?#].*@/s.test(rest) || !URL.canParse(text))
        throw unusable(`the proxy setting ${variable} is not a URL`);
    const url = new URL(text);
    if (!isHttp) {
        const only = 'a proxy must be http or https';
        throw unusable(`the proxy ${url.host} (${variable}) has the scheme "${scheme.toLowerCase()}", but ${only}`);
    }
    return { url, username: decoded(url.username), password: decoded(url.password), variable };
}
/** With its escapes decoded; a `%` that is none stays. */
function decoded(text) {
    return text.replace(/(?:%[\da-f]{2})+/gi, (escapes) => {
        try {
            return decodeURIComponent(escapes);
        }
        catch {
            return escapes;
        }
    });
}

;// CONCATENATED MODULE: external "node:events"
const external_node_events_namespaceObject = process.getBuiltinModule("node:events");
;// CONCATENATED MODULE: external "node:tls"
const external_node_tls_namespaceObject = process.getBuiltinModule("node:tls");
;// CONCATENATED MODULE: ./src/http/socket.ts




/** One for all connections: each would otherwise make its own, which takes as long as the rest of a handshake. */
let context;
/** The port of a URL, or of its scheme where it names none. */
function portOf(url) {
    return Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}
/**
 * Opens a connection to the origin of a URL, with TLS where its scheme is https.
 *
 * @param ends cuts it off
 * @param connected is called before the TLS handshake
 * @param tunnel leads to the origin, where one does
 * @throws AttemptFailed `UNREACHABLE`, `TLS_FAILED`; the reason of `ends`
 */
function openSocket(url, ends, connected = () => undefined, tunnel) {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const to = { host, port: portOf(url) };
    if (url.protocol === 'http:')
        return tunnel ? Promise.resolve(tunnel) : ready(external_node_net_namespaceObject.connect(to), 'connect', ends);
    const socket = external_node_tls_namespaceObject.connect({
        ...to,
        ...(tunnel && { socket: tunnel }),
        secureContext: (context ??= external_node_tls_namespaceObject.createSecureContext()),
        ...(external_node_net_namespaceObject.isIP(host) === 0 && { servername: host }),
        ALPNProtocols: ['http/1.1'],
        // Also where NODE_TLS_REJECT_UNAUTHORIZED=0 is set: a token is at stake.
        rejectUnauthorized: true,
    });
    if (tunnel)
        connected();
    else
        socket.once('connect', connected);
    return ready(socket, 'secureConnect', ends);
}
/** Resolves when a socket has been connected. */
async function ready(socket, event, ends) {
    // It listens for errors, too, and stays: a socket that waits for its request must not bring the process down.
    const closed = (0,external_node_events_namespaceObject.once)(socket, 'close').then(() => Promise.reject(new Error('closed')));
    try {
        await Promise.race([(0,external_node_events_namespaceObject.once)(socket, event, { signal: ends }), closed]);
        return socket;
    }
    catch (error) {
        socket.destroy();
        throw reasonOf(ends) ?? connectionFailure(error);
    }
}

;// CONCATENATED MODULE: ./src/http/retry.ts
/**
 * Which statuses are transient, how long to wait for the next attempt, and when there is no time for one; which answers are
 * retried at all is decided in `client.ts`. Pure: the time and the random source are parameters. `docs/retrying.md` argues
 * the numbers.
 */
/** The longest wait before the first retry, in ms. It doubles with each failure. */
const BASE_MS = 250;
/** What the doubling stops at, in ms. */
const CAP_MS = 8_000;
/** Jitter on top of a `Retry-After`, at least: this share of the wait that it asks for. */
const RETRY_AFTER_JITTER = 0.5;
/**
 * No attempt starts with less time left, in ms. One that the deadline cuts off can still make the server issue a token,
 * which then nobody holds and nobody revokes.
 */
const ANSWER_MS = 500;
/**
 * Whether the same request may be answered otherwise a moment later: 408, 425, 429, 500, 502, 503, 504.
 * Source: RFC 9110 15.5.9 and 15.6, RFC 8470 5.2, RFC 6585 4.
 */
function isTransient(status) {
    return [408, 425, 429, 500, 502, 503, 504].includes(status);
}
/**
 * The wait that a `Retry-After` header asks for, in ms: 0 for a date in the past, `undefined` if the header is
 * absent or malformed. Source: RFC 9110 10.2.3.
 *
 * @param value whole seconds, or an HTTP date
 * @param nowMs what a date is compared with, in ms since the epoch: the answer's own `Date` where it has one, so that
 *   a wrong clock on the runner does no harm
 */
function retryAfterMs(value, nowMs) {
    if (value === undefined)
        return undefined;
    if (/^\d+$/.test(value))
        return Math.min(Number(value) * 1000, Number.MAX_SAFE_INTEGER);
    const at = httpDate(value, nowMs);
    return at === undefined ? undefined : Math.max(0, at - nowMs);
}
/**
 * How long to wait after a failure that may pass: exponential back-off with full jitter, within the deadline.
 *
 * A `Retry-After` is the least wait. Jitter comes on top, so that a herd that was told the same does not come back as
 * one. Where less time is left than the longest wait, the wait is drawn from what is left: no time in which a token
 * could come is given away, and nothing overshoots.
 *
 * @param input.failures how many attempts have failed, from 1
 * @param input.retryAfterMs what {@link retryAfterMs} made of the last answer
 * @param input.remainingMs time until the deadline
 * @param input.random as `Math.random`: at least 0, less than 1
 * @returns ms; `undefined` to give up, because the time is over or the server asks for more of it than is left
 */
function waitFor(input) {
    const least = input.retryAfterMs ?? 0;
    const spare = input.remainingMs - ANSWER_MS - least;
    if (spare < 0)
        return undefined;
    const drawn = Math.min(CAP_MS, BASE_MS * 2 ** (input.failures - 1));
    const longest = Math.min(spare, Math.max(drawn, least * RETRY_AFTER_JITTER));
    return least + Math.floor(input.random() * longest);
}
/** The three forms that RFC 9110 5.6.7 has a recipient accept: today's, RFC 850's and asctime's. */
const HTTP_DATES = [
    /^(?<weekday>\w{3}), (?<day>\d\d) (?<month>\w{3}) (?<year>\d{4}) (?<time>[\d:]{8}) GMT$/,
    /^(?<weekday>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d\d)-(?<month>\w{3})-(?<year>\d\d) (?<time>[\d:]{8}) GMT$/,
    /^(?<weekday>\w{3}) (?<month>\w{3}) (?<day>[ \d]\d) (?<time>[\d:]{8}) (?<year>\d{4})$/,
];
/** An HTTP date in ms since the epoch; `undefined` if it is not one, or a day that never was. */
function httpDate(value, nowMs) {
    const parts = HTTP_DATES.map((form) => form.exec(value)?.groups).find((groups) => groups !== undefined);
    if (parts === undefined)
        return undefined;
    const { weekday = '', day = '', month = '', year = '', time = '' } = parts;
    const full = year.length === 2 ? fullYear(Number(year), new Date(nowMs).getUTCFullYear()) : year;
    const date = `${weekday.slice(0, 3)}, ${day.replace(' ', '0')} ${month} ${full} ${time} GMT`;
    const at = Date.parse(date);
    return new Date(at).toUTCString() === date ? at : undefined;
}
/** RFC 9110 5.6.7: a two-digit year that seems more than 50 years away is of the last century. */
function fullYear(twoDigits, thisYear) {
    const year = thisYear - (thisYear % 100) + twoDigits;
    return year > thisYear + 50 ? year - 100 : year;
}

;// CONCATENATED MODULE: ./src/http/tunnel.ts





const BEGINNING = 'HTTP/1.';
const END = '\r\n\r\n';
/** How long the head of an answer may be, in bytes: as Node.js has it. */
const MAX_HEAD = 16_384;
/**
 * Asks an HTTP proxy for a tunnel (CONNECT, RFC 9110 section 9.3.6). Node's own client would take an interim answer for
 * the final one.
 *
 * @param authority `host:port` at the end of the tunnel
 * @param ends cuts it off
 * @param mask has the password masked from the log
 * @throws AttemptFailed `PROXY_FAILED`; the reason of `ends`
 */
async function openTunnel(proxy, authority, ends, mask) {
    const failed = (what, again, cause) => new AttemptFailed('PROXY_FAILED', `the proxy ${proxy.url.host} ${what}`, {
        again,
        cause,
        hint: cause?.hint ?? proxyHint(proxy.variable, authority),
    });
    let socket;
    let status;
    try {
        socket = await openSocket(proxy.url, ends);
        socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}${authorization(proxy, mask)}${END}`);
        status = await finalStatus(socket, ends);
    }
    catch (error) {
        socket?.destroy();
        const failure = error instanceof AttemptFailed ? error : connectionFailure(error);
        throw reasonOf(ends) ?? failed(`could not be reached (${failure.message})`, failure.again, failure);
    }
    if (status >= 200 && status < 300)
        return socket;
    socket.destroy();
    const wants = status === 407 ? '407: it requires a user name and a password' : String(status);
    throw failed(`refused the tunnel (${wants})`, isTransient(status));
}
/** A header line with the credentials of the proxy, where it has some. */
function authorization({ username, password }, mask) {
    if (username === '' && password === '')
        return '';
    const basic = Buffer.from(`${username}:${password}`).toString('base64');
    mask(basic);
    if (password !== '')
        mask(password);
    return `\r\nproxy-authorization: Basic ${basic}`;
}
/**
 * The status of the first answer that is not interim (1xx but for 101, RFC 9110 section 15.2). What comes after its head
 * belongs to the tunnel, and stays in the socket.
 */
async function finalStatus(socket, ends) {
    let text = '';
    for (;;) {
        if (!text.startsWith(BEGINNING.slice(0, text.length)))
            throw notHttp();
        const end = text.indexOf(END);
        if (end >= 0) {
            const status = /^\S+ ([1-9]\d\d)\b/.exec(text)?.[1];
            if (status === undefined)
                throw notHttp();
            text = text.slice(end + END.length);
            if (status === '101' || !status.startsWith('1')) {
                socket.unshift(Buffer.from(text, 'latin1'));
                return Number(status);
            }
        }
        else {
            if (text.length > MAX_HEAD)
                throw headersTooLarge();
            text += await more(socket, ends);
        }
    }
}
/** What comes next, at least one byte. */
async function more(socket, ends) {
    await (0,external_node_events_namespaceObject.once)(socket, 'readable', { signal: ends });
    const chunk = socket.read();
    if (chunk === null)
        throw new Error('closed');
    return chunk.toString('latin1');
}

;// CONCATENATED MODULE: ./src/http/connection.ts



/** Opens connections: directly, or through the proxy of the environment; with TLS where the URL says so. */
class Connections {
    #signal;
    #mask;
    #closing = new AbortController();
    #early = new Set();
    /**
     * @param signal cuts off what is opened early
     * @param mask has a secret masked from the log
     */
    constructor(signal, mask) {
        this.#signal = signal;
        this.#mask = mask;
    }
    /**
     * A socket over which a request can be sent at once.
     *
     * @param ends cuts it off
     * @param progress is told what is waited for
     * @throws AttemptFailed `UNREACHABLE`, `TLS_FAILED`, `PROXY_FAILED`; the reason of `ends`
     */
    async open(url, ends, progress) {
        const proxy = proxyFor(url);
        progress.waitingFor = proxy ? 'the proxy' : 'the connection';
        const tunnel = proxy && (await openTunnel(proxy, `${url.hostname}:${portOf(url)}`, ends, this.#mask));
        return openSocket(url, ends, () => (progress.waitingFor = 'the TLS handshake'), tunnel);
    }
    /** Begins to open one direct connection to the URL's origin; none if the way leads through a proxy. Never fails. */
    openEarly(url) {
        try {
            if (proxyFor(url) !== undefined)
                return undefined;
        }
        catch {
            // The request itself fails by that setting, and says so.
            return undefined;
        }
        const progress = { waitingFor: 'the connection' };
        const opening = this.open(url, AbortSignal.any([this.#signal, this.#closing.signal]), progress);
        const early = opening.catch(() => undefined);
        this.#early.add(early);
        const take = async () => {
            const socket = await early;
            // What has arrived is read in this turn of the event loop.
            await new Promise(setImmediate);
            this.#early.delete(early);
            if (socket !== undefined && !socket.destroyed && socket.readableLength === 0)
                return socket;
            socket?.destroy();
            return undefined;
        };
        return { take, progress };
    }
    /** Closes what was opened early and not used. */
    close() {
        this.#closing.abort();
        for (const early of this.#early)
            void early.then((socket) => socket?.destroy());
    }
}

// EXTERNAL MODULE: ./src/http/pace.ts
var http_pace = __nccwpck_require__(8625);
;// CONCATENATED MODULE: ./src/http/refusal.ts







/**
 * An answer that is not 2xx, as an error. Without a reason of the system's own it is the answer of something in front of it:
 * no hint of the system's, which the status alone would decide, is given then.
 *
 * @param refusal what the system means by it
 * @param redact takes the secrets of the step out of a server's text
 * @returns `REDIRECTED`, `OVERLOADED`, `DENIED`, or the code of the refusal
 */
function refusalError(call, answer, refusal, redact) {
    const where = (0,src_text/* capital */.Nx)((0,http_call/* placeOf */.$)(call));
    const status = `${answer.status} ${external_node_http_namespaceObject.STATUS_CODES[answer.status] ?? ''}`.trim();
    const front = gatewayHint(call, answer);
    if (answer.status >= 300 && answer.status < 400) {
        const instead = front?.isKnown === true ? '' : ` Use the final URL instead of ${call.url.origin}${call.url.pathname}.`;
        return new errors/* ActionError */.lZ('REDIRECTED', `${where} answered with a redirect (${status}).`, {
            hint: `The step follows no redirect, because the request carries a credential.${instead} ${front?.hint ?? ''}`.trim(),
        });
    }
    const shown = (text, most) => typeof text === 'string' ? (0,src_text/* showable */.of)(redact(text), most) : undefined;
    const own = shown(refusal.reason);
    const reason = own ?? shown((0,http_answer/* messageOf */.bD)(answer));
    const requestId = shown(refusal.requestId, 100);
    const refused = {
        status: answer.status,
        ...(call.audience !== undefined && { audience: call.audience }),
        ...(reason !== undefined && { reason }),
        ...(requestId !== undefined && { requestId }),
    };
    const overloaded = mayPass(answer, refusal);
    const verb = overloaded ? 'could not answer' : 'refused';
    // Many repeat the status in words.
    const words = reason === undefined || status.endsWith(` ${reason}`) ? '' : `: ${reason}`;
    const end = /[.!?…]$/.test(words) ? '' : '.';
    const code = overloaded ? 'OVERLOADED' : (refusal.code ?? 'DENIED');
    return new errors/* ActionError */.lZ(code, `${where} ${verb} (${status})${words}${end}`, {
        explain: (claims) => {
            if (own !== undefined)
                return refusal.explain?.(claims) ?? {};
            return overloaded ? {} : { hint: `${inFrontHint(call, answer)} ${front?.hint ?? ''}`.trim() };
        },
        refused,
        ...(own !== undefined && !overloaded && { missing: refusal.missing }),
    });
}
/** Whether the same request may be answered otherwise later, however often it was tried. */
function mayPass({ status }, { retry }) {
    return retry === 'until the deadline' || (isTransient(status) && retry !== 'never');
}
/** How often a refusal is retried although the status says no. */
function retriesOf({ retry }) {
    return typeof retry === 'object' ? retry.times : 0;
}
function inFrontHint({ service, url }, answer) {
    const what = (0,http_answer/* looksLikeHtml */.te)(answer)
        ? 'it is a web page'
        : answer.text.trim() === ''
            ? 'it is empty'
            : 'it has another form';
    return `This answer is not from ${service}: ${what}. Check that ${url.origin}${url.pathname} is the right address, and whether a gateway, a firewall or a login page in front of it refuses this request.`;
}

;// CONCATENATED MODULE: ./src/http/client.ts







/** How long one attempt may take unless the call says otherwise, in ms. */
const ATTEMPT_MS = 10_000;
/** From this difference on, a clock counts as wrong, in ms. Signatures are accepted up to 5 min off (SigV4). */
const SKEW_MS = 4 * 60_000;
/** Sends calls within one deadline. */
class Client {
    #options;
    #deadline;
    #connections;
    /** By how much the machine's clock is behind that of a server which refused a signature, in ms. */
    #skewMs;
    #paces = new Map();
    constructor(options) {
        const { clock, limitMs, signal, secrets } = options;
        this.#options = options;
        this.#deadline = clock.monotonic() + limitMs;
        this.#connections = new Connections(signal, secrets.mask);
    }
    /**
     * Sends a call until it is answered, refused for good, or the deadline is near.
     *
     * @throws ActionError `UNREACHABLE`, `TIMED_OUT`, `TLS_FAILED`, `PROXY_FAILED`, `REDIRECTED`, `OVERLOADED`,
     *   `DENIED`, `CLOCK_SKEWED`, `UNUSABLE_ANSWER`; and what `prepare` and `read` throw
     */
    send = async (call) => {
        const { clock, signal, debug, limit } = this.#options;
        mustBeSafe(call);
        const started = clock.monotonic();
        const retried = { times: 0 };
        for (let attempts = 1;; attempts++) {
            const preparing = call.prepare(() => clock.now() + (this.#skewMs ?? 0));
            // Later ones would only add to the load of a server that is in trouble.
            const isWaiting = attempts === 1 && preparing instanceof Promise;
            const early = isWaiting ? this.#connections.openEarly(call.url) : undefined;
            const outcome = await this.#attempt(call, await preparing, early, retried);
            if ('value' in outcome)
                return outcome.value;
            const { error, retry, retryAfterMs } = outcome;
            if (retry === 'never' || signal.aborted)
                throw error;
            if (retry === 'at once')
                continue;
            const { random } = clock;
            const waitMs = waitFor({ failures: attempts, retryAfterMs, remainingMs: this.#remainingMs(), random });
            if (waitMs === undefined) {
                const tookMs = clock.monotonic() - started;
                throw givenUp(error, { attempts, tookMs, retryAfterMs }, limit);
            }
            debug(`trying again in ${waitMs} ms`);
            await clock.sleep(waitMs, signal);
        }
    };
    /** Closes connections that were opened early and not used. */
    close() {
        this.#connections.close();
    }
    #remainingMs() {
        return this.#deadline - this.#options.clock.monotonic();
    }
    /** @param retried how often the call was retried for what the system itself said */
    async #attempt(call, message, early, retried) {
        const { debug, signal } = this.#options;
        const note = (what) => {
            debug(`${call.method} ${call.url.host}${call.url.pathname}: ${what}`);
        };
        const pace = this.#paces.get(call.url.origin) ?? new http_pace/* Pace */.o();
        this.#paces.set(call.url.origin, pace);
        await pace.enter();
        let answer;
        try {
            const limitMs = Math.max(0, Math.min(this.#remainingMs(), call.attemptMs ?? ATTEMPT_MS));
            const means = { patience: signal, ...this.#options, connections: this.#connections };
            answer = await answerTo(call, message, early, limitMs, means);
        }
        catch (failure) {
            if (!(failure instanceof AttemptFailed))
                throw failure;
            note(failure.message);
            return { error: unanswered(call, failure), retry: failure.again ? 'later' : 'never' };
        }
        finally {
            pace.leave(answer?.status === 429);
        }
        note(String(answer.status));
        const isEmpty = call.retriesEmpty === true && answer.text.trim() === '';
        const isGood = answer.status >= 200 && answer.status < 300 && !isEmpty;
        if (!isGood) {
            const value = call.readRefusal?.(answer);
            return value === undefined ? this.#refused(call, answer, retried) : { value };
        }
        try {
            return { value: call.read(answer) };
        }
        catch (error) {
            throw unread(call, answer, error);
        }
    }
    #refused(call, answer, retried) {
        const { secrets, clock } = this.#options;
        const refusal = call.refusal(answer);
        const error = refusalError(call, answer, refusal, secrets.redact);
        if (error.code === 'REDIRECTED')
            return { error, retry: 'never' };
        if (call.signed === true && !isTransient(answer.status) && this.#correctsClock(answer)) {
            return { error, retry: 'at once' };
        }
        if (!mayPass(answer, refusal) && retried.times++ >= retriesOf(refusal))
            return { error, retry: 'never' };
        const now = (0,http_answer/* serverTime */.nI)(answer) ?? clock.now();
        return { error, retry: 'later', retryAfterMs: retryAfterMs((0,http_answer/* header */.wx)(answer, 'retry-after'), now) };
    }
    /**
     * Takes a server's clock from the answer that refused a signature, where it is four minutes or more away. Once: a
     * signature that is then refused again has another fault.
     */
    #correctsClock(answer) {
        const { clock, debug } = this.#options;
        const skewMs = ((0,http_answer/* serverTime */.nI)(answer) ?? clock.now()) - clock.now();
        if (this.#skewMs !== undefined || Math.abs(skewMs) < SKEW_MS)
            return false;
        this.#skewMs = skewMs;
        debug(`the clock differs from the server's by ${Math.round(skewMs / 1000)} s; signing again with the server's time`);
        return true;
    }
}

// EXTERNAL MODULE: ./src/identity/claims.ts
var claims = __nccwpck_require__(2437);
// EXTERNAL MODULE: ./src/identity/credential.ts
var credential = __nccwpck_require__(8585);
;// CONCATENATED MODULE: ./src/identity/id-token.ts




/** From this age on, in ms, an ID token is not used again: it lives five minutes, and a server may need one of them. */
const FRESH_MS = 60_000;
/**
 * What the endpoint says about a job that has not quite started; its status is not documented. A job that is over gets
 * no more tokens.
 */
const NOT_YET = /can't issue id_token for job in '(?!completed')[\w -]{1,40}' state/i;
/** Another text for the same, which other systems use as well (runner: `JobRunner.cs`). */
const NOT_YET_403 = /pending|delayed|non-inprogress/i;
const IN_ANOTHER_JOB = 'Run the step in a job that has `permissions: id-token: write` and is still running.';
/**
 * Asks the runner's ID-token endpoint: `GET $ACTIONS_ID_TOKEN_REQUEST_URL&audience=…` with the request token as
 * bearer (GitHub: "OpenID Connect reference").
 */
function createIdentity(options) {
    const endpoint = options.environment['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '';
    const requestToken = options.environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '';
    if (requestToken !== '')
        options.mask(requestToken);
    const minted = new Map();
    const known = new Map();
    let newest;
    const ofAll = () => (known.size > 1 ? { ...newest, aud: [...known.keys()].sort() } : newest);
    async function mint(audience) {
        if (!/^[\x21-\x7e]+$/.test(requestToken) || !URL.canParse(endpoint)) {
            throw new errors/* ActionError */.lZ('NO_ID_TOKEN', 'This job cannot get an ID token: the runner offers none.');
        }
        const url = new URL(`${endpoint}${endpoint.includes('?') ? '&' : '?'}audience=${encodeURIComponent(audience)}`);
        const service = "the runner's ID-token endpoint";
        const token = await options.client.send({
            service,
            method: 'GET',
            url,
            prepare: () => ({ headers: { authorization: `Bearer ${requestToken}`, accept: 'application/json' } }),
            refusal: (answer) => {
                const { status, text, json } = answer;
                const early = status < 500 && (NOT_YET.test(text) || (status === 403 && NOT_YET_403.test(text)));
                return {
                    reason: (0,http_answer/* member */.Dc)(json, 'message') ?? (0,http_answer/* member */.Dc)(json, 'error', 'message'),
                    ...(early ? { retry: 'until the deadline' } : { code: 'ID_TOKEN_REFUSED' }),
                    ...((status === 401 || status === 403) && { explain: () => ({ hint: IN_ANOTHER_JOB }) }),
                };
            },
            read: (answer) => (0,credential/* credential */.e)((0,http_answer/* jsonObject */.o$)(answer, service, url)['value'], 'ID token', service, options.mask),
        });
        newest = (0,claims/* claimsOf */.ds)(token) ?? {};
        known.set(audience, newest);
        return token;
    }
    return {
        idToken: (audience, { fresh } = { fresh: false }) => {
            const held = minted.get(audience);
            if (!fresh && held !== undefined && options.monotonic() - held.at < FRESH_MS)
                return held.token;
            const token = mint(audience);
            minted.set(audience, { at: options.monotonic(), token });
            token.catch(() => minted.delete(audience));
            return token;
        },
        claims: (audience) => (audience === undefined ? ofAll() : known.get(audience)),
    };
}

;// CONCATENATED MODULE: ./src/step/masking.ts
/** How many characters of a secret in a row count as the secret: no other text has them by chance. */
const STRETCH = 16;
/** Every stretch of a secret has a block of so many characters that begins at a multiple of it. */
const BLOCK = STRETCH / 2;
/** Masking fewer characters than this would black out whole logs. */
const LEAST = 4;
/** How much of a server's text is looked at, in characters: more is never shown. */
const MAX_TEXT = 2_048;
/** @param maskLine has one line masked by the runner */
function createSecrets(maskLine) {
    const known = new Set();
    return {
        mask: (secret, least = LEAST) => {
            known.add(secret);
            for (const line of secret.split(/[\r\n]+/))
                if (line.trim().length >= least)
                    maskLine(line);
        },
        redact: (text) => {
            const redacted = withoutStretches(text.slice(0, MAX_TEXT), known);
            // The text may have been cut in the middle of a secret.
            return text.length <= MAX_TEXT ? redacted : redacted.slice(0, 1 - STRETCH);
        },
    };
}
/** Looks at the text once and at every eighth character of a secret: what is held is much more than what is shown. */
function withoutStretches(text, secrets) {
    const places = new Map();
    for (let at = 0; at + BLOCK <= text.length; at++) {
        const hash = hashOf(text, at);
        places.set(hash, [...(places.get(hash) ?? []), at]);
    }
    const isSecret = new Uint8Array(text.length);
    // A secret may consist of one block, a million times: the same surroundings are looked at once.
    const seen = new Set();
    for (const secret of secrets) {
        for (let at = 0; at + BLOCK <= secret.length; at += BLOCK) {
            const shared = places.get(hashOf(secret, at));
            if (shared === undefined)
                continue;
            const around = secret.slice(Math.max(0, at - BLOCK), at + STRETCH);
            if (seen.has(around))
                continue;
            seen.add(around);
            for (const place of shared) {
                if (!secret.startsWith(text.slice(place, place + BLOCK), at))
                    continue;
                const [start, end] = common(text, place, secret, at);
                if (end - start >= STRETCH)
                    isSecret.fill(1, start, end);
            }
        }
    }
    let rest = '';
    for (let at = 0; at < text.length; at++) {
        if (isSecret[at] === 0)
            rest += text.charAt(at);
        else if (isSecret[at - 1] !== 1)
            rest += '***';
    }
    return rest;
}
/** A number for a block, since a copy of each block of a secret would take several times its memory. */
function hashOf(text, at) {
    let hash = 0;
    for (let index = at; index < at + BLOCK; index++)
        hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
    return hash;
}
/** From where to where the text is that of the secret, around a block that they share. */
function common(text, place, secret, at) {
    let [start, end] = [place, place + BLOCK];
    const shift = at - place;
    while (start > 0 && start + shift > 0 && text[start - 1] === secret[start - 1 + shift])
        start--;
    while (end < text.length && text[end] === secret[end + shift])
        end++;
    return [start, end];
}

;// CONCATENATED MODULE: external "node:fs/promises"
const promises_namespaceObject = process.getBuiltinModule("node:fs/promises");
// EXTERNAL MODULE: external "os"
var external_os_ = __nccwpck_require__(857);
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_.EOL);
}
function issue(name, message = '') {
    issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = process.getBuiltinModule("crypto");
// EXTERNAL MODULE: external "fs"
var external_fs_ = __nccwpck_require__(9896);
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!external_fs_.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    external_fs_.appendFileSync(filePath, `${toCommandValue(message)}${external_os_.EOL}`, {
        encoding: 'utf8'
    });
}
function prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${external_crypto_namespaceObject.randomUUID()}`;
    const convertedValue = toCommandValue(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${external_os_.EOL}${convertedValue}${external_os_.EOL}${delimiter}`;
}
;// CONCATENATED MODULE: ./src/step/runner.ts

// By their own files: the entry of the package brings what no step here needs.



/** The runner that this process was started by. */
function createRunner(environment = process.env) {
    const variable = (name) => environment[name] ?? '';
    const say = (command) => (text) => {
        issueCommand(command, {}, text);
    };
    const info = (line) => {
        process.stdout.write(`${line}\n`);
    };
    const masked = new Set();
    return {
        environment,
        input: (name) => variable(`INPUT_${name.toUpperCase()}`).trim(),
        mask: (secret) => {
            if (!masked.has(secret))
                say('add-mask')(secret);
            masked.add(secret);
        },
        saveState: (name, value) => {
            toFile('STATE', name, value, environment);
        },
        state: (name) => variable(`STATE_${name}`),
        output: (name, value) => {
            toFile('OUTPUT', name, value, environment);
        },
        info,
        debug: say('debug'),
        warning: say('warning'),
        notice: say('notice'),
        error: say('error'),
        group: (title, lines) => {
            say('group')(title);
            lines.forEach(info);
            say('endgroup')('');
        },
        summary: async (markdown) => {
            const file = variable('GITHUB_STEP_SUMMARY');
            if (file !== '')
                await (0,promises_namespaceObject.appendFile)(file, `${markdown}\n`);
        },
        run: async () => {
            const { currentRun } = await __nccwpck_require__.e('report').then(__nccwpck_require__.bind(__nccwpck_require__, 7958));
            return currentRun();
        },
        debugging: variable('RUNNER_DEBUG') === '1',
    };
}
/** Appends a value to a file of the runner (GitHub Docs, "Workflow commands", "Environment files"). */
function toFile(command, name, value, environment) {
    const file = `GITHUB_${command}`;
    if ((environment[file] ?? '') === '') {
        throw new errors/* ActionError */.lZ('NOT_WRITTEN', `The runner provides no ${file} file.`, {
            hint: 'Update the runner: this action needs version 2.327.1 or newer.',
        });
    }
    try {
        issueFileCommand(command, prepareKeyValueMessage(name, value));
    }
    catch (cause) {
        const { because, hint } = reasonFor(cause);
        throw new errors/* ActionError */.lZ('NOT_WRITTEN', `The ${file} file of the runner cannot be written: ${because}.`, {
            cause,
            hint,
        });
    }
}
/** Why a file cannot be written and what to do, by the code of Node.js ("Common system errors"). */
function reasonFor(cause) {
    switch ((0,errors/* systemCode */.xU)(cause)) {
        case 'EACCES':
        case 'EPERM':
        case 'EROFS':
            return {
                because: 'it belongs to another user, or is read-only',
                hint: 'Run the step as the user that the runner runs as: in a container, set `options: --user` accordingly.',
            };
        case 'ENOSPC':
        case 'EDQUOT':
            return { because: 'the disk is full', hint: 'Free space on the disk of the runner.' };
        default:
            return {
                because: 'it is missing or is not a file',
                hint: 'Check that nothing removes the temporary folder of the runner.',
            };
    }
}
/** The action and its version, as the runner knows them, for `User-Agent`. */
function userAgent(environment) {
    const clean = (value, otherwise) => (value ?? '').replace(/[^\w./-]/g, '').slice(0, 100) || otherwise;
    const name = clean(environment['GITHUB_ACTION_REPOSITORY'], 'access-token');
    return `${name}/${clean(environment['GITHUB_ACTION_REF'], 'local')}`;
}

;// CONCATENATED MODULE: ./src/step/step.ts





function createStep(runner, clock, revokers) {
    const secrets = createSecrets(runner.mask);
    return { runner, clock, revokers, secrets, cancellation: createCancellation(clock) };
}
/** The client of a step, whose time begins here, and the identity of the job, which uses it. */
function connect({ runner, clock, secrets }, limits) {
    const { environment, debug } = runner;
    const client = new Client({ clock, secrets, debug, userAgent: userAgent(environment), ...limits });
    const { mask } = secrets;
    const identity = createIdentity({ environment, client, monotonic: clock.monotonic, mask });
    return { client, identity };
}

;// CONCATENATED MODULE: ./src/step/revoke.ts



/** Why post does not revoke what cannot be from the main step. */
const INVALID_STATE = 'The state that the main step saved is invalid.';
/**
 * Revokes a credential where it was issued and says what became of it: one line in the log, or one warning where it lives
 * on. With a client of its own, since the step's may have no time left; a cancelled step revokes what it has.
 *
 * @param limitMs how long that may last, in ms
 * @param failed says that it could not be done, to follow the name of the credential
 * @returns whether it has ended
 */
async function revoke(revocable, step, limitMs, failed = 'could not be revoked in this step') {
    const { runner, clock, revokers, secrets, cancellation } = step;
    const { info, warning, input } = runner;
    const revoker = await revokerOf(revocable, revokers);
    const { name } = revoker;
    const limit = `${limitMs / 1000} s`;
    const { client, identity } = connect(step, { limitMs, limit, signal: cancellation.end });
    try {
        if (!isUsable(revocable))
            throw new errors/* ActionError */.lZ('INTERNAL', INVALID_STATE);
        const outcome = await revoker.revoke(client, revocable, {
            idToken: identity.idToken,
            mask: secrets.mask,
            now: clock.now,
            input,
        });
        info(outcome === 'revoked' ? `${name} was revoked.` : `${name} had ended already.`);
        return true;
    }
    catch (error) {
        const ends = revocable.ends === undefined ? revoker.endsByDefault : `at ${revocable.ends.toISOString()}`;
        warning(`${name} ${failed}; it ends ${ends}. ${(0,errors/* asActionError */.z6)(error).text}`);
        return false;
    }
    finally {
        client.close();
    }
}
/** @throws ActionError `INTERNAL` if no issuer has that name */
async function revokerOf({ issuer }, revokers) {
    const load = Object.hasOwn(revokers, issuer) ? revokers[issuer] : undefined;
    if (load === undefined)
        throw new errors/* ActionError */.lZ('INTERNAL', 'The issuer of a token has no revoker.');
    return load();
}
/** Whether it is of a form that an exchange can save: a step in between could have set anything for post. */
function isUsable({ token, apiUrl }) {
    return /^[\x21-\x7e]+$/.test(token) && (0,url/* urlFault */.I_)(apiUrl, true) === undefined;
}

;// CONCATENATED MODULE: ./src/step/post.ts


/** How long the post step may last, in ms. */
const POST_MS = 15_000;
/** The form of what is saved. */
const VERSION = '2';
/**
 * Saves for post what it has to revoke; `undefined` for nothing. As one value, so that post finds all of it or nothing.
 *
 * @throws ActionError `NOT_WRITTEN`
 */
function saveRevocable(revocable, { saveState }) {
    saveState('version', VERSION);
    saveState('revocable', revocable === undefined ? '' : JSON.stringify(revocable));
}
/**
 * Revokes what the main step saved, when the job ends: whatever a clock says, its issuer is asked. Never fails the job:
 * whatever goes wrong is one warning that names the reason and when the token ends by itself.
 */
async function revokeSaved(step) {
    const { runner, secrets, revokers } = step;
    const saved = runner.state('revocable');
    if (saved.trim() === '') {
        runner.info('Nothing to revoke.');
        return true;
    }
    const json = (0,http_answer/* parseJson */.qF)(saved);
    const token = (0,http_answer/* member */.Dc)(json, 'token');
    if (typeof token === 'string')
        secrets.mask(token);
    const revocable = readRevocable(json);
    if (revocable === undefined || !Object.hasOwn(revokers, revocable.issuer)) {
        runner.warning(`The token could not be revoked. ${INVALID_STATE}`);
    }
    else {
        await revoke(revocable, step, POST_MS, 'could not be revoked');
    }
    return true;
}
/** What was saved, of which a step in between could have set anything; `undefined` if it is not of that form. */
function readRevocable(json) {
    const text = (name) => {
        const value = (0,http_answer/* member */.Dc)(json, name);
        return typeof value === 'string' ? value : undefined;
    };
    const [issuer, token, apiUrl] = [text('issuer'), text('token'), text('apiUrl')];
    if (issuer === undefined || token === undefined || apiUrl === undefined)
        return undefined;
    const ends = new Date(text('ends') ?? '');
    const extra = Object.entries((0,http_answer/* member */.Dc)(json, 'extra') ?? {}).filter((entry) => typeof entry[1] === 'string');
    return { issuer, token, apiUrl, ...(!Number.isNaN(ends.getTime()) && { ends }), extra: Object.fromEntries(extra) };
}

;// CONCATENATED MODULE: ./src/step/hand-over.ts


/**
 * The one order that is safe: a credential is masked before it is written anywhere, and saved for post before it is used.
 * What cannot be written is revoked, and what came after the job was cancelled.
 *
 * @param limitMs how long revoking may last, in ms
 */
async function handOver(grant, step, limitMs) {
    const { runner, secrets, cancellation } = step;
    // How short a secret may be is for the exchange to say.
    for (const secret of grant.secrets)
        secrets.mask(secret, 1);
    const { revocable, outlivesJob, expiresAt } = grant;
    let isSaved = false;
    try {
        if (revocable && outlivesJob !== true) {
            saveRevocable(revocable, runner);
            isSaved = true;
        }
        cancellation.signal.throwIfAborted();
        for (const [name, value] of Object.entries(grant.outputs))
            runner.output(name, value);
        if (expiresAt)
            runner.output('expires-at', expiresAt.toISOString());
    }
    catch (error) {
        // Nobody has use for the token now.
        const isGone = revocable && (await revoke(revocable, step, limitMs));
        // Else post would ask again, and warn of a token that its issuer does not know.
        if (isGone === true && isSaved)
            saveRevocable(undefined, runner);
        throw error;
    }
}

;// CONCATENATED MODULE: ./src/step/main.ts









const SUMMARY_MODES = ['on-refusal', 'always', 'never'];
/** How long revoking may last before the step ends, in ms. */
const REVOKE_MS = 5_000;
/** An expiry that is further away is not believed, in ms: a year. */
const LONGEST_MS = 366 * 24 * 3_600_000;
/**
 * Runs one exchange as a step: read → prove → exchange → mask → save → output → explain. A failure is one error
 * annotation; after a failure that follows the grant, the grant is revoked.
 *
 * @returns whether the step succeeded
 */
async function act(exchange, step) {
    const { runner, clock, cancellation } = step;
    const held = { summaryMode: 'never', timeoutMs: REVOKE_MS, revocables: [] };
    try {
        // Always written: what main does not save, a step in between could set as a variable.
        saveRevocable(undefined, runner);
        const settings = await main_read(exchange, step, held);
        const grant = await exchange.exchange(settings, toolsOf(step, held));
        await handOver(grant, step, revokeMs(held));
        for (const warning of [...(grant.warnings ?? []), ...doubts(grant, clock)])
            runner.warning(warning);
        for (const notice of grant.notices ?? [])
            runner.notice(notice);
        runner.info((0,src_text/* harmless */.Is)(grant.summary));
        if (held.summaryMode === 'always')
            await summarize(runner, () => grantSummaryOf(grant, runner, held));
        return true;
    }
    catch (cause) {
        const error = cancellation.signal.aborted ? cancelled(cancellation, cause) : (0,errors/* asActionError */.z6)(cause);
        await explain(error, runner, held);
        return false;
    }
    finally {
        held.client?.close();
        for (const each of held.revocables)
            await revoke(each, step, revokeMs(held));
    }
}
/** Settings and the limits of the step, or one error that holds the problems of all inputs. */
async function main_read(exchange, { runner: { input, environment, warning }, secrets }, held) {
    const inputs = new inputs_inputs/* Inputs */.G(input, secrets.mask);
    held.summaryMode = inputs.oneOf('job-summary', SUMMARY_MODES, 'on-refusal');
    held.timeoutMs = inputs.seconds('timeout-seconds', { least: 1, most: 600, fallback: 60 }) * 1000;
    reportOtherActions(inputs, environment);
    const settings = await exchange.settings(inputs, environment);
    inputs.check();
    inputs.warnings.forEach(warning);
    return settings;
}
/** The job summary is a courtesy: where it cannot be written, the log says so and nothing else changes. */
async function summarize(runner, markdown) {
    try {
        await runner.summary(await markdown());
    }
    catch (error) {
        runner.info(`The job summary could not be written (${error instanceof Error ? error.name : 'no reason'}).`);
    }
}
/** What the exchange may use; its time begins here. */
function toolsOf(step, held) {
    const { runner, clock, secrets, cancellation } = step;
    const { timeoutMs } = held;
    const { client, identity } = connect(step, {
        limitMs: timeoutMs,
        limit: `${timeoutMs / 1000} s (timeout-seconds)`,
        signal: cancellation.signal,
        patience: cancellation.patience,
    });
    Object.assign(held, { client, identity });
    return {
        idToken: identity.idToken,
        send: client.send,
        mask: secrets.mask,
        revokeAtEnd: (each) => held.revocables.push(each),
        now: clock.now,
        environment: runner.environment,
    };
}
async function grantSummaryOf(grant, runner, { identity }) {
    const { grantSummary } = await __nccwpck_require__.e('report').then(__nccwpck_require__.bind(__nccwpck_require__, 5161));
    return grantSummary(grant, runner.environment, await runner.run(), identity?.claims());
}
/** Says what failed, why, and what to change. */
async function explain(error, runner, { identity, summaryMode }) {
    const { reportOf } = await __nccwpck_require__.e('report').then(__nccwpck_require__.bind(__nccwpck_require__, 5161));
    const claims = identity?.claims(error.refused?.audience);
    const report = reportOf(error, runner.environment, await runner.run(), claims);
    runner.error(report.annotation);
    if (report.group.length > 0)
        runner.group('Why it was refused', report.group);
    if (report.summary !== '' && summaryMode !== 'never')
        await summarize(runner, () => report.summary);
    if (runner.debugging)
        for (const line of causes(error).split('\n'))
            runner.debug(line);
}
/** What speaks against the end that the server told, which is passed on all the same. */
function doubts({ expiresAt }, clock) {
    if (expiresAt === undefined)
        return [];
    const ahead = expiresAt.getTime() - clock.now();
    const ends = `The server says that the credential ends at ${expiresAt.toISOString()}`;
    if (ahead <= 0)
        return [`${ends}, which is in the past by this runner's clock: one of the two clocks is wrong.`];
    if (ahead > LONGEST_MS)
        return [`${ends}, which is more than a year away: do not rely on that.`];
    return [];
}
/** No longer than the exchange itself may take. */
function revokeMs({ timeoutMs }) {
    return Math.min(REVOKE_MS, timeoutMs);
}
/** The stack traces of an error and its causes, for debug mode. Their messages hold no secret. */
function causes(error) {
    const stack = error.stack ?? error.message;
    return error.cause instanceof Error ? `${stack}\ncaused by ${causes(error.cause)}` : stack;
}

;// CONCATENATED MODULE: ./src/http/clock.ts
/** The clock of the machine. */
const systemClock = {
    now: Date.now,
    // Not performance.now(): that global loads eight modules of Node.
    monotonic: () => Number(process.hrtime.bigint()) / 1e6,
    random: Math.random,
    sleep: (ms, signal) => new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms);
        const stop = () => {
            clearTimeout(timer);
            reject(signal.reason);
        };
        if (signal.aborted)
            stop();
        else
            signal.addEventListener('abort', stop);
    }),
    timer: (ms, call) => {
        const timer = setTimeout(call, ms);
        return () => {
            clearTimeout(timer);
        };
    },
};

;// CONCATENATED MODULE: ./src/step/process.ts




/**
 * Runs a step and ends the process, with 0 if the step succeeded. A process that ends in any other way has failed. The
 * step is told when the job is cancelled: the runner sends SIGINT, and SIGTERM 7.5 s later.
 */
async function runStep(revokers, run) {
    process.exitCode = 1;
    const step = createStep(createRunner(), systemClock, revokers);
    for (const name of ['SIGINT', 'SIGTERM'])
        process.on(name, step.cancellation.cancel);
    warnOfNodeDebug(step.runner);
    const succeeded = await run(step).catch((error) => {
        // What the lifecycle itself could not handle: a fault of this action.
        step.runner.error((0,errors/* asActionError */.z6)(error).text);
        return false;
    });
    // Flushed, then ended: nothing that a server keeps open may hold the job up.
    process.stdout.write('', () => process.exit(succeeded ? 0 : 1));
}
/** With these, Node prints what it sends and gets in hexadecimal digits, which no mask covers (Node.js, "util.debuglog"). */
const REVEALING = ['http', 'net', 'stream', 'tls'];
/** Warns where Node itself would print secrets. */
function warnOfNodeDebug({ environment, warning }) {
    const sections = (environment['NODE_DEBUG'] ?? '').toLowerCase().match(/[\w*]+/g) ?? [];
    const patterns = sections.map((section) => new RegExp(`^${section.replaceAll('*', '.*')}$`));
    if (!REVEALING.some((name) => patterns.some((pattern) => pattern.test(name))))
        return;
    warning('NODE_DEBUG is set: Node.js may print tokens and secrets to the log in a form that is not masked. Unset it.');
}

;// CONCATENATED MODULE: ./src/index.ts



/**
 * The exchange of each action, by the action's folder; `.` is the root. A family is a part of `dist` that is loaded only where
 * it is used, under the name given here.
 */
const exchanges = {
    // A GitHub token from an app server.
    '.': async () => (await __nccwpck_require__.e('app-server').then(__nccwpck_require__.bind(__nccwpck_require__, 8558))).appServer,
    // A Bytebase API token.
    bytebase: async () => (await __nccwpck_require__.e('bytebase').then(__nccwpck_require__.bind(__nccwpck_require__, 1354))).bytebase,
    // A GitHub token from Octo STS.
    'octo-sts': async () => (await __nccwpck_require__.e('octo-sts').then(__nccwpck_require__.bind(__nccwpck_require__, 575))).octoSts,
    // A token from any OAuth 2.0 token endpoint.
    'oauth-token': async () => (await __nccwpck_require__.e('oauth-token').then(__nccwpck_require__.bind(__nccwpck_require__, 7425))).oauthToken,
    // A Vault or OpenBao token.
    vault: async () => (await Promise.all(/* import() | vault */[__nccwpck_require__.e('secret'), __nccwpck_require__.e('vault')]).then(__nccwpck_require__.bind(__nccwpck_require__, 5662))).vault,
    // A password for RDS or Aurora by IAM.
    'database/aws-rds': async () => (await Promise.all(/* import() | aws */[__nccwpck_require__.e('secret'), __nccwpck_require__.e('aws')]).then(__nccwpck_require__.bind(__nccwpck_require__, 3685))).awsRds,
    // A password for Aurora DSQL by IAM.
    'database/aws-dsql': async () => (await Promise.all(/* import() | aws */[__nccwpck_require__.e('secret'), __nccwpck_require__.e('aws')]).then(__nccwpck_require__.bind(__nccwpck_require__, 5176))).awsDsql,
    // A password for Cloud SQL by IAM.
    'database/google-cloud-sql': async () => (await Promise.all(/* import() | google */[__nccwpck_require__.e('secret'), __nccwpck_require__.e('google')]).then(__nccwpck_require__.bind(__nccwpck_require__, 454))).googleCloudSql,
    // A password for Azure Database for PostgreSQL or MySQL.
    'database/azure': async () => (await Promise.all(/* import() | azure */[__nccwpck_require__.e('secret'), __nccwpck_require__.e('azure')]).then(__nccwpck_require__.bind(__nccwpck_require__, 8473))).azureDatabase,
    // Secrets of Vault's KV version 2 engine.
    'secret/vault': async () => (await Promise.all(/* import() | vault */[__nccwpck_require__.e('secret'), __nccwpck_require__.e('vault')]).then(__nccwpck_require__.bind(__nccwpck_require__, 6535))).secretVault,
    // Secrets of AWS Secrets Manager.
    'secret/aws-secrets-manager': async () => (await Promise.all(/* import() | aws */[__nccwpck_require__.e('secret'), __nccwpck_require__.e('aws')]).then(__nccwpck_require__.bind(__nccwpck_require__, 1153)))
        .awsSecretsManager,
    // Secrets of Google Secret Manager.
    'secret/google-secret-manager': async () => (await Promise.all(/* import() | google */[__nccwpck_require__.e('secret'), __nccwpck_require__.e('google')]).then(__nccwpck_require__.bind(__nccwpck_require__, 2999))).googleSecretManager,
    // Secrets of Azure Key Vault.
    'secret/azure-key-vault': async () => (await Promise.all(/* import() | azure */[__nccwpck_require__.e('secret'), __nccwpck_require__.e('azure')]).then(__nccwpck_require__.bind(__nccwpck_require__, 9067))).azureKeyVault,
    // Secrets from an HTTP endpoint.
    'secret/http': async () => (await Promise.all(/* import() | secret-http */[__nccwpck_require__.e('secret'), __nccwpck_require__.e('secret-http')]).then(__nccwpck_require__.bind(__nccwpck_require__, 5763))).httpSecret,
};
/** What revokes the credentials of each issuer, by the name that a grant gives it. */
const revokers = {
    // GitHub App installation tokens.
    github: async () => (await __nccwpck_require__.e('github').then(__nccwpck_require__.bind(__nccwpck_require__, 7247))).github,
    // Tokens of OAuth 2.0 servers.
    oauth: async () => (await __nccwpck_require__.e('oauth-token').then(__nccwpck_require__.bind(__nccwpck_require__, 5026))).oauth,
    // Tokens of Vault and OpenBao.
    vault: async () => (await Promise.all(/* import() | vault */[__nccwpck_require__.e('secret'), __nccwpck_require__.e('vault')]).then(__nccwpck_require__.bind(__nccwpck_require__, 7240))).vault,
};
/**
 * The main step of an action.
 *
 * @param folder of the action, as `uses:` names it; `.` for the root
 */
function main(folder) {
    return runStep(revokers, async (step) => {
        // What an exchange reads as its settings goes back to that same exchange and to no other.
        const exchange = (await exchanges[folder]());
        return act(exchange, step);
    });
}
/** The post step of every action whose token can be revoked. */
function post() {
    return runStep(revokers, revokeSaved);
}

var __webpack_exports__exchanges = __webpack_exports__.pY;
var __webpack_exports__main = __webpack_exports__.iW;
var __webpack_exports__post = __webpack_exports__.bE;
var __webpack_exports__revokers = __webpack_exports__.uQ;
export { __webpack_exports__exchanges as exchanges, __webpack_exports__main as main, __webpack_exports__post as post, __webpack_exports__revokers as revokers };
