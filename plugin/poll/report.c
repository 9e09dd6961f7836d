/* SPDX-License-Identifier: MIT */
#include "poll/report.h"

#include "poll/host.h"

bool poll_report_is_stopping(struct poll_shared *shared)
{
    pthread_mutex_lock(&shared->lock);
    bool stopping = shared->stopping;
    pthread_mutex_unlock(&shared->lock);
    return stopping;
}

void poll_report_finish(struct poll_host *host, MI_Operation *operation,
                        const struct poll_ending *ending)
{
    if (!poll_report_is_stopping(host->shared))
        poll_verdict_end(host);
    MI_Operation_Close(operation);
    if (ending->spoilt)
        poll_host_drop_session(host);
    if (ending->of_host)
        poll_round_end_all(host);
    poll_host_go_on(host);
}

void poll_report_note_answer(struct poll_host *host)
{
    poll_round_note_reply(host->round, host->started_ns, clock_now_ns(host->shared->clock));
    if (host->heard)
        return;
    host->heard = true;
    poll_verdict_accept(host);
}

enum poll_verdict poll_report_fail(struct poll_host *host, const struct poll_report *report,
                                   struct poll_failure *failure, struct poll_ending *ending)
{
    poll_failure_read(report->result, report->details, failure);
    enum poll_verdict verdict = poll_verdict_fail(host, failure, report->sentence);
    ending->of_host = verdict == POLL_VERDICT_HOST;
    ending->spoilt = failure->reach == POLL_FAILURE_TIMEOUT;
    return verdict;
}

void poll_report_note_failure(struct poll_host *host, const struct poll_failure *failure,
                              const char *sentence)
{
    if (poll_health_fail_instance(&host->health, host->step.mark, failure))
        log_write(&host->shared->log, LOG_LEVEL_WARNING, "%s: %s: %s", host->plan->name,
                  host->step.object, sentence);
}
