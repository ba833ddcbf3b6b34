export const id = 'report';
export const ids = ['report'];
export const modules = {

/***/ 7958: // ./src/step/context.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  currentRun: () => (/* binding */ currentRun)
});

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "fs"
var external_fs_ = __webpack_require__(9896);
// EXTERNAL MODULE: external "os"
var external_os_ = __webpack_require__(857);
;// CONCATENATED MODULE: ./node_modules/@actions/github/lib/context.js


class Context {
    /**
     * Hydrate the context from the environment
     */
    constructor() {
        var _a, _b, _c;
        this.payload = {};
        if (process.env.GITHUB_EVENT_PATH) {
            if ((0,external_fs_.existsSync)(process.env.GITHUB_EVENT_PATH)) {
                this.payload = JSON.parse((0,external_fs_.readFileSync)(process.env.GITHUB_EVENT_PATH, { encoding: 'utf8' }));
            }
            else {
                const path = process.env.GITHUB_EVENT_PATH;
                process.stdout.write(`GITHUB_EVENT_PATH ${path} does not exist${external_os_.EOL}`);
            }
        }
        this.eventName = process.env.GITHUB_EVENT_NAME;
        this.sha = process.env.GITHUB_SHA;
        this.ref = process.env.GITHUB_REF;
        this.workflow = process.env.GITHUB_WORKFLOW;
        this.action = process.env.GITHUB_ACTION;
        this.actor = process.env.GITHUB_ACTOR;
        this.job = process.env.GITHUB_JOB;
        this.runAttempt = parseInt(process.env.GITHUB_RUN_ATTEMPT, 10);
        this.runNumber = parseInt(process.env.GITHUB_RUN_NUMBER, 10);
        this.runId = parseInt(process.env.GITHUB_RUN_ID, 10);
        this.apiUrl = (_a = process.env.GITHUB_API_URL) !== null && _a !== void 0 ? _a : `https://api.github.com`;
        this.serverUrl = (_b = process.env.GITHUB_SERVER_URL) !== null && _b !== void 0 ? _b : `https://github.com`;
        this.graphqlUrl =
            (_c = process.env.GITHUB_GRAPHQL_URL) !== null && _c !== void 0 ? _c : `https://api.github.com/graphql`;
    }
    get issue() {
        const payload = this.payload;
        return Object.assign(Object.assign({}, this.repo), { number: (payload.issue || payload.pull_request || payload).number });
    }
    get repo() {
        if (process.env.GITHUB_REPOSITORY) {
            const [owner, repo] = process.env.GITHUB_REPOSITORY.split('/');
            return { owner, repo };
        }
        if (this.payload.repository) {
            return {
                owner: this.payload.repository.owner.login,
                repo: this.payload.repository.name
            };
        }
        throw new Error("context.repo requires a GITHUB_REPOSITORY environment variable like 'owner/repo'");
    }
}
;// CONCATENATED MODULE: ./src/step/context.ts

// By its own file: the entry of the package brings GitHub's API client along.

/** The facts of this run, by `@actions/github`. Never fails, and prints nothing. */
function currentRun() {
    const path = process.env['GITHUB_EVENT_PATH'];
    const whole = (0,external_node_fs_.existsSync)(path ?? '') ? context() : undefined;
    const facts = whole ?? withoutEvent(path);
    // Undefined, whatever their types say, where the runner does not tell.
    const text = (value) => value ?? '';
    return {
        payload: whole?.payload,
        eventName: text(facts.eventName),
        repository: repositoryOf(facts),
        serverUrl: text(facts.serverUrl),
        actor: text(facts.actor),
    };
}
/** Nothing if the event file cannot be read, or is not JSON. */
function context() {
    try {
        return new Context();
    }
    catch {
        // The event only helps to explain a failure; without it the explanation is shorter.
        return undefined;
    }
}
/** Without the path of a file that is not there the context prints no line about it. */
function withoutEvent(path) {
    delete process.env['GITHUB_EVENT_PATH'];
    try {
        return new Context();
    }
    finally {
        if (path !== undefined)
            process.env['GITHUB_EVENT_PATH'] = path;
    }
}
function repositoryOf(facts) {
    try {
        return `${facts.repo.owner}/${facts.repo.repo}`;
    }
    catch {
        // Neither the environment nor the event names one.
        return '';
    }
}


/***/ }),

/***/ 5161: // ./src/step/report.ts and what only it imports
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  grantSummary: () => (/* binding */ grantSummary),
  reportOf: () => (/* binding */ reportOf)
});

// EXTERNAL MODULE: ./src/http/answer.ts
var answer = __webpack_require__(9856);
// EXTERNAL MODULE: ./src/identity/claims.ts
var identity_claims = __webpack_require__(2437);
// EXTERNAL MODULE: ./src/text.ts
var src_text = __webpack_require__(8992);
;// CONCATENATED MODULE: ./src/step/markdown.ts
/** A Markdown table; empty if there are no rows. Any text is shown as it is. */
function table(head, rows) {
    if (rows.length === 0)
        return '';
    const lines = rows.map(([name, value]) => `| ${escaped(name)} | <code>${escaped(value)}</code> |`);
    return [`| ${head.join(' | ')} |`, '| --- | --- |', ...lines].join('\n');
}
/** Text for Markdown, without any character that means something to it or to HTML: a dot makes a link of `www.`. */
function escaped(text) {
    return text.replace(/[^\w\s,()/'-]|_/gu, (char) => `&#${char.codePointAt(0) ?? 0};`).replace(/\n/g, '<br>');
}
/**
 * Links, as Markdown, that open a file in GitHub's editor: with the content in it if the file is new. GitHub's own pages
 * link to these addresses; its documentation ("Creating new files") does not describe their parameters.
 *
 * @param branch the default branch, or `HEAD`, which means the same
 */
function editorLinks({ repository, path, exists }, content, server, branch) {
    const at = `${server}/${urlPath(repository)}`;
    const edit = `[edit it](${at}/edit/${urlPath(branch)}/${urlPath(path)})`;
    const create = `[create it](${at}/new/${urlPath(branch)}?filename=${urlText(path)}&value=${urlText(`${content}\n`)})`;
    if (exists === undefined)
        return `${create}, or ${edit} if it already exists`;
    return exists ? edit : create;
}
function urlPath(path) {
    return path.split('/').map(urlText).join('/');
}
/** Text as a part of a URL, also without the characters that end a link in Markdown. */
function urlText(text) {
    return encodeURIComponent(text).replace(/[!'()*~_]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

;// CONCATENATED MODULE: ./src/step/situation.ts

/** What the environment and the event of a run tell. */
function situationOf(environment, run) {
    const { eventName } = run;
    const forFork = mayBeForFork(run);
    const host = new URL(serverUrl(run)).hostname;
    const kind = environment['ACT'] === 'true'
        ? 'act'
        : forFork && eventName.startsWith('pull_request') && eventName !== 'pull_request_target'
            ? 'fork'
            : isDependabots(run)
                ? 'dependabot'
                : host !== 'github.com' && !host.endsWith('.ghe.com')
                    ? 'enterprise-server'
                    : 'plain';
    return { kind, host, claimsMayBeShown: !forFork, eventName };
}
/** Whether a run is for a pull request from a fork, or its event does not tell that it is not. */
function mayBeForFork(run) {
    const { eventName: name, payload: event } = run;
    if (name.startsWith('pull_request'))
        return !isOwn((0,answer/* member */.Dc)(event, 'pull_request', 'head', 'repo'), run);
    // These have ID tokens: they run for a pull request, on the default branch.
    if (name === 'workflow_run')
        return !isOwn((0,answer/* member */.Dc)(event, 'workflow_run', 'head_repository'), run);
    // A comment tells that it is on a pull request, but not from where that comes.
    return name === 'issue_comment' && (event === undefined || (0,answer/* member */.Dc)(event, 'issue', 'pull_request') !== undefined);
}
/** Whether a repository in an event is the run's own: by id, since after a rename the names of an event may be old ones. */
function isOwn(repository, { payload, repository: ownName }) {
    const [id, ownId] = [(0,answer/* member */.Dc)(repository, 'id'), (0,answer/* member */.Dc)(payload, 'repository', 'id')];
    if (typeof id === 'number' && typeof ownId === 'number')
        return id === ownId;
    return (0,answer/* member */.Dc)(repository, 'full_name') === ownName;
}
/** Events of runs that are read-only by default where Dependabot started them (GitHub, "Dependabot on GitHub Actions"). */
const OF_DEPENDABOT = [
    'pull_request',
    'pull_request_review',
    'pull_request_review_comment',
    'push',
    'create',
    'deployment',
    'deployment_status',
];
function isDependabots({ actor, eventName, payload }) {
    const author = (0,answer/* member */.Dc)(payload, 'pull_request', 'user', 'login');
    return ((actor === 'dependabot[bot]' && OF_DEPENDABOT.includes(eventName)) ||
        (eventName === 'pull_request_target' && author === 'dependabot[bot]'));
}
/** Where GitHub is, for links and hints: github.com where the runner does not tell. */
function serverUrl({ serverUrl: given }) {
    return URL.canParse(given) ? given : 'https://github.com';
}
/**
 * What to change, from the situation of the run and not from error text; empty texts if it tells nothing.
 *
 * @param issuer the claim `iss` of the ID token that was sent, where one was
 */
function situationHints(error, situation, issuer) {
    switch (error.code) {
        case 'NO_ID_TOKEN':
            return [withoutIdToken(situation)];
        case 'INVALID_INPUT':
            return [error.lacksInput ? withoutSecrets(situation) : ''];
        case 'DENIED': {
            const areHidden = !situation.claimsMayBeShown && error.refused?.audience !== undefined;
            return [aboutIssuer(situation, issuer), areHidden ? claimsHidden(situation) : ''];
        }
        default:
            return [];
    }
}
function withoutIdToken({ kind }) {
    switch (kind) {
        case 'act':
            return 'act has no ID tokens: run this workflow on GitHub.';
        case 'fork':
            return "GitHub gives no ID token to a pull request from a fork. Run this step on push instead, or skip it with\nif: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository";
        case 'dependabot':
            return `${PERMISSION}\nA run that Dependabot started is read-only by default, and gets only Dependabot's secrets.`;
        case 'enterprise-server':
            return `${PERMISSION}\nGitHub Enterprise Server has ID tokens from version 3.5 on.`;
        case 'plain':
            return PERMISSION;
    }
}
const PERMISSION = 'Add this permission to the job; for a reusable workflow, also to the job that calls it:\npermissions:\n  id-token: write\n  contents: read';
/** An input that takes its value from a secret or a variable is empty if there are none. */
function withoutSecrets({ kind }) {
    if (kind === 'fork') {
        return 'In a pull request from a fork, secrets and variables are empty, and so is an input that is set from one. Skip this step there.';
    }
    return kind === 'dependabot'
        ? "A run that Dependabot started gets only Dependabot's secrets: an input that is set from another secret is empty."
        : '';
}
function aboutIssuer({ kind, host }, issuer = `https://token.actions.${host}`) {
    if (kind === 'enterprise-server') {
        return 'This is GitHub Enterprise Server: its ID tokens have their own issuer, which the other system must accept.';
    }
    if (!host.endsWith('.ghe.com'))
        return '';
    return `This is GHE.com: the issuer of its ID tokens is ${issuer}, which the other system must accept.`;
}
/** Events whose runs have the default branch as their own (GitHub, "Events that trigger workflows"). */
const ON_DEFAULT_BRANCH = ['issue_comment', 'workflow_run'];
/** Why there are no claims to see. */
function claimsHidden({ eventName }) {
    const why = 'The claims of the ID token are not shown, because this run may be for a pull request from a fork.';
    return ON_DEFAULT_BRANCH.includes(eventName)
        ? `${why} On ${eventName}, the subject is that of the default branch.`
        : why;
}

;// CONCATENATED MODULE: ./src/step/report.ts





/**
 * Puts together what a person can do about a failure.
 *
 * @param claims of the ID token that was sent; the error explains itself without them where they must not be shown
 */
function reportOf(error, environment, run, claims) {
    const situation = situationOf(environment, run);
    const shown = situation.claimsMayBeShown ? claims : undefined;
    const explanation = error.explain(shown);
    const isRefusal = error.code !== 'OVERLOADED' || explanation.advice !== undefined;
    const said = error.refused !== undefined && isRefusal;
    const issuer = (0,identity_claims/* claimText */.Q1)(shown, 'iss');
    const hints = [explanation.hint ?? '', ...situationHints(error, situation, issuer)].filter((hint) => hint !== '');
    const requestId = error.refused?.requestId;
    const facts = [
        ...factsOf(said ? shown : undefined),
        ...(requestId === undefined ? [] : [['request id', requestId]]),
    ];
    const { advice, paste = [] } = explanation;
    return {
        annotation: annotationOf([error.message, ...hints], `${error.code}: ${linkFor(error, environment, run)}`),
        group: [
            ...facts.map(([name, value]) => `${name}: ${value}`),
            ...(advice === undefined ? [] : ['', ...advice.split('\n')]),
            ...paste.flatMap(({ content, file }) => [
                '',
                ...(file === undefined ? [] : [`# ${placeOf(file)}`]),
                ...content.split('\n'),
            ]),
        ].map(src_text/* harmless */.Is),
        summary: said ? summaryOf(error, hints, facts, explanation, run) : '',
    };
}
/** How much of an output the job summary shows, in characters. */
const MAX_OUTPUT = 500;
/**
 * What was granted, for the job summary: the outputs that are no secrets, and the claims that a refusal would show, so that a
 * policy can be written and no ID token has to be printed.
 */
function grantSummary(grant, environment, run, claims) {
    const rows = Object.entries(grant.outputsAreSecret === true ? {} : grant.outputs)
        .filter(([, value]) => !grant.secrets.some((secret) => value.includes(secret)))
        .map(([name, value]) => [name, shortened(value)]);
    const ends = grant.expiresAt === undefined ? [] : [['expires-at', grant.expiresAt.toISOString()]];
    const situation = situationOf(environment, run);
    return [
        table(['output', 'value'], [...rows, ...ends]),
        situation.claimsMayBeShown ? table(['claim', 'value'], factsOf(claims)) : claimsHidden(situation),
    ]
        .filter((part) => part !== '')
        .join('\n\n');
}
/** The beginning of a long value, and how much more there is: the output itself is whole. */
function shortened(value) {
    if (value.length <= MAX_OUTPUT)
        return value;
    return `${(0,src_text/* beginning */.Ir)(value, MAX_OUTPUT)}… and ${value.length - MAX_OUTPUT} more characters`;
}
/** GitHub cuts an annotation here, in characters, before it writes the log (actions/runner `ExecutionContext.cs`). */
const MOST_SHOWN = 4_096;
/** The code and the link are always there. */
function annotationOf(lines, last) {
    const text = lines.join('\n');
    const most = MOST_SHOWN - last.length - 1;
    return `${text.length <= most ? text : `${(0,src_text/* beginning */.Ir)(text, most - 1)}…`}\n${last}`;
}
function summaryOf(error, hints, facts, { advice, paste = [] }, run) {
    const links = (file, content) => editorLinks(file, content, serverUrl(run), defaultBranchOf(file.repository, run));
    return [
        '### Refused',
        escaped(error.message),
        ...hints.map(escaped),
        table(['claim', 'value'], facts),
        ...(advice === undefined ? [] : advice.split('\n').map(escaped)),
        ...paste.flatMap(({ language, content, file }) => [
            ...(file === undefined ? [] : [`${escaped(placeOf(file))}: ${links(file, content)}`]),
            `\`\`\`${language}\n${content}\n\`\`\``,
        ]),
    ]
        .filter((part) => part !== '')
        .join('\n\n');
}
/** The event tells the default branch of the workflow's own repository alone. */
function defaultBranchOf(repository, run) {
    const branch = (0,answer/* member */.Dc)(run.payload, 'repository', 'default_branch');
    const isOwn = repository.toLowerCase() === run.repository.toLowerCase();
    return isOwn && typeof branch === 'string' && branch !== '' ? branch : 'HEAD';
}
function placeOf({ repository, path }) {
    return `${path} in ${repository}, on its default branch`;
}
function factsOf(claims) {
    return identity_claims/* SHOWN_CLAIMS */.uZ.flatMap((name) => {
        const value = claims?.[name];
        const text = (0,src_text/* showable */.of)(Array.isArray(value) ? value.join(', ') : value);
        return text === undefined ? [] : [[name, text]];
    });
}
/**
 * Where the code is explained, in the version of this action that runs. On another GitHub than github.com nobody tells
 * from which of the two the action comes: there it is a name, not a link.
 */
function linkFor(error, environment, run) {
    const page = `docs/troubleshooting.md#${error.code.toLowerCase()}`;
    const repository = environment['GITHUB_ACTION_REPOSITORY'] ?? '';
    if (repository === '')
        return page;
    if (new URL(serverUrl(run)).hostname !== 'github.com')
        return `${page} of ${repository}`;
    return `${serverUrl(run)}/${repository}/blob/${environment['GITHUB_ACTION_REF'] || 'main'}/${page}`;
}


/***/ })

};
