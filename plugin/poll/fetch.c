/* SPDX-License-Identifier: MIT */
#include "poll/fetch.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "metric/completion.h"
#include "poll/declaration.h"
#include "poll/host.h"
#include "poll/report.h"
#include "poll/session.h"

#define LISTS_LOST_TO_TELL 2 /* and the next one */
#define SENTENCE_BYTES     1024

/* --- What an operation brought --- */

static void note_step_success(struct poll_host *host)
{
    host->round->got_instance = true;
    if (poll_health_recover_instance(&host->health, host->step.mark))
        log_write(&host->shared->log, LOG_LEVEL_INFO, "%s: %s: answers again", host->plan->name,
                  host->step.object);
}

static void harvest(struct poll_host *host, const char *object, struct poll_place *place,
                    const MI_Instance *instance)
{
    const struct poll_harvest harvest = {
        .rule = host->step.rule,
        .reading = host->step.reading,
        .object = object,
        .place = place,
        .interval_ms = host->round->plan->interval_ms,
    };
    poll_harvest_take(host, &harvest, instance);
}

/* --- INSTANCE, MEMBER --- */

static void take_instance(struct poll_host *host, MI_Operation *operation,
                          const MI_Instance *instance)
{
    const struct poll_step *step = &host->step;
    poll_report_note_answer(host);
    note_step_success(host);
    if (step->search != NULL) {
        step->search->has_come = true;
        step->search->lost_count = 0;
    }
    /* Without memory for that, text is read as well. */
    if (step->reading->schema != NULL)
        CollectdMI_Operation_ApplyClass(operation, step->reading->schema, NULL);
    harvest(host, step->object, step->place, instance);
}

/* It went since the host listed it: the host is asked who is there. One that is gone is no wonder;
 * that nobody of a list is there, again and again, is a mistake. */
static void drop_member(struct poll_host *host)
{
    struct poll_round *round = host->round;
    struct poll_search *search = host->step.search;
    poll_discovery_drop(search->found, --round->next_member);
    search->is_listed = false;
    if (search->has_come || poll_discovery_count(search->found) > 0 ||
        search->lost_count++ != LISTS_LOST_TO_TELL)
        return;
    log_write(&host->shared->log, LOG_LEVEL_WARNING,
              "%s: %s: the host lists instances, and finds none of them by these keys: does the "
              "module %s name all keys of the class?",
              host->plan->name, host->step.rule->class_name, host->step.rule->module);
}

static void miss_instance(struct poll_host *host, const struct poll_failure *failure,
                          const char *sentence)
{
    if (host->step.errand == POLL_ERRAND_MEMBER && failure->result == MI_RESULT_NOT_FOUND)
        drop_member(host);
    else
        poll_report_note_failure(host, failure, sentence);
}

static void MI_CALL on_instance(MI_Operation *operation, void *context, const MI_Instance *instance,
                                MI_Boolean more_results, MI_Result result, const MI_Char *sentence,
                                const MI_Instance *details,
                                MI_Result(MI_CALL *acknowledge)(MI_Operation *))
{
    struct poll_host *host = context;
    const struct poll_report report = {
        result, sentence != NULL ? sentence : "the reply holds no instance", details};
    struct poll_failure failure;
    struct poll_ending ending = {false, false};
    (void)acknowledge;
    if (more_results)
        return;
    if (!poll_report_is_stopping(host->shared)) {
        if (result == MI_RESULT_OK && instance != NULL)
            take_instance(host, operation, instance);
        else if (poll_report_fail(host, &report, &failure, &ending) == POLL_VERDICT_INSTANCE)
            miss_instance(host, &failure, report.sentence);
    }
    poll_report_finish(host, operation, &ending);
}

/* --- LIST, QUERY --- */

static void take_item(struct poll_host *host, MI_Operation *operation, const MI_Instance *instance)
{
    const struct poll_step *step = &host->step;
    bool is_query = step->errand == POLL_ERRAND_QUERY;
    poll_report_note_answer(host);
    host->round->got_instance = true;
    if (is_query && step->reading->schema != NULL)
        CollectdMI_Operation_ApplyClass(operation, step->reading->schema, NULL);
    struct poll_member *member = poll_discovery_arrive(step->search->found, instance);
    if (is_query && member != NULL)
        harvest(host, member->object, &member->place, instance);
}

static void take_newcomers(struct poll_host *host)
{
    const MI_Instance *instance;
    struct poll_member *member;
    struct poll_discovery *found = host->step.search->found;
    for (size_t i = 0; (member = poll_discovery_newcomer(found, i, &instance)) != NULL; i++)
        if (instance != NULL)
            harvest(host, member->object, &member->place, instance);
}

static void note_list(struct poll_host *host)
{
    struct poll_search *search = host->step.search;
    poll_report_note_answer(host); /* also where there is none */
    note_step_success(host);
    search->is_listed = true;
    search->has_come = false;
    search->list_at_ms = clock_now_ms(host->shared->clock) + search->plan->refresh_ms;
    bool is_empty = poll_discovery_count(search->found) == 0;
    if (is_empty && !search->told_empty)
        log_write(&host->shared->log, LOG_LEVEL_INFO, "%s: %s: no instance is there that is wanted",
                  host->plan->name, host->step.object);
    search->told_empty = search->told_empty || is_empty; /* some come and go all day */
}

/* A property that this host's class does not have makes the query invalid: for its sake the others
 * must not be lost. True: it is asked again, for all properties. */
static bool ask_all(struct poll_host *host, const struct poll_failure *failure)
{
    struct poll_search *search = host->step.search;
    if (failure->result != MI_RESULT_INVALID_QUERY || host->step.errand != POLL_ERRAND_QUERY ||
        search->asks_all)
        return false;
    search->asks_all = true;
    host->round->next_search = (size_t)(search - host->round->searches);
    return true;
}

/* Where the host does not take what the operator wrote, he is told where that stands. */
static void note_items_failure(struct poll_host *host, const struct poll_failure *failure,
                               const char *sentence)
{
    char told[SENTENCE_BYTES];
    const struct model_discovery *plan = host->step.search->plan;
    const struct model_origin *at = &plan->rule.origin;
    if (failure->result == MI_RESULT_INVALID_QUERY && plan->where != NULL) {
        snprintf(told, sizeof told, "%s (%s:%u:%u: where: %s)", sentence, at->path, at->line,
                 at->column, plan->where);
        sentence = told;
    }
    poll_report_note_failure(host, failure, sentence);
}

static void end_items(struct poll_host *host, const struct poll_report *report,
                      struct poll_ending *ending)
{
    const struct poll_step step = host->step;
    struct poll_failure failure;
    bool is_complete = report->result == MI_RESULT_OK;
    poll_discovery_end(step.search->found, is_complete);
    if (step.errand == POLL_ERRAND_QUERY)
        take_newcomers(host);
    if (is_complete)
        note_list(host);
    else if (poll_report_fail(host, report, &failure, ending) == POLL_VERDICT_INSTANCE &&
             !ask_all(host, &failure))
        note_items_failure(host, &failure, report->sentence);
}

static void MI_CALL on_item(MI_Operation *operation, void *context, const MI_Instance *instance,
                            MI_Boolean more_results, MI_Result result, const MI_Char *sentence,
                            const MI_Instance *details,
                            MI_Result(MI_CALL *acknowledge)(MI_Operation *))
{
    struct poll_host *host = context;
    const struct poll_report report = {
        result, sentence != NULL ? sentence : "the enumeration failed", details};
    struct poll_ending ending = {false, false};
    bool stopping = poll_report_is_stopping(host->shared);
    (void)acknowledge;
    if (result == MI_RESULT_OK && instance != NULL && !stopping)
        take_item(host, operation, instance);
    if (more_results)
        return;
    if (!stopping)
        end_items(host, &report, &ending);
    poll_report_finish(host, operation, &ending);
}

/* --- Asking --- */

static void write_list(const struct poll_step *step, struct buf *list)
{
    const struct model_discovery *plan = step->search->plan;
    for (size_t i = 0; i < plan->key_count; i++)
        buf_add_format(list, "%s%s", i > 0 ? "," : "", plan->keys[i].name);
    if (step->errand == POLL_ERRAND_LIST)
        return;
    /* Before the columns, which leave out what is there already. */
    if (step->rule->identity != NULL)
        buf_add_format(list, ",%s", step->rule->identity);
    metric_completion_columns(step->reading->metrics, step->reading->metric_count,
                              step->reading->schema, list);
}

static void write_query(const struct poll_step *step, struct buf *query)
{
    struct buf list;
    const struct model_discovery *plan = step->search->plan;
    buf_init(&list, POLL_FETCH_MAX_QUERY_BYTES);
    write_list(step, &list);
    bool asks_all = step->errand == POLL_ERRAND_QUERY &&
                    (step->search->asks_all || buf_failed(&list, "a query", NULL) != 0);
    buf_add_format(query, "SELECT %s FROM %s", asks_all ? "*" : buf_text(&list),
                   step->rule->class_name);
    if (plan->where != NULL)
        buf_add_format(query, " WHERE %s", plan->where);
    buf_free(&list);
}

/* What is sent, beside the session. */
struct request {
    MI_OperationOptions options;
    struct buf query;
};

static int make_request(struct poll_host *host, uint64_t timeout_ms, struct request *request)
{
    const struct poll_step *step = &host->step;
    request->options = (MI_OperationOptions)MI_OPERATIONOPTIONS_NULL;
    buf_init(&request->query, 2 * POLL_FETCH_MAX_QUERY_BYTES);
    if (step->errand == POLL_ERRAND_LIST || step->errand == POLL_ERRAND_QUERY)
        write_query(step, &request->query);
    if (buf_failed(&request->query, "a query", NULL) == 0 &&
        poll_session_options(&host->shared->application, host->plan, timeout_ms,
                             &request->options) == MI_RESULT_OK)
        return 0;
    buf_free(&request->query);
    return -1;
}

static void send(struct poll_host *host, MI_Session *session, struct request *request)
{
    const struct poll_step *step = &host->step;
    const char *namespace_name = step->rule->namespace_name;
    MI_OperationCallbacks callbacks = MI_OPERATIONCALLBACKS_NULL;
    callbacks.callbackContext = host;
    switch (step->errand) {
    case POLL_ERRAND_INSTANCE:
    case POLL_ERRAND_MEMBER:
        callbacks.instanceResult = on_instance;
        MI_Session_GetInstance(session, 0, &request->options, namespace_name, step->key, &callbacks,
                               &host->operation);
        break;
    case POLL_ERRAND_LIST:
    case POLL_ERRAND_QUERY:
        callbacks.instanceResult = on_item;
        poll_discovery_begin(step->search->found);
        MI_Session_QueryInstances(session, 0, &request->options, namespace_name, "WQL",
                                  buf_text(&request->query), &callbacks, &host->operation);
        break;
    case POLL_ERRAND_BUILD:
    case POLL_ERRAND_SCHEMA:
        poll_declaration_ask(host, session, &request->options);
        break;
    }
}

/* False: the poller stops. */
static bool start(struct poll_host *host, struct request *request)
{
    struct poll_shared *shared = host->shared;
    pthread_mutex_lock(&shared->lock);
    bool go = !shared->stopping && host->has_session;
    MI_Session session = host->session;
    if (go)
        host->state = POLL_HOST_FETCHING;
    pthread_mutex_unlock(&shared->lock);
    if (!go)
        return false;
    host->operation = (MI_Operation)MI_OPERATION_NULL;
    host->started_ns = clock_now_ns(shared->clock);
    host->heard = false;
    if (host->step.errand == host->step.target)
        poll_step_pass(host->round, &host->step);
    send(host, &session, request);
    return true;
}

static void give_up_schema(struct poll_host *host)
{
    if (host->step.errand == POLL_ERRAND_SCHEMA)
        poll_schemas_give_up(host->shared->schemas, host->step.schema);
}

bool poll_fetch_begin(struct poll_host *host, struct poll_round *round,
                      const struct poll_step *step, uint64_t timeout_ms)
{
    const struct poll_failure no_memory = {.result = MI_RESULT_FAILED};
    struct request request;
    host->round = round;
    host->step = *step;
    if (!poll_step_prepare(host, &host->step)) {
        poll_step_pass(round, step);
        return false;
    }
    if (make_request(host, timeout_ms, &request) != 0) {
        give_up_schema(host);
        poll_report_note_failure(host, &no_memory, "out of memory");
        poll_step_pass(round, step);
        return false;
    }
    bool started = start(host, &request);
    if (!started)
        give_up_schema(host);
    MI_OperationOptions_Delete(&request.options);
    buf_free(&request.query);
    return started;
}
