import type { Io } from '../scope.ts';
import { baseName, isKnown, UNKNOWN, words } from '../text.ts';
import {
  always,
  archive,
  ceph,
  code,
  first,
  firstTwo,
  ip,
  kafka,
  type Looks,
  looksByItsWords,
  manager,
  mysql,
  operands,
  packs,
  psql,
  request,
  sql,
  statements,
  unless,
  wget,
  without,
} from './looks.ts';
import { networkLooks } from './network.ts';
import { mongoReads, redisReads, sqlReads } from './queries.ts';

const ALWAYS = words(
  'ls dir cat tac env printenv id whoami who w ps df du head tail grep egrep fgrep zgrep zcat rg stat uname ss netstat echo printf pwd nslookup dig ' +
    'getent host ping ping6 nc ncat telnet pg_isready test [ true false : wc uniq cut tr jq yq which whereis command type readlink realpath basename dirname ' +
    'md5sum sha1sum sha256sum sha512sum cksum free uptime top htop nproc arch lsb_release traceroute tracepath mtr cd sleep exit return lscpu lsblk lsof lsmod lspci ' +
    'vmstat iostat mpstat dmesg locale hexdump xxd od strings diff cmp comm paste column seq expr nl rev fold tty groups logname uptime blkid findmnt ' +
    'jstack jps jinfo jstat jmap pstack pidof pgrep pmap iotop getconf getfacl lsattr file mongostat mongotop kafka-broker-api-versions kafka-log-dirs ' +
    'kafka-get-offsets rabbitmq-diagnostics pg_controldata pg_config pg_lsclusters ldd base64 clear more less ' +
    'read local set export declare unset shift wait break continue trap nvidia-smi ethtool arping tcptraceroute speedtest envsubst',
);

const adminAsks: Looks = (args) =>
  operands(args, words('-u -h -P -S --user --host --port')).every((arg) =>
    /^(ping|status|version|variables|processlist|extended-status)$/.test(arg),
  );
const tablesListed: Looks = (args) =>
  args.some((arg) => /^-[a-zA-Z]*[LSV]|^--list/.test(arg)) && !args.some((arg) => /^-[ADIFXPRZN]$/.test(arg));

const looksTable = (): ReadonlyMap<string, Looks> =>
  new Map<string, Looks>([
    ['find', unless(/^-(delete|exec|execdir|ok|okdir|fprint\w*|fls)$/)],
    ['sed', unless(/^(-[a-zA-Z]*i|--in-place)/)],
    ['sort', unless(/^(-[a-zA-Z]*o|--output)/)],
    ['awk', unless(/system\(|>|\|/)],
    ['gawk', unless(/system\(|>|\|/)],
    ['date', unless(/^(-s|--set)/)],
    ['hostname', (args) => args.every((arg) => arg.startsWith('-'))],
    [
      'mount',
      (args) => args.length === 0 || args.every((arg) => arg === '-l' || arg === '-t' || /^[a-z0-9]+$/.test(arg)),
    ],
    ['tee', (args) => args.every((arg) => arg.startsWith('-') || arg.startsWith('/dev/'))],
    ['dd', unless(/^of=(?!\/dev\/null)/)],
    ['tar', archive],
    ['ip', ip],
    ['route', (args) => !/^(add|del|delete|flush)$/.test(args.find((arg) => !arg.startsWith('-')) ?? '')],
    ['ifconfig', (args) => args.filter((arg) => !arg.startsWith('-')).length <= 1],
    ['iptables', tablesListed],
    ['ip6tables', tablesListed],
    ['iptables-save', always],
    ['nft', first('list')],
    ['ipvsadm', unless(/^-[ADECaedZR]/)],
    ['conntrack', (args) => args.some((arg) => /^-[LSC]/.test(arg))],
    ['tc', manager(/\b(add|del|delete|change|replace)\b/)],
    ['bridge', ip],
    ['sysctl', (args) => !args.some((arg) => /^(-w|--write|-p.*|--load|--system)$/.test(arg) || arg.includes('='))],
    ['tcpdump', unless(/^-[a-zA-Z]*w/)],
    ['curl', request],
    ['wget', wget],
    ['http', request],
    ['openssl', first('s_client x509 version verify ciphers rand dgst crl ocsp req asn1parse s_time')],
    ['nginx', unless(/^-s$/)],
    ['apachectl', first('configtest status fullstatus')],
    ['httpd', (args) => args.some((arg) => /^-[tSMVvl]/.test(arg))],
    ['haproxy', (args) => args.some((arg) => /^-(c|v|vv)$/.test(arg))],
    ['php', code],
    ['node', code],
    ['deno', code],
    ['bun', code],
    ['python', code],
    ['python2', code],
    ['python3', code],
    ['ruby', code],
    ['perl', code],
    ['java', unless(/^(?!-version$|--version$|-showversion$)/)],
    ['jcmd', (args) => !args.some((arg) => /GC\.run|VM\.set_flag|JFR\.(start|stop)|heap_dump/.test(arg))],
    ['psql', psql],
    ['mysql', mysql],
    ['mariadb', mysql],
    ['cqlsh', sql],
    ['clickhouse-client', sql],
    ['clickhouse', sql],
    [
      'sqlite3',
      (args, io) =>
        args.slice(1).every((arg) => arg.startsWith('-') || sqlReads(arg)) &&
        (!io.piped || (isKnown(io.stdin) && sqlReads(io.stdin))),
    ],
    ['cockroach', firstTwo('node status;node ls;version;sql', '--host --certs-dir --url')],
    ['influx', without(/\b(write|delete|create|update|restore|setup)\b/)],
    ['mysqladmin', adminAsks],
    ['mariadb-admin', adminAsks],
    ['mysqldump', unless(/^(-r|--result-file|--flush-logs|--delete-)/)],
    ['mariadb-dump', unless(/^(-r|--result-file|--flush-logs|--delete-)/)],
    ['pg_dump', unless(/^(-f.*|--file.*)$/)],
    ['pg_dumpall', unless(/^(-f.*|--file.*)$/)],
    ['mongodump', (args) => args.some((arg) => /^--archive$/.test(arg))],
    ['mongoexport', unless(/^(-o|--out)/)],
    ['mongosh', statements(/^--eval$/, /\.js$|^(-f|--file)/, mongoReads)],
    ['mongo', statements(/^--eval$/, /\.js$/, mongoReads)],
    ['redis-cli', (args, io) => redisReads(args, io.piped ? (io.stdin ?? UNKNOWN) : undefined)],
    ['valkey-cli', (args, io) => redisReads(args, io.piped ? (io.stdin ?? UNKNOWN) : undefined)],
    ['keydb-cli', (args, io) => redisReads(args, io.piped ? (io.stdin ?? UNKNOWN) : undefined)],
    [
      'etcdctl',
      firstTwo(
        'get;endpoint;member list;version;check;alarm list;watch;user list;user get;role list;role get;auth status;lease list;lease timetolive;elect -l',
        '--endpoints --cacert --cert --key --user --password --command-timeout --dial-timeout -w --write-out',
      ),
    ],
    ['etcdutl', firstTwo('snapshot status;version;hashkv')],
    [
      'nodetool',
      first(
        'status info ring tpstats tablestats cfstats describecluster describering netstats compactionstats compactionhistory version gossipinfo gcstats proxyhistograms tablehistograms getendpoints getlogginglevels statusbinary statusgossip listsnapshots failuredetector toppartitions viewbuildstatus datapaths help',
        '-h -p -u -pw -pwf --host --port --username --password',
      ),
    ],
    [
      'rabbitmqctl',
      first(
        'status cluster_status list_queues list_users list_vhosts list_exchanges list_bindings list_connections list_channels list_consumers list_permissions list_policies list_parameters node_health_check ping version environment report check_port_connectivity authenticate_user list_user_permissions help',
        '-n -p --node --vhost',
      ),
    ],
    ['rabbitmq-plugins', first('list is_enabled directories version help', '-n --node -p --vhost')],
    [
      'rabbitmq-queues',
      first('quorum_status check_if_node_is_quorum_critical check_if_node_is_mirror_sync_critical help'),
    ],
    ['rabbitmq-streams', first('stream_status list_stream_consumers list_stream_publishers help')],
    ['rabbitmqadmin', first('list show export help')],
    ['kcat', unless(/^-[a-zA-Z]*P/)],
    ['kafkacat', unless(/^-[a-zA-Z]*P/)],
    ['zkCli', manager(/\b(create|set|delete|deleteall|rmr|setAcl|setquota)\b/)],
    ['ceph', ceph],
    [
      'rbd',
      firstTwo(
        'ls;list;info;du;status;showmapped;snap ls;snap list;mirror pool status;mirror pool info;mirror image status;mirror snapshot schedule;trash ls;trash list;device list;children;diff;perf;pool stats;lock ls;watch;version',
        '-p --pool -n --id -c --conf -k --keyring --namespace --format',
      ),
    ],
    [
      'rados',
      first(
        'ls lspools df stat listomapkeys listomapvals listxattr getxattr lssnap list-inconsistent-pg list-inconsistent-obj',
        '-p --pool -n -c -k -N',
      ),
    ],
    [
      'radosgw-admin',
      firstTwo(
        'sync status;sync error;user info;user list;user stats;bucket list;bucket stats;bucket limit;bucket check;metadata list;metadata get;zone get;zone list;zonegroup get;zonegroup list;realm list;realm get;period get;period list;gc list;lc list;usage show;datalog list;mdlog list;bilog list;quota get;data sync;metadata sync;version',
        '--rgw-realm --rgw-zonegroup --rgw-zone --uid --bucket --conf -c',
      ),
    ],
    [
      'vault',
      firstTwo(
        'status;read;list;version;kv get;kv list;kv metadata;secrets list;auth list;policy list;policy read;token lookup;operator members;operator raft;audit list;path-help;print;namespace list;lease lookup;debug',
        '-address -ca-cert -namespace -format -field -mount',
      ),
    ],
    [
      'bao',
      firstTwo(
        'status;read;list;version;kv get;kv list;secrets list;auth list;policy list;policy read;token lookup',
        '-address -namespace -format',
      ),
    ],
    [
      'consul',
      firstTwo(
        'members;info;kv get;catalog;operator raft;version;monitor;acl token read;acl token list;config read;config list;intention check;intention list;rtt',
      ),
    ],
    [
      'nats',
      firstTwo(
        'server;stream ls;stream info;stream report;consumer ls;consumer info;consumer report;account info;kv ls;kv get;rtt;top',
      ),
    ],
    ['patronictl', first('list history show-config version topology dsn query', '-c --config-file -d --dcs-url')],
    [
      'repmgr',
      firstTwo(
        'cluster show;cluster matrix;node status;node check;cluster event;cluster crosscheck;daemon status;service status',
      ),
    ],
    ['pgbackrest', first('info check version', '--stanza --config')],
    ['barman', first('list-backups list-backup check status show-backup show-server list-servers')],
    ['wal-g', firstTwo('backup-list;wal-show;wal-verify;st ls')],
    [
      'mc',
      firstTwo(
        'ls;stat;tree;find;du;version;ready;cat;head;diff;ping;admin info;admin trace;admin user list;admin user info;admin policy list;admin config get',
      ),
    ],
    ['minio', unless(/^server$/)],
    [
      'systemctl',
      first('status is-active is-enabled is-failed list-units list-unit-files show cat list-timers list-sockets'),
    ],
    ['service', (args) => args[1] === 'status' || args[0] === '--status-all'],
    ['supervisorctl', first('status tail avail pid version maintail')],
    ['journalctl', unless(/^--(vacuum|rotate|flush|sync)/)],
    [
      'crictl',
      first(
        'ps pods images img inspect inspecti inspectp info version logs stats statsp imagefsinfo',
        '-r --runtime-endpoint -i --image-endpoint -c -t',
      ),
    ],
    ['ctr', manager(/\b(rm|remove|delete|kill|run|create|pull|push|import|start|exec|tag|label)\b/)],
    ['docker', first('ps images inspect info version logs stats top diff port history')],
    ['nerdctl', first('ps images inspect info version logs stats top port history')],
    ['podman', first('ps images inspect info version logs stats top port history')],
    ...networkLooks(),
    ['mysqlsh', statements(/^(-e|--execute)$/, /^(-f|--file)/, (text) => sqlReads(text) && mongoReads(text))],
    ['pt-heartbeat', unless(/^--update$/)],
    [
      'clickhouse-keeper-client',
      statements(
        /^(-q|--query)$/,
        /^$/,
        (text) => isKnown(text) && !/\b(create|set|rm|rmr|touch|reconfig)\b/i.test(text),
      ),
    ],
    ['elasticsearch-plugin', first('list')],
    ['logstash', unless(/^(?!--version$|-t$|--config\.test_and_exit$|-V$)/)],
    ['gitlab-ctl', first('status tail service-list show-config')],
    ['gitlab-rake', manager(/\b(restore|backup:create|migrate|reset|setup|drop)/)],
    ['nc', always],
    ['gzip', packs],
    ['zstd', packs],
    ['xz', packs],
    ['bzip2', packs],
    ['lz4', packs],
    ['lvs', always],
    ['vgs', always],
    ['pvs', always],
    ['zpool', first('status list iostat get history')],
    ['zfs', first('list get diff')],
    ['apt', first('list show search policy')],
    ['apt-cache', always],
    ['dpkg', unless(/^(-i|--install|-r|--remove|-P|--purge|--configure|-a)$/)],
    ['dpkg-query', always],
    ['rpm', (args) => args.some((arg) => /^-[a-zA-Z]*[qV]|^--query|^--verify/.test(arg))],
    ['apk', first('info list policy search version')],
    ['pip', first('list show freeze check')],
    ['pip3', first('list show freeze check')],
    ['npm', first('ls list view outdated version')],
    ['git', first('status log diff show branch remote rev-parse describe ls-files ls-remote blame')],
    ['kubectl', always],
    ['oc', always],
  ]);

/** Made when the first container is looked into: the guard starts anew for every command. */
let table: ReadonlyMap<string, Looks> | undefined;

/** Whether a command, whose words are known, only looks; undefined: the program isn't known here. */
export function looksOnly(argv: readonly string[], io: Io): boolean | undefined {
  const [name = '', ...args] = argv;
  const program = baseName(name).replace(/\.sh$/, '');
  if (args.length === 1 && /^(--version|-version|version|--help|-h)$/.test(args[0] ?? '')) return true;
  if (ALWAYS.has(program)) return true;
  table ??= looksTable();
  const looks = table.get(program);
  if (looks !== undefined) return looks(args, io);
  if (program.startsWith('kafka-')) return kafka(args, io) && !/producer|delete-records|storage/.test(program);
  return looksByItsWords(args) ? true : undefined;
}
