/** Every error code, its kind, meaning and remedy: data, from which `docs/errors.md` is made. */
/** What a caller may do about it: try again, stop for safety, or tell the person who asked. */
export type ErrorKind = 'transient' | 'usage' | 'unreachable' | 'safety' | 'internal';

export interface CatalogueEntry {
  readonly kind: ErrorKind;
  readonly meaning: string;
  readonly remedy: string;
}

const entries = {
  sql_unreachable: {
    kind: 'unreachable',
    meaning: 'PostgreSQL, MariaDB or Oracle does not answer.',
    remedy:
      'Check that the server runs, that host and port in sql.url are right and that the network lets you through.',
  },
  mongodb_unreachable: {
    kind: 'unreachable',
    meaning: 'MongoDB does not answer, or has no primary.',
    remedy: 'Check that the replica set has a primary and that the hosts in mongodb.url are right.',
  },
  kafka_unreachable: {
    kind: 'unreachable',
    meaning: 'Kafka does not answer.',
    remedy: 'Check that the brokers run, that transport.brokers is right and that the network lets you through.',
  },
  kafka_driver_missing: {
    kind: 'usage',
    meaning: 'The Kafka transport needs the package kafkajs, which is not installed.',
    remedy: 'Install it beside isthmus: npm install kafkajs@2',
  },
  mysql_driver_missing: {
    kind: 'usage',
    meaning: 'A SQL side of MariaDB or MySQL needs the package mysql2, which is not installed.',
    remedy: 'Install it beside isthmus: npm install mysql2@3',
  },
  oracle_driver_missing: {
    kind: 'usage',
    meaning: 'A SQL side of Oracle needs the package oracledb, which is not installed.',
    remedy: 'Install it beside isthmus: npm install oracledb@26',
  },
  topic_unfit: {
    kind: 'usage',
    meaning: 'A change topic is there that the sync must not use as it is.',
    remedy: 'Run `isthmus check`: it says what is wrong with it and how to mend it.',
  },
  topic_lost: {
    kind: 'safety',
    meaning: 'A change topic no longer has what was not read yet: it was kept too short, or made anew.',
    remedy:
      'Changes were missed. Raise the topic’s retention, then begin anew and load: `isthmus teardown`, `isthmus prepare`, `isthmus run` with initial: none, `isthmus load --entity TABLE`.',
  },
  transport_changed: {
    kind: 'safety',
    meaning: 'The sync’s progress was stored under another transport, or another number of partitions.',
    remedy:
      'Go back to the transport and partitions that it ran with. More partitions: `isthmus repartition`. Any other change begins anew: stop all processes, `isthmus teardown`, then `isthmus run` with initial: none and `isthmus load --entity TABLE` of each table.',
  },
  debezium_silent: {
    kind: 'unreachable',
    meaning: 'The Debezium connector does not tell what is written to the database.',
    remedy:
      'Look at its state and log: GET /connectors/NAME/status. Does it write to transport.topics.debezium, with the settings that `isthmus prepare` prints?',
  },
  debezium_unfit: {
    kind: 'usage',
    meaning: 'The Debezium connector is set so that changes do not come through it whole and exact.',
    remedy: 'Set it as `isthmus prepare --dry-run` prints it, and transport.debezium to the same.',
  },
  transient: {
    kind: 'transient',
    meaning: 'A server refused for a reason that passes (deadlock, election, lost connection).',
    remedy: 'Nothing to do: it is tried again with a growing pause.',
  },
  authentication_failed: {
    kind: 'usage',
    meaning: 'The server refused the user or the password.',
    remedy: 'Check user and password in the connection URL, or the secret that it is read from.',
  },
  permission_denied: {
    kind: 'usage',
    meaning: 'The role lacks a right that the sync needs.',
    remedy: 'Run `isthmus check`: it prints the statement that grants what is missing.',
  },
  configuration_invalid: {
    kind: 'usage',
    meaning: 'The configuration cannot be used.',
    remedy: 'Mend the named key and start again.',
  },
  table_changed: {
    kind: 'transient',
    meaning: 'A table or column that was there is gone; its entity is being stopped, the others go on.',
    remedy:
      'Choose what shall become of it: restore it, or start the process again, which maps it anew, and load it: `isthmus load --entity TABLE`.',
  },
  mapping_outdated: {
    kind: 'usage',
    meaning: 'A table has lost what the running process maps, which reads the schema only when it starts.',
    remedy: 'Start the process again, which maps the table anew; then load it: `isthmus load --entity TABLE`.',
  },
  load_running: {
    kind: 'usage',
    meaning: 'The table is being loaded from the other side.',
    remedy: 'Wait until that load has ended, which `isthmus status` shows; then ask again.',
  },
  mapping_invalid: {
    kind: 'usage',
    meaning: 'A table cannot be paired with a collection as configured.',
    remedy: 'Leave the named column out, or set its type, in the entity’s `fields`.',
  },
  policy_invalid: {
    kind: 'usage',
    meaning: 'A table’s conflict policy cannot work as configured: a rule does not fit its column, or names none.',
    remedy: 'Mend the named rule in the entity’s `conflict`.',
  },
  resolver_invalid: {
    kind: 'usage',
    meaning: 'A module that decides conflicts cannot be loaded, or exports no function.',
    remedy: 'Mend the named module; `isthmus check --resolvers` tries it on generated conflicts.',
  },
  sql_error: {
    kind: 'internal',
    meaning: 'The SQL server refused a statement of ours.',
    remedy:
      'Look the SQLSTATE up in the server’s manual (PostgreSQL: appendix A); if nothing there is yours to mend, please report it.',
  },
  fenced: {
    kind: 'safety',
    meaning: 'A newer process has taken over this sync; this one has stopped before writing anything more.',
    remedy: 'Run one process only for a sync, or leave the newer one running.',
  },
  slot_lost: {
    kind: 'safety',
    meaning: 'The replication slot is gone or was invalidated: changes of PostgreSQL may have been missed.',
    remedy:
      'Begin anew and close the gap by a load and a comparison, as in docs/runbook.md, section slot_lost: `isthmus teardown`, `isthmus run`, `isthmus load`.',
  },
  token_lost: {
    kind: 'safety',
    meaning: 'MongoDB’s oplog no longer holds the position of the change stream: changes may have been missed.',
    remedy:
      'Enlarge the oplog, then begin anew and close the gap by a load and a comparison, as in docs/runbook.md, section token_lost: `isthmus teardown`, `isthmus run`, `isthmus load`.',
  },
  pre_image_missing: {
    kind: 'safety',
    meaning: 'MongoDB no longer holds the before-image of a change that has not crossed yet.',
    remedy:
      'Raise expireAfterSeconds of changeStreamOptions.preAndPostImages, then go on as in docs/runbook.md, section pre_image_missing.',
  },
  event_too_large: {
    kind: 'safety',
    meaning: 'A change event is larger than 16 MB and this server cannot split it.',
    remedy: 'Upgrade to MongoDB 6.0.9 or later, or make the named record smaller.',
  },
  message_invalid: {
    kind: 'safety',
    meaning: 'A message of a change topic cannot be read.',
    remedy:
      'Only the sync may write to its topics. The message is kept with its offset; compare the table, and repair what differs.',
  },
  metadata_invalid: {
    kind: 'safety',
    meaning: 'What the sync stored about itself cannot be read, or the two databases disagree about it.',
    remedy: 'Do not edit the metadata by hand; run `isthmus teardown` and `isthmus prepare` to begin anew.',
  },
  mongodb_failed: {
    kind: 'safety',
    meaning: 'MongoDB refused something that the sync must be able to do, for a reason that does not pass.',
    remedy: 'See the code in the message; `isthmus check` tells what the sync needs of MongoDB.',
  },
  invariant_broken: {
    kind: 'internal',
    meaning: 'A mistake of ours: an assertion did not hold. Nothing was written.',
    remedy: 'Please report it with the message and the log around it.',
  },
  embedded_server_failed: {
    kind: 'unreachable',
    meaning: 'A database server of the demo or of the tests could not be found, downloaded or started.',
    remedy: 'See the reason in the message; or use servers of your own.',
  },
  usage: {
    kind: 'usage',
    meaning: 'The command was called in a way that it does not know.',
    remedy: 'See `isthmus --help`.',
  },
  unauthorized: {
    kind: 'usage',
    meaning: 'The request carries no token, or a wrong one.',
    remedy: 'Send the header `Authorization: Bearer TOKEN` with the token of api.token.',
  },
  request_refused: {
    kind: 'usage',
    meaning: 'The request comes from a web page or a host name that the API does not serve.',
    remedy: 'Call the API under the address of api.listen, and from its own pages only.',
  },
  too_many_requests: {
    kind: 'usage',
    meaning: 'The address has made more requests than api.rateLimit allows, or tried wrong tokens.',
    remedy: 'Wait a second and ask again; send reads in batches to /api/reads/batch, or raise api.rateLimit.',
  },
  request_invalid: {
    kind: 'usage',
    meaning: 'The request is not of the form that the API asks for.',
    remedy: 'See /api/openapi.json for the form.',
  },
  listen_refused: {
    kind: 'usage',
    meaning: 'The API cannot listen at the address of api.listen.',
    remedy: 'Choose another port, or set api.token: other than loopback addresses need one.',
  },
  api_unreachable: {
    kind: 'unreachable',
    meaning: 'No running process answers.',
    remedy: 'Start `isthmus run`, or name the address of its API with --url.',
  },
  conflict_moved: {
    kind: 'usage',
    meaning:
      'A side has changed the record since the conflict was shown, or it is no longer open; nothing was written.',
    remedy: 'Look at it again with `isthmus conflicts show ID`, then decide on what stands there now.',
  },
  letter_moved: {
    kind: 'usage',
    meaning:
      'The dead letter holds a newer change than the one that was shown, or is no longer open; nothing was given up.',
    remedy: 'List the dead letters again: `isthmus dead-letters list`.',
  },
  decision_refused: {
    kind: 'usage',
    meaning: 'What was decided cannot stand on one of the sides; nothing was written.',
    remedy: 'Decide for the other version, or give a value that both sides can hold.',
  },
  not_running: {
    kind: 'usage',
    meaning: 'The sync is paused or not ready, so nothing can be written now.',
    remedy: 'Wait for it or run `isthmus resume`, then ask again.',
  },
  too_many_clients: {
    kind: 'transient',
    meaning: 'Too many clients follow the live events at once.',
    remedy: 'Close a dashboard that nobody looks at, or try again later.',
  },
  phase_refused: {
    kind: 'usage',
    meaning: 'The migration cannot take this step now; nothing was changed.',
    remedy: 'See the checklist of `isthmus phase`; what you answer for yourself goes by `--force --why TEXT`.',
  },
  in_use: {
    kind: 'usage',
    meaning: 'Another process runs this sync, and would be ended by a second one.',
    remedy: 'Ask that process: name the address of its API with --url.',
  },
  comparison_busy: {
    kind: 'usage',
    meaning: 'The comparison is not finished yet.',
    remedy: 'Wait for its end, or cancel it, then ask again.',
  },
  too_many: {
    kind: 'usage',
    meaning: 'Too much of this kind waits already.',
    remedy: 'Wait until some of it is done, then ask again.',
  },
  not_found: {
    kind: 'usage',
    meaning: 'There is nothing by that name.',
    remedy: 'List what there is and take a name from there.',
  },
  crdt_invalid: {
    kind: 'usage',
    meaning: 'A value is no CRDT state, or one was asked for what its kind does not do.',
    remedy: 'Make states with the functions of `isthmus/crdt` only, and store what they return as it is.',
  },
  vector_invalid: {
    kind: 'usage',
    meaning: 'A value is no version vector.',
    remedy:
      'A version vector is an object with a whole number from 0 to 2^64 - 1 for each writer; as decimal text beyond 2^53.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof entries;

export const catalogue: Readonly<Record<ErrorCode, CatalogueEntry>> = entries;
