/* SPDX-License-Identifier: MIT */
#include "poll/declaration.h"

#include <string.h>

#include "poll/host.h"
#include "poll/report.h"

/* Which Windows it is, as "10.0.17763"; the instance of this class is the one every host has. */
static const char build_namespace[] = "root/cimv2";
static const char build_query[] = "SELECT Version FROM Win32_OperatingSystem";

/* --- BUILD --- */

static void take_build(struct poll_host *host, const MI_Instance *instance)
{
    MI_Value value;
    MI_Type type;
    MI_Uint32 flags;
    poll_report_note_answer(host);
    host->round->got_instance = true;
    if (MI_Instance_GetElement(instance, "Version", &value, &type, &flags, NULL) != MI_RESULT_OK ||
        (flags & MI_FLAG_NULL) != 0 || type != MI_STRING || value.string[0] == '\0' ||
        strlen(value.string) >= sizeof host->build)
        return;
    memcpy(host->build, value.string, strlen(value.string) + 1);
    host->build_state = POLL_BUILD_KNOWN;
}

static void end_build(struct poll_host *host, const struct poll_report *report,
                      struct poll_ending *ending)
{
    struct poll_failure failure;
    const char *sentence = "it does not tell its version";
    if (report->result != MI_RESULT_OK) {
        if (poll_report_fail(host, report, &failure, ending) != POLL_VERDICT_INSTANCE)
            return;
        sentence = report->sentence;
    }
    if (host->build_state == POLL_BUILD_KNOWN)
        return;
    host->build_state = POLL_BUILD_HIDDEN;
    host->build_at_ms = clock_now_ms(host->shared->clock) + POLL_SCHEMAS_RETRY_MS;
    if (!host->told_build)
        log_write(&host->shared->log, LOG_LEVEL_INFO,
                  "%s: Win32_OperatingSystem: %s; no class schema is asked for without the version",
                  host->plan->name, sentence);
    host->told_build = true;
}

static void MI_CALL on_build(MI_Operation *operation, void *context, const MI_Instance *instance,
                             MI_Boolean more_results, MI_Result result, const MI_Char *sentence,
                             const MI_Instance *details,
                             MI_Result(MI_CALL *acknowledge)(MI_Operation *))
{
    struct poll_host *host = context;
    const struct poll_report report = {result, sentence != NULL ? sentence : "the query failed",
                                       details};
    struct poll_ending ending = {false, false};
    bool stopping = poll_report_is_stopping(host->shared);
    (void)acknowledge;
    if (result == MI_RESULT_OK && instance != NULL && !stopping)
        take_build(host, instance);
    if (more_results)
        return;
    if (!stopping)
        end_build(host, &report, &ending);
    poll_report_finish(host, operation, &ending);
}

/* --- SCHEMA --- */

static void note_no_schema(struct poll_host *host, MI_Result result, const char *sentence)
{
    struct poll_shared *shared = host->shared;
    bool is_first =
        poll_schemas_refuse(shared->schemas, host->step.schema, host->secret_slot,
                            result == MI_RESULT_ACCESS_DENIED, clock_now_ms(shared->clock));
    /* Once a host, too: one that claims another version each time has a first one each time. */
    if (is_first && poll_health_first_property(&host->health, host->step.rule->class_name, ""))
        log_write(&shared->log, LOG_LEVEL_INFO,
                  "%s: the schema of %s is not to be had, what the module says is taken: %s",
                  host->plan->name, host->step.rule->class_name, sentence);
}

/* A role or a program that only this host lacks, perhaps. */
static bool is_absence(MI_Result result)
{
    return result == MI_RESULT_INVALID_CLASS || result == MI_RESULT_NOT_FOUND ||
           result == MI_RESULT_INVALID_NAMESPACE;
}

/* A host that is slow, or cut the connection, says nothing of its class. One that is larger than we
 * read is so again. */
static bool is_refusal(const struct poll_failure *failure)
{
    if (failure->category == MI_ERRORCATEGORY_LIMITS_EXCEEDED)
        return true;
    return failure->answered && failure->category != MI_ERRORCATEGORY_OPERATION_TIMEOUT;
}

/* Whoever comes next asks; this host not at once. */
static void leave_class(struct poll_host *host, const char *sentence)
{
    poll_schemas_give_up(host->shared->schemas, host->step.schema);
    if (!poll_step_note_miss(host, &host->step))
        poll_step_pass(host->round, &host->step);
    else
        log_write(&host->shared->log, LOG_LEVEL_INFO,
                  "%s: the schema of %s did not come twice, what the module says is taken: %s",
                  host->plan->name, host->step.rule->class_name, sentence);
}

static void take_class(struct poll_host *host, const MI_Class *class_result)
{
    struct err err = ERR_INIT;
    struct poll_shared *shared = host->shared;
    poll_report_note_answer(host);
    host->round->got_instance = true;
    if (poll_schemas_take(shared->schemas, host->step.schema, class_result,
                          clock_now_ms(shared->clock), &err) != 0)
        log_write(&shared->log, LOG_LEVEL_WARNING, "%s: the schema of %s is not kept: %s",
                  host->plan->name, host->step.rule->class_name, err.text);
}

/* Where the class is not there either, what is asked of it says so; a Windows before 2012 has the
 * class and no schema of any: once is enough. */
static void note_absence(struct poll_host *host, const char *sentence)
{
    poll_schemas_give_up(host->shared->schemas, host->step.schema);
    if (!poll_step_note_absence(host, &host->step))
        poll_step_pass(host->round, &host->step);
    if (!host->told_absence)
        log_write(&host->shared->log, LOG_LEVEL_INFO,
                  "%s: the schema of %s is not to be had, what the module says is taken: %s",
                  host->plan->name, host->step.rule->class_name, sentence);
    host->told_absence = true;
}

static void miss_class(struct poll_host *host, const struct poll_report *report,
                       struct poll_ending *ending)
{
    struct poll_failure failure;
    enum poll_verdict verdict = poll_report_fail(host, report, &failure, ending);
    if (verdict == POLL_VERDICT_INSTANCE && is_absence(report->result)) {
        note_absence(host, report->sentence);
        return;
    }
    if (verdict == POLL_VERDICT_INSTANCE && is_refusal(&failure)) {
        note_no_schema(host, report->result, report->sentence);
        return;
    }
    if (verdict == POLL_VERDICT_INSTANCE)
        poll_report_note_failure(host, &failure, report->sentence);
    leave_class(host, report->sentence);
}

static void MI_CALL on_class(MI_Operation *operation, void *context, const MI_Class *class_result,
                             MI_Boolean more_results, MI_Result result, const MI_Char *sentence,
                             const MI_Instance *details,
                             MI_Result(MI_CALL *acknowledge)(MI_Operation *))
{
    struct poll_host *host = context;
    const struct poll_report report = {
        result, sentence != NULL ? sentence : "the reply holds no class", details};
    struct poll_ending ending = {false, false};
    (void)acknowledge;
    if (more_results)
        return;
    if (!poll_report_is_stopping(host->shared)) {
        if (result == MI_RESULT_OK && class_result != NULL)
            take_class(host, class_result);
        else
            miss_class(host, &report, &ending);
    }
    poll_report_finish(host, operation, &ending);
}

/* --- Asking --- */

void poll_declaration_ask(struct poll_host *host, MI_Session *session, MI_OperationOptions *options)
{
    const struct model_instance *rule = host->step.rule;
    MI_OperationCallbacks callbacks = MI_OPERATIONCALLBACKS_NULL;
    callbacks.callbackContext = host;
    if (host->step.errand == POLL_ERRAND_BUILD) {
        callbacks.instanceResult = on_build;
        MI_Session_QueryInstances(session, 0, options, build_namespace, "WQL", build_query,
                                  &callbacks, &host->operation);
    } else {
        callbacks.classResult = on_class;
        MI_Session_GetClass(session, 0, options, rule->namespace_name, rule->class_name, &callbacks,
                            &host->operation);
    }
}
