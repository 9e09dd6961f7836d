/* SPDX-License-Identifier: MIT */
/*
 * schemas: the class schemas that hosts gave, and the metrics of each rule as its class completes
 * them. One of each for a class and a build of Windows, shared by all hosts of that build.
 *
 * It decides who asks, and never asks itself: poll/step.c does. A rule is a struct model_instance
 * of the model, or the rule of a model_discovery. What is handed out lives as long as the cache.
 * Owned by the poller. One lock inside, a leaf: any thread may call, nothing is called under it but
 * metric/ and cim/.
 */
#ifndef POLL_SCHEMAS_H
#define POLL_SCHEMAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cim/class.h"
#include "metric/completion.h"
#include "model/instance.h"

#define POLL_SCHEMAS_MAX_BYTES \
    (64u * 1024u * 1024u)                         /* of all schemas; then no more are asked for */
#define POLL_SCHEMAS_RETRY_MS (60u * 60u * 1000u) /* after a refusal */

struct poll_schemas;
struct poll_schema; /* one class of one build */

/* New: free with poll_schemas_free when no host uses it any more. NULL: ERR_MEMORY. */
struct poll_schemas *poll_schemas_new(struct err *err);
/* NULL is fine. */
void poll_schemas_free(struct poll_schemas *schemas);

enum poll_schemas_state {
    POLL_SCHEMAS_HERE,
    POLL_SCHEMAS_NONE, /* refused not long ago, or no room: go on without */
    POLL_SCHEMAS_ASK,  /* nobody has it: the caller asks, and says what came of it with one of
                          _take, _refuse, _give_up */
    POLL_SCHEMAS_WAIT, /* another host is asking */
};

/* What there is of a class (namespace and class without regard to ASCII case) for hosts of a build
 * ("10.0.17763"). slot: of the asker's auth (poll/secrets.h): a refusal of access counts for hosts
 * with that auth alone. *schema: for the functions below; NULL where the state is NONE for want of
 * memory. */
enum poll_schemas_state poll_schemas_find(struct poll_schemas *schemas, const char *build,
                                          const char *namespace_name, const char *class_name,
                                          size_t slot, uint64_t now_ms,
                                          struct poll_schema **schema);

/* The asker got it: it is cloned. -1: no memory, or no room; then it counts as refused. */
int poll_schemas_take(struct poll_schemas *schemas, struct poll_schema *schema,
                      const MI_Class *class_result, uint64_t now_ms, struct err *err);
/* The host says that it has none (INVALID_CLASS, NOT_SUPPORTED, whatever is not of the host as a
 * whole). of_access: it has, but not for this account. True: say so, this is the first refusal of
 * this kind. */
bool poll_schemas_refuse(struct poll_schemas *schemas, struct poll_schema *schema, size_t slot,
                         bool of_access, uint64_t now_ms);
/* The asker failed before it had an answer: whoever wants it asks from now on, and waits for
 * nobody.
 */
void poll_schemas_give_up(struct poll_schemas *schemas, struct poll_schema *schema);

/* A rule's metrics as its class completes them. Immutable. */
struct poll_reading {
    const struct model_metric *metrics; /* the rule's, in its order */
    size_t metric_count;
    size_t memory_count;    /* of all metrics, metric_memory_count each, in their order */
    const MI_Class *schema; /* NULL: there was none to be had */
};

/* Called once for each doubt when a reading is made, and once where the schema itself was mended
 * (cim_class_doubt: doubt is NULL and sentence is not). No lock is held. */
struct poll_schemas_teller {
    void (*doubt)(void *context, const struct model_instance *rule,
                  const struct metric_doubt *doubt, const char *sentence);
    void *context;
};

/* Made at first, shared then. schema: POLL_SCHEMAS_HERE's, or NULL: as the module has it. NULL: no
 * memory. */
const struct poll_reading *poll_schemas_reading(struct poll_schemas *schemas,
                                                const struct model_instance *rule,
                                                struct poll_schema *schema,
                                                const struct poll_schemas_teller *teller);

/* For measurements and tests. */
size_t poll_schemas_count(struct poll_schemas *schemas); /* those that are here */
size_t poll_schemas_bytes(struct poll_schemas *schemas);

#endif
