const UNANSWERED =
  /connection (?:was )?refused|ECONNREFUSED|ECONNRESET|no such host|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|could not (?:translate host name|connect to server|resolve host)|can(?:not|'t) connect to|failed to connect to|name or service not known|name resolution|unknown ?host|connection timed out|connection reset by peer|i\/o timeout|no route to host|host is unreachable|network is unreachable|no servers? available|no brokers available|(?:database|the database system|server|service) is (?:starting up|not yet accepting connections)|(?:is|are) not (?:yet )?(?:ready|available|reachable)|not accepting connections|waiting for/i;

/**
 * Do these words say that something a program needs does not answer? What is deployed together restarts a few times until
 * everything is up, so such a crash has until the timeout.
 */
export const waitsForOthers = (words: string): boolean => UNANSWERED.test(words);
