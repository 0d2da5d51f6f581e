import { bucketSize } from './ids.ts';

/** Every bound of the product in one place, units in the names. Heat's own are marked with its option (contract: lifecycle §14). */
export const limits = {
  // What a user may ask for.
  maxTemplateBytes: 524_288, // max_template_size
  maxBodyBytes: 1_048_576, // max_json_body_size
  templateFetchMs: 10_000, // template_fetch_timeout, which is 60 s there: a gateway asks another engine after 15
  templateFetchesMs: 12_000, // all templates by URL of one request
  templatesFetched: 100, // by URL, of one request
  templatesFetchedChars: 4_194_304, // all of them together
  templatesFetchedAtOnce: 10, // of one request
  webAtOnce: 64, // fetches of an engine
  webPerProject: 20, // of these, of one project
  templatesKeptChars: 4_194_304, // of those that were read for requests which want more of them
  templateRedirects: 5,
  maxResourcesPerStack: 1_000, // max_resources_per_stack
  maxStacksPerProject: 512, // max_stacks_per_tenant
  maxSoftwareConfigs: 4_096, // max_software_configs_per_tenant
  maxNestedDepth: 5, // max_nested_stack_depth
  pluginLoadMs: 10_000, // for a plug-in's module to be there
  providersKept: 1_000, // templates as types, made of their names
  maxValueDepth: 128, // nesting of lists and maps in any document; PyYAML and Python's json stop near 1,000
  maxYamlAliases: 1_000, // uses of one anchor
  maxYamlAliasChars: 4_194_304, // what all aliases of a document expand to (an alias bomb has 10^9)
  maxRegistrySteps: 1_000, // from type to type, until one is found that implements a resource
  maxBreakpointChars: 2_048, // patterns of names that have hooks: each resource that goes is looked for in them
  maxNumberDigits: 4_300, // CPython's int_max_str_digits
  maxPatternSize: 20_000, // a compiled allowed_pattern: about one step per character, times its counts
  maxPatternSteps: 3_000_000, // of one match; some 50 ms
  maxConditionChain: 200, // conditions that refer to one another, in a row
  maxResultSize: 4_194_304, // characters and entries of what functions may make of a template
  maxWork: 33_554_432, // of all functions of a template: characters and, more costly, entries; some half a second
  maxReplaceWork: 1_000_000_000, // str_replace: params times characters of the template; under a second
  yaqlLimitIterators: 200, // [yaql] limit_iterators
  yaqlMemoryQuota: 10_000, // [yaql] memory_quota: bytes that CPython would need
  maxYaqlSteps: 300_000, // of one expression: what it calls and reads; half a second
  maxYaqlDepth: 100, // nesting of an expression's text
  maxYaqlCallDepth: 400, // calls within calls, and functions that call themselves
  maxTagLength: 80,
  longestWaitMs: 315_360_000_000, // what a resource may ask to wait: ten years, as good as for ever
  stackActionTimeoutMs: 3_600_000, // stack_action_timeout
  maxEventsPerStack: 1_000, // max_events_per_stack
  eventPurgeBatch: 200, // event_purge_batch_size: the oldest so many go at once
  eventsUntilTrim: 100, // written by a stack, until it is looked whether it has too many; Heat dices, and is right on average
  eventCountsKept: 10_000, // stacks whose events are counted
  statusReasonLength: 255, // of an event

  maxTimeoutMins: 52_560_000, // 100 years: further away, a hybrid clock would overflow

  // Gateways.
  requestDeadlineMs: 60_000, // for a request's head and body to arrive
  bodyDrainBytes: 16_777_216, // read and dropped of a body that is too long, so that its sender lives to read the answer
  retryAfterSeconds: 1, // what a 429 or 503 asks for
  tokenCacheMs: 30_000, // how long a token's validation is believed
  tokenCacheMax: 10_000,
  keystoneDeadlineMs: 10_000, // of one call
  requestsAtOnce: 512, // of a kind (reads; all others) and of all projects, that a gateway has under way
  requestsPerEngine: 4, // of these of one project, for each engine that there is
  requestPlaceMs: 2_000, // one that takes longer counts no more
  requestsWaiting: 4_096, // of a project, for their turn; beyond, 429
  requestsWaitMs: 30_000, // for its turn; then 429. Clients wait for an answer for a minute

  // Commits.
  commitMaxRows: 5_000, // gathered: rows and events; the birth of 1,000 resources and their first turns fit in one
  commitGatherMs: 20,
  commitGatherBirthMs: 100, // of a stack that is born and alone in the batch
  turnSliceMs: 3, // of turns in a row, until the event loop may look at sockets and timers
  commitDeadlineMs: 2_000,
  clockWarnMs: 1_000,
  commitRetryFirstMs: 10,
  commitRetryMaxMs: 1_000,
  timerLookMs: 1_000,
  loadBatch: 1_000, // actors a statement

  // The database: every statement ends well before half a lease's TTL, on both sides.
  storeCommitStatementMs: 1_500, // then the database ends a commit (57014); before commitDeadlineMs
  storeStatementMs: 2_400, // any other statement; also a transaction that waits for its client
  storeReadDeadlineMs: 3_000, // then the client gives up a read and cuts the connection
  storeConnectMs: 2_000,
  storePlaceMs: 10_000, // a read waits for others before it: a big tree asks for thousands at once
  storeKeepAliveMs: 2_000, // TCP
  storePageRows: 1_000,
  storeRetries: 8, // of a read, claim or burn after 40001

  // Leases and fences.
  leaseTtlMs: 5_000,
  leaseRenewMs: 1_500,
  cloudCallWindowMs: 3_500, // after the last renewal's sending
  placementRoundMs: 1_000, // until shards that were missed are tried again
  leaseWaitMs: 500, // until a cloud call that met an old lease looks again
  loopStallMs: 2_000,

  // Between nodes, and from gateways to nodes.
  wireMessageBytes: 33_554_432, // of one gRPC message
  wireKeepAliveMs: 10_000, // until a silent connection is asked whether it lives
  wireKeepAliveAnswerMs: 5_000,
  wireReconnectFirstMs: 100,
  wireReconnectMaxMs: 1_000,
  peerWindowBytes: 4_194_304, // of envelopes that one node may have on their way to another
  peerEnvelopeCost: 128, // added to the bytes of each, so that empty ones cost something too
  peerQueueBytes: 16_777_216, // waiting for one node; then the oldest are dropped, and pulls repair that
  peerBatchBytes: 262_144, // of one frame
  peerBatchEnvelopes: 128,
  peerSlice: 256, // envelopes taken in per turn of the event loop
  peerRedialFirstMs: 100, // until a node that could not be reached is tried again: with jitter, doubling
  peerRedialMaxMs: 2_000,
  pieceBytes: 524_288, // of a large answer
  engineCallsAtOnce: 1_024, // that gateways have under way on a node; more are refused with 429
  engineCallsPerProject: 512, // of these, on behalf of one project
  queryAttemptMs: 15_000, // then another node is asked
  serverGraceMs: 2_000, // for calls under way, after the hand-off
  clientPauseFirstMs: 20, // between a gateway's attempts: with jitter, doubling
  clientPauseMaxMs: 500,

  // Moves of shards.
  movesPerRound: 64, // given away at once: the others of this node go on meanwhile
  handOffMs: 15_000, // an orderly end; what is not handed over by then is found again as after a crash

  // etcd.
  etcdCallMs: 2_000, // every unary call
  etcdKeepAliveMs: 6_000, // of a connection with calls under way; servers refuse more than one in 5 s, and any other
  etcdKeepAliveTimeoutMs: 2_000, // a connection without an answer to one is cut
  etcdBackoffMs: 200, // half to one and a half of it, always the same: etcd is one place, its clients are few
  etcdTransactionShards: 100, // each is an operation with one of its own inside; a server takes 128
  etcdTransactionsAtOnce: 4, // encoding more would hold the loop, and their deadlines run
  etcdStartMs: 30_000, // until a process that found no etcd gives up
  leaseLookMs: 250, // how often the thread that renews looks whether the main loop lives

  // Pulls and answers.
  pullFirstMs: 5_000,
  pullMaxMs: 300_000,
  answersKeptMs: 600_000,
  answersKeptMin: 64,
  answersKeptMax: 4_096,

  // Bad stacks.
  strikesToPark: 3,
  strikeWindowMs: 600_000,

  commandDeadlineMs: 60_000, // Heat's RPC timeout

  // Calls to a cloud.
  callDeadlineMs: 60_000,
  serviceLimitMs: 60_000, // how long a request may sit in a service's queues after our deadline
  debtFirstLookMs: 5_000,
  debtLookFactor: 3,
  pollMs: 1_000,
  previewReadsMs: 10_000, // a preview reads services for so long, all in all
  showDeadlineMs: 5_000, // a look on behalf of somebody who waits for an answer
  lookupCacheMs: 30_000,
  lookupsAtOnce: 8, // of one plan
  delegateAgainMs: 1_000, // until a delegation without a certain answer is asked for again
  tidyMs: 10_000, // until a deleted stack's credential is looked at again
  conflictTries: 5, // action_retry_limit
  cloudConnectMs: 5_000, // until a connection stands, with TLS
  cloudIdleMs: 4_000, // a connection without work is closed; servers that keep them longer say so
  cloudConnections: 128, // to one service's address
  cloudPerService: 64, // calls at once, of all projects
  cloudPerProject: 32, // calls at once, of one project to one service, where it answers soon
  cloudFirst: 8, // of those, before the first has come back
  cloudQuickMs: 5_000, // an answer within so long lets one more go at once
  cloudSlowMs: 10_000, // one that took longer halves them
  cloudWarinessMs: 30_000, // for so long afterwards, quick ones do not count
  cloudQueueShare: 0.5, // how much of its deadline a call that changes something may wait for its place
  cloudAnswerBytes: 16_777_216, // of one answer
  cloudTries: 4, // of a GET, and of what was answered 429
  cloudRetryFirstMs: 250, // full jitter: 0 … 250, 0 … 500, …
  cloudRetryMaxMs: 5_000,
  cloudPauseMaxMs: 30_000, // how much of a Retry-After is believed
  cloudSessions: 10_000, // tokens kept
  cloudRenewMs: 300_000, // a token with less left is replaced; with short-lived ones at a quarter of their life
  cloudRefusedMs: 2_000, // a credential that was refused is not tried again for so long
  cloudCacheEntries: 1_000,
  cloudCacheChars: 8_388_608,
  pollWindowMs: 300, // polls that come within it share a list call
  pollPageThings: 1_000, // asked for in a page of a list
  pollThings: 25, // of a list are asked for, for each poll that it may save
  pollFullMs: 30_000, // a list is asked for in full again, whatever its changes said
  pollOverlapMs: 10_000, // how far behind the service's clock a change may be dated
  pollForgetMs: 15_000, // a list that nobody polls is forgotten
  pollMemoryChars: 33_554_432, // of one list's things

  computeInlineChars: 65_536, // of JSON, or what takes as long; a bigger job goes to a worker thread
  computeInlineWork: 262_144, // as maxWork, of a job that runs on the main thread; some 4 ms
  computeWaitMs: 60_000, // for the thread: after that nobody waits for an answer
  computePatienceMs: 3_600_000, // the same of what a stack needs that is accepted already
  computeJobMs: 15_000, // in the thread; what does not end is ended
  computeTickMs: 1_000, // that is counted in so many; a process that was stopped meanwhile loses one of them

  // Sweeping.
  goneKeptMs: 3_600_000,
  sweepEveryMs: 60_000,
  sweepAgainMs: 100, // while there is more
  sweepRows: 5_000,

  // What an operator asks for (cli/admin*).
  upkeepBatch: 1_000, // rows that one statement deletes or reseals, unless it is said otherwise
  orphanAgeMs: 600_000, // what is younger may be a create that is under way
  idleLifeMs: 10_000, // an engine's session without a shard for so long is of a process that is gone
  upkeepRoots: 10, // stacks whose events and contents one statement looks through
} as const;

/** How a stack is spread over buckets and commits. A simulator spreads small stacks as others spread large ones. */
export interface Spread {
  /** Resources that share a bucket. */
  readonly bucketSize: number;
  /** A plan with more new rows than this goes ahead in commits of its own. */
  readonly bigPlanRows: number;
  /** So many of them a commit. */
  readonly commitAheadRows: number;
}

export const usualSpread: Spread = { bucketSize, bigPlanRows: 1_024, commitAheadRows: 1_000 };
