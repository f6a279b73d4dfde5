import type { ComposePort, ComposeService } from '../extract/compose.ts';
import type { ClusterFacts } from '../facts.ts';
import { isOpenShift } from './rule.ts';

/** Ports that by convention (IANA, and the images' documentation) carry something else than HTTP or TLS with SNI. */
const NOT_HTTP: Readonly<Record<number, string>> = {
  20: 'FTP',
  21: 'FTP',
  22: 'SSH',
  23: 'telnet',
  25: 'SMTP',
  53: 'DNS',
  88: 'Kerberos',
  110: 'POP3',
  111: 'RPC',
  123: 'NTP',
  139: 'SMB',
  143: 'IMAP',
  161: 'SNMP',
  162: 'SNMP',
  179: 'BGP',
  389: 'LDAP',
  445: 'SMB',
  465: 'SMTP',
  514: 'syslog',
  587: 'SMTP',
  601: 'syslog',
  636: 'LDAP',
  853: 'DNS',
  873: 'rsync',
  989: 'FTP',
  990: 'FTP',
  993: 'IMAP',
  995: 'POP3',
  1080: 'SOCKS',
  1194: 'OpenVPN',
  1433: 'SQL Server',
  1521: 'Oracle',
  1723: 'PPTP',
  1883: 'MQTT',
  1935: 'RTMP',
  2022: 'SSH',
  2049: 'NFS',
  2181: 'ZooKeeper',
  2222: 'SSH',
  2525: 'SMTP',
  3268: 'LDAP',
  3306: 'MySQL',
  3307: 'MySQL',
  3389: 'RDP',
  3478: 'STUN',
  4190: 'ManageSieve',
  4222: 'NATS',
  5044: 'Beats',
  5060: 'SIP',
  5061: 'SIP',
  5222: 'XMPP',
  5269: 'XMPP',
  5349: 'STUN',
  5432: 'PostgreSQL',
  5433: 'PostgreSQL',
  5671: 'AMQP',
  5672: 'AMQP',
  5900: 'VNC',
  6222: 'NATS',
  6379: 'Redis',
  6380: 'Redis',
  6432: 'PgBouncer',
  6514: 'syslog',
  6667: 'IRC',
  7000: 'Cassandra',
  7687: 'Bolt',
  8554: 'RTSP',
  8883: 'MQTT',
  9042: 'CQL',
  9092: 'Kafka',
  9093: 'Kafka',
  9094: 'Kafka',
  9300: 'Elasticsearch transport',
  11211: 'memcached',
  12201: 'GELF',
  15432: 'PostgreSQL',
  25565: 'Minecraft',
  26257: 'CockroachDB',
  26379: 'Redis',
  27017: 'MongoDB',
  27018: 'MongoDB',
  28015: 'RethinkDB',
  29092: 'Kafka',
  50000: 'Jenkins agents',
  51820: 'WireGuard',
  61613: 'STOMP',
  61616: 'OpenWire',
};

/** Images whose ports aren't HTTP, whatever their numbers. */
const NOT_HTTP_IMAGES =
  /(^|\/)(wireguard|openvpn|postgres(ql)?|mysql|mariadb|mongo(db)?|redis|valkey|kafka|cp-kafka|mosquitto|emqx|coturn|openldap|openssh-server|samba|vsftpd|pure-ftpd|postfix|dovecot)([-/:]|$)/;

/** What a published port carries when neither a Route nor an Ingress can; undefined where it may be HTTP or TLS. */
export function notHttp(port: ComposePort, service: Pick<ComposeService, 'imageName'>): string | undefined {
  if (port.protocol === 'udp') return 'UDP';
  const known = NOT_HTTP[port.target];
  if (known !== undefined) return known;
  return NOT_HTTP_IMAGES.test(service.imageName ?? '') &&
    ![80, 443, 8080, 8443, 9000, 9090, 15672].includes(port.target)
    ? 'TCP'
    : undefined;
}

/** How something that isn't HTTP gets in from outside here. */
export function wayIn(facts: ClusterFacts): string {
  if (facts.loadBalancer === 'yes') return 'a Service of type LoadBalancer';
  const node = 'a Service of type NodePort';
  if (facts.loadBalancer === 'no') return `${node} (nothing here gives a LoadBalancer an address)`;
  return `a Service of type LoadBalancer where one gets an address (not seen here), else ${node.slice(2)}`;
}

export const entry = (facts: ClusterFacts) => (isOpenShift(facts) === true ? 'a Route' : 'an Ingress');
