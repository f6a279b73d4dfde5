import { isKnown, UNKNOWN, words } from '../text.ts';

/** What statements in the languages of common databases begin with when they only look. */

const SQL_READS = words(
  'select show describe desc explain with values table use begin start commit rollback end set status help pragma list ping fetch ' +
    'declare close exists check \\',
);
const SQL_CHANGES =
  /\b(insert\s+into|update\s+[\w".`]+\s+set|delete\s+from|drop|alter|truncate|grant|revoke|into\s+(outfile|dumpfile)|merge\s+into)\b|\binto\s+[\w".]+\s+from\b|\b(pg_terminate_backend|pg_cancel_backend|pg_reload_conf|pg_switch_wal|pg_promote|pg_rotate_logfile|pg_drop_\w+|pg_create_\w+|setval|nextval|lo_\w+|dblink_exec|pg_write_\w+|pg_file_\w+|set_config|pg_stat_reset\w*|pg_stat_statements_reset|pg_replication_slot_advance|pg_wal_replay_\w+|load_file)\s*\(/i;

/** An unfinished comment is left as it is. */
function withoutComments(text: string): string {
  const kept: string[] = [];
  let at = 0;
  for (;;) {
    const from = text.indexOf('/*', at);
    const to = from < 0 ? -1 : text.indexOf('*/', from + 2);
    if (to < 0) return kept.join('') + text.slice(at);
    kept.push(text.slice(at, from));
    at = to + 2;
  }
}

/** SQL, one or more statements, and psql's own commands: whether all of it only looks. */
export function sqlReads(text: string): boolean {
  const bare = withoutComments(text.replace(/--[^\n]*/g, '')).replace(/'(?:[^']|'')*'/g, "''");
  return bare
    .split(/;|\n(?=[ \t]*\\)|\\G/)
    .map((one) => one.trim().replace(/^\(+/, ''))
    .filter((one) => one !== '')
    .every(statementReads);
}

function statementReads(statement: string): boolean {
  if (statement.startsWith('\\'))
    return !/^\\(copy\b.*\bfrom\b|i\b|ir\b|!|o\b|g\s|gexec|w\b|lo_|password|cd\b)/i.test(statement);
  const [first = ''] = statement.toLowerCase().split(/[\s(]/);
  if (first === 'copy') return /\bto\s+stdout\b/i.test(statement);
  if (first === 'set') return !/\b(global|persist|password|role)\b/i.test(statement);
  if (first === 'explain') return !/\banaly[sz]e\b/i.test(statement) || !SQL_CHANGES.test(statement);
  if (first === 'check' || first === 'exists') return true;
  return SQL_READS.has(first) && isKnown(first) && !SQL_CHANGES.test(statement);
}

const REDIS_READS = words(
  'ping info get mget keys scan dbsize type ttl pttl exists strlen llen lrange lindex scard smembers sismember srandmember hget hgetall ' +
    'hkeys hvals hlen hmget hexists hscan sscan zscan zrange zrevrange zrangebyscore zcard zscore zrank zcount xlen xrange xrevrange xinfo xpending memory latency slowlog ' +
    'command role lastsave time echo monitor object pubsub readonly auth select hello psubscribe subscribe randomkey getrange ' +
    'bitcount getbit pfcount geopos geodist georadius_ro json.get ft.info ft.search ft._list ts.get ts.range quit',
);
/** Of these only some: `config get`, `cluster info`. */
const REDIS_READS_BELOW: ReadonlyMap<string, RegExp> = new Map([
  ['config', /^get$/],
  ['client', /^(list|getname|info|id|trackinginfo)$/],
  ['cluster', /^(info|nodes|slots|shards|myid|keyslot|countkeysinslot|getkeysinslot|links|replicas|slaves)$/],
  ['acl', /^(whoami|list|getuser|users|cat|log|dryrun)$/],
  ['module', /^list$/],
  ['script', /^exists$/],
  ['function', /^(list|stats)$/],
  ['sentinel', /^(masters|master|slaves|replicas|sentinels|get-master-addr-by-name|ckquorum|myid|info-cache)$/],
  ['debug', /^object$/],
]);
const REDIS_TAKES = words(
  '-h -p -a -n -u -s -i -r -t -d -D -X --user --pass --uri --sni --cacert --cacertdir --cert --key --tls-ciphers --pattern --count',
);

/** redis-cli's arguments, and what it is fed (undefined: nothing). */
export function redisReads(args: readonly string[], fed: string | undefined): boolean {
  const cluster = args.indexOf('--cluster');
  if (cluster !== -1) return /^(check|info|help)$/.test(args[cluster + 1] ?? '');
  if (args.some((arg) => /^(--pipe|--eval|--functions-rdb)$/.test(arg))) return false;
  const rdb = args.indexOf('--rdb');
  if (rdb !== -1) return args[rdb + 1] === '-';
  const command = args.filter((arg, i) => !arg.startsWith('-') && !REDIS_TAKES.has(args[i - 1] ?? ''));
  if (command.length > 0) return redisCommandReads(command);
  if (fed === undefined) return true;
  return (
    isKnown(fed) &&
    fed
      .split('\n')
      .filter((line) => line.trim() !== '')
      .every((line) => redisCommandReads(line.trim().split(/\s+/)))
  );
}

function redisCommandReads([first = '', second = '']: readonly string[]): boolean {
  // One argument may hold the whole command: `redis-cli "config get maxmemory"`.
  const [verb = '', below = second] = first.toLowerCase().split(/\s+/);
  if (verb.includes(UNKNOWN)) return false;
  const some = REDIS_READS_BELOW.get(verb);
  if (some !== undefined) return some.test(below.toLowerCase());
  if (verb === 'slowlog' || verb === 'latency') return !/^reset$/i.test(below);
  if (verb === 'memory') return !/^purge$/i.test(below);
  return REDIS_READS.has(verb);
}

const MONGO_CHANGES =
  /\.\s*(insert\w*|update\w*|delete\w*|remove\w*|drop\w*|create\w*|replace\w*|rename\w*|save|bulkWrite|findAndModify|findOneAnd\w+|initiate|reconfig|add|addArb|stepDown|freeze|shutdownServer|setProfilingLevel|grant\w+|revoke\w+|addUser|changeUserPassword|killOp|fsyncLock|setLogLevel|enableSharding|shardCollection|moveChunk|compact|repairDatabase|copyDatabase|cloneDatabase|setFeatureCompatibilityVersion|load)\s*\(|\$(out|merge)\b|\bload\s*\(/;
const MONGO_COMMANDS =
  /\b(ping|hello|isMaster|ismaster|serverStatus|replSetGetStatus|replSetGetConfig|listDatabases|listCollections|listIndexes|buildInfo|dbStats|collStats|getParameter|getCmdLineOpts|connectionStatus|currentOp|whatsmyuri|hostInfo|top|usersInfo|rolesInfo|find|count|distinct|aggregate|explain|features|getLog|validate|dbHash)\b/;

/** The shell of MongoDB: code that asks. */
export function mongoReads(text: string): boolean {
  if (!isKnown(text) && text.replaceAll(UNKNOWN, '').trim() === '') return false;
  if (MONGO_CHANGES.test(text)) return false;
  const command = /\b(adminCommand|runCommand)\s*\(([^)]*)/g;
  return [...text.matchAll(command)].every(([, , body = '']) => MONGO_COMMANDS.test(body));
}
