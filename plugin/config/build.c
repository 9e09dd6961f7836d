/* SPDX-License-Identifier: MIT */
#include "config/build.h"

#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "config/plans.h"
#include "config/scalar.h"
#include "config/word.h"

#define LEVEL_COUNT 3 /* defaults, group, host */

struct builder {
    struct config_work *work;
    struct config_inventory *inventory;
    const struct config_shelf *shelf;
    uint64_t default_interval_ms;
    struct config_plans plans;
    struct model_host *hosts;
    size_t host_count;
    struct config_report *report;
};

/* One host while it is built. */
struct draft {
    const struct config_host *host;
    struct config_settings *levels[LEVEL_COUNT];
    struct config_setting *of[CONFIG_SETTING_COUNT]; /* those that count; NULL: not set */
};

static int order_auths(const void *left, const void *right)
{
    return strcmp(((const struct model_auth *)left)->name,
                  ((const struct model_auth *)right)->name);
}

static void place_auths(struct builder *builder, struct model *model)
{
    struct config_work *work = builder->work;
    struct model_auth *auths =
        config_work_alloc(work, work->kept, builder->inventory->auth_count, sizeof auths[0]);
    size_t count = 0;
    if (auths == NULL)
        return;
    for (struct config_auth *auth = builder->inventory->auths; auth != NULL; auth = auth->next)
        if (!auth->broken)
            auths[count++] = auth->model;
    qsort(auths, count, sizeof auths[0], order_auths);
    for (struct config_auth *auth = builder->inventory->auths; auth != NULL; auth = auth->next)
        if (!auth->broken)
            auth->placed = bsearch(&auth->model, auths, count, sizeof auths[0], order_auths);
    model->auths = auths;
    model->auth_count = count;
}

static void tell_unknown_group(struct builder *builder, const struct config_node *node)
{
    const char *names[64];
    size_t count = 0;
    for (struct config_group *group = builder->inventory->groups; group != NULL && count < 64;
         group = group->next)
        names[count++] = group->name;
    config_complaint_error(&builder->work->complaints, &node->at,
                           "no group is named '%s'%s: 'group' is one of the names below 'groups'",
                           config_complaint_shown(node->text).text,
                           config_word_hint(node->text, names, count).text);
}

static int find_levels(struct builder *builder, struct draft *draft)
{
    struct config_group *defaults = &builder->inventory->defaults;
    struct config_group *group = NULL;
    if (defaults->broken) {
        config_settings_count_loss(&defaults->loss, draft->host->name);
        return -1;
    }
    if (draft->host->group != NULL) {
        group = config_index_find(&builder->inventory->group_index, draft->host->group->text);
        if (group == NULL) {
            tell_unknown_group(builder, draft->host->group);
            return -1;
        }
        if (group->broken) {
            config_settings_count_loss(&group->loss, draft->host->name);
            return -1;
        }
    }
    draft->levels[0] = &defaults->settings;
    draft->levels[1] = group != NULL ? &group->settings : NULL;
    draft->levels[2] = draft->host->settings;
    return 0;
}

/* Counts the host as lost to a setting. Returns -1. */
static int lose(struct draft *draft, struct config_setting *setting)
{
    config_settings_count_loss(&setting->loss, draft->host->name);
    return -1;
}

static int merge(struct draft *draft)
{
    for (size_t name = 0; name < CONFIG_SETTING_COUNT; name++) {
        draft->of[name] =
            config_settings_find(draft->levels, LEVEL_COUNT, (enum config_setting_name)name);
        if (draft->of[name] != NULL && draft->of[name]->broken)
            return lose(draft, draft->of[name]);
    }
    /* extra_modules of one level does not replace that of another. */
    for (size_t i = 0; i < LEVEL_COUNT; i++)
        if (draft->levels[i] != NULL && draft->levels[i]->of[CONFIG_EXTRA_MODULES].broken)
            return lose(draft, &draft->levels[i]->of[CONFIG_EXTRA_MODULES]);
    return 0;
}

static const char *text_of(const struct draft *draft, enum config_setting_name name,
                           const char *otherwise)
{
    return draft->of[name] != NULL ? draft->of[name]->value.text : otherwise;
}

static uint64_t number_of(const struct draft *draft, enum config_setting_name name,
                          uint64_t otherwise)
{
    return draft->of[name] != NULL ? draft->of[name]->value.number : otherwise;
}

static bool flag_of(const struct draft *draft, enum config_setting_name name, bool otherwise)
{
    return draft->of[name] != NULL ? draft->of[name]->value.flag : otherwise;
}

static int tell_unknown_auth(struct builder *builder, struct draft *draft)
{
    const char *names[64];
    size_t count = 0;
    struct config_setting *setting = draft->of[CONFIG_AUTH];
    for (struct config_auth *auth = builder->inventory->auths; auth != NULL && count < 64;
         auth = auth->next)
        names[count++] = auth->model.name;
    /* monitor:hunter2 is a user and a password, put in the wrong place. */
    bool may_be_secret = strchr(setting->value.text, ':') != NULL;
    config_complaint_error(&builder->work->complaints, &setting->at,
                           "no auth is named '%s'%s: 'auth' is one of the names below 'auths'",
                           config_complaint_shown(may_be_secret ? "..." : setting->value.text).text,
                           config_word_hint(setting->value.text, names, count).text);
    setting->broken = true;
    return lose(draft, setting);
}

static int resolve_auth(struct builder *builder, struct draft *draft, struct model_host *host)
{
    if (draft->of[CONFIG_AUTH] == NULL) {
        config_complaint_error(&builder->work->complaints, &draft->host->at,
                               "host '%s' has no 'auth', neither here nor in its group nor in "
                               "'defaults'",
                               draft->host->name);
        return -1;
    }
    struct config_auth *auth =
        config_index_find(&builder->inventory->auth_index, draft->of[CONFIG_AUTH]->value.text);
    if (auth == NULL)
        return tell_unknown_auth(builder, draft);
    host->auth = auth->placed;
    if (host->auth == NULL)
        config_settings_count_loss(&auth->loss, draft->host->name);
    return host->auth != NULL ? 0 : -1;
}

static int resolve_address(struct builder *builder, struct draft *draft, struct model_host *host)
{
    struct err err = ERR_INIT;
    host->address = text_of(draft, CONFIG_ADDRESS, draft->host->name);
    if (config_address_check(host->address, &err) != 0) {
        config_complaint_error(&builder->work->complaints, &draft->host->at,
                               "'%s' is the address of this host, since it has no 'address': %s",
                               host->address, err.text);
        return -1;
    }
    host->server_name =
        text_of(draft, CONFIG_SERVER_NAME,
                config_address_is_ip(host->address) ? draft->host->name : host->address);
    return 0;
}

/* A setting that does not go with the host's auth costs every host that has both; told once. */
static int tell_clash(struct builder *builder, struct draft *draft, struct config_setting *setting,
                      const char *sentence)
{
    if (setting->loss.host_count == 0)
        config_complaint_error(&builder->work->complaints, &setting->at, "%s", sentence);
    return lose(draft, setting);
}

static bool seals(enum model_method method)
{
    return method == MODEL_METHOD_NEGOTIATE || method == MODEL_METHOD_KERBEROS ||
           method == MODEL_METHOD_NTLM;
}

/* Where messages are sealed http is as safe as https; else https, unless the operator says twice
 * that it may be http. */
static int resolve_transport(struct builder *builder, struct draft *draft, struct model_host *host)
{
    enum model_method method = host->auth->method;
    host->transport = (enum model_transport)number_of(
        draft, CONFIG_TRANSPORT, seals(method) ? MODEL_TRANSPORT_HTTP : MODEL_TRANSPORT_HTTPS);
    host->port = (uint16_t)number_of(draft, CONFIG_PORT,
                                     host->transport == MODEL_TRANSPORT_HTTPS ? 5986 : 5985);
    host->allow_unencrypted = flag_of(draft, CONFIG_ALLOW_UNENCRYPTED, false);
    if (host->transport == MODEL_TRANSPORT_HTTPS || seals(method))
        return 0;
    if (method == MODEL_METHOD_CERTIFICATE)
        return tell_clash(builder, draft, draft->of[CONFIG_TRANSPORT],
                          "the method certificate proves itself in TLS, which http has not: set "
                          "'transport: https', or leave it out");
    if (host->allow_unencrypted)
        return 0;
    return tell_clash(builder, draft, draft->of[CONFIG_TRANSPORT],
                      "the method basic over http shows the password to whoever listens: set "
                      "'transport: https', or 'allow_unencrypted: true' if that is meant");
}

/* Kerberos knows services by name; none is registered for an address (shared/facts/auth.md, SPN).
 * An `spn` of the auth names it whatever server_name says. */
static int check_spn(struct builder *builder, const struct draft *draft,
                     const struct model_host *host)
{
    const struct model_auth *auth = host->auth;
    bool needs_name = auth->method == MODEL_METHOD_KERBEROS ||
                      (auth->method == MODEL_METHOD_NEGOTIATE && !auth->fallback_ntlm);
    if (!needs_name || auth->spn != NULL || !config_address_is_ip(host->server_name))
        return 0;
    const struct config_setting *setting = draft->of[CONFIG_SERVER_NAME];
    config_complaint_error(
        &builder->work->complaints, setting != NULL ? &setting->at : &draft->host->at,
        "host '%s' has the server_name %s, an IP address, for which Kerberos has no service: give "
        "'server_name' the DNS name that matches the host's SPN, or its auth 'method: ntlm'",
        draft->host->name, host->server_name);
    return -1;
}

static void check_timeout(struct builder *builder, struct draft *draft, uint64_t interval_ms)
{
    struct config_setting *setting = draft->of[CONFIG_TIMEOUT];
    if (setting == NULL || setting->value.number <= interval_ms || setting->warned)
        return;
    setting->warned = true;
    config_complaint_warning(&builder->work->complaints, &setting->at,
                             "'timeout' is longer than the interval of host '%s' and is cut to it",
                             draft->host->name);
}

static struct config_plan *find_plan(struct builder *builder, struct draft *draft)
{
    const struct config_uses *uses[1 + LEVEL_COUNT];
    struct config_wish wish = {
        .host = draft->host->name,
        .uses = uses,
        .interval_ms = number_of(draft, CONFIG_INTERVAL, builder->default_interval_ms),
        .timeout_ms = number_of(draft, CONFIG_TIMEOUT, 0),
        .style = (enum config_naming_style)number_of(draft, CONFIG_NAMING, CONFIG_NAMING_NATIVE),
    };
    check_timeout(builder, draft, wish.interval_ms);
    if (draft->of[CONFIG_MODULES] != NULL)
        uses[wish.uses_count++] = &draft->of[CONFIG_MODULES]->value.uses;
    for (size_t i = 0; i < LEVEL_COUNT; i++)
        if (draft->levels[i] != NULL && draft->levels[i]->of[CONFIG_EXTRA_MODULES].at.path != NULL)
            uses[wish.uses_count++] = &draft->levels[i]->of[CONFIG_EXTRA_MODULES].value.uses;
    return config_plans_find(&builder->plans, builder->work, builder->shelf, &wish);
}

static bool has_modules(const struct draft *draft)
{
    bool has =
        draft->of[CONFIG_MODULES] != NULL && draft->of[CONFIG_MODULES]->value.uses.entry_count > 0;
    for (size_t i = 0; i < LEVEL_COUNT; i++)
        has = has || (draft->levels[i] != NULL &&
                      draft->levels[i]->of[CONFIG_EXTRA_MODULES].value.uses.entry_count > 0);
    return has;
}

static int resolve_rounds(struct builder *builder, struct draft *draft, struct model_host *host)
{
    struct config_plan *plan = find_plan(builder, draft);
    if (plan == NULL)
        return -1;
    if (plan->round_count == 0) {
        if (plan->loss.host_count == 0) {
            plan->loss_at = draft->host->at;
            config_complaint_error(&builder->work->complaints, &draft->host->at,
                                   "host '%s' has nothing to collect%s", draft->host->name,
                                   has_modules(draft) ? ", since nothing is left of its modules"
                                                      : ": name modules here, in its group or in "
                                                        "'defaults', as modules: [os, cpu]");
        }
        config_settings_count_loss(&plan->loss, draft->host->name);
        return -1;
    }
    host->rounds = plan->rounds;
    host->round_count = plan->round_count;
    builder->report->instance_count += plan->instance_count;
    builder->report->discovery_count += plan->discovery_count;
    builder->report->metric_count += plan->metric_count;
    return 0;
}

static int build_host(struct builder *builder, const struct config_host *from,
                      struct model_host *host)
{
    struct draft draft = {.host = from};
    if (from->broken || find_levels(builder, &draft) != 0 || merge(&draft) != 0)
        return -1;
    *host = (struct model_host){
        .name = from->name,
        .path = text_of(&draft, CONFIG_PATH, "/wsman"),
        .ca_cert = text_of(&draft, CONFIG_CA_CERT, NULL),
        .verify_peer = flag_of(&draft, CONFIG_VERIFY_PEER, true),
        .verify_host = flag_of(&draft, CONFIG_VERIFY_HOST, true),
        .resource_uri =
            (enum model_resource_uri)number_of(&draft, CONFIG_RESOURCE_URI, MODEL_RESOURCE_URI_WMI),
        .origin = from->at,
    };
    if (resolve_auth(builder, &draft, host) != 0 || resolve_address(builder, &draft, host) != 0 ||
        resolve_transport(builder, &draft, host) != 0 || check_spn(builder, &draft, host) != 0)
        return -1;
    return resolve_rounds(builder, &draft, host);
}

static int order_hosts(const void *left, const void *right)
{
    return strcmp(((const struct model_host *)left)->name,
                  ((const struct model_host *)right)->name);
}

static void build_hosts(struct builder *builder, struct model *model)
{
    struct config_inventory *inventory = builder->inventory;
    struct config_work *work = builder->work;
    builder->hosts =
        config_work_alloc(work, work->kept, inventory->host_count, sizeof builder->hosts[0]);
    if (builder->hosts == NULL)
        return;
    for (struct config_host *host = inventory->hosts; host != NULL; host = host->next) {
        if (build_host(builder, host, &builder->hosts[builder->host_count]) == 0)
            builder->host_count++;
        else
            builder->report->skipped_host_count++;
    }
    qsort(builder->hosts, builder->host_count, sizeof builder->hosts[0], order_hosts);
    model->hosts = builder->hosts;
    model->host_count = builder->host_count;
    builder->report->host_count = builder->host_count;
}

static void tell_loss(struct config_work *work, const struct model_origin *at,
                      const struct config_loss *loss)
{
    if (loss->host_count > 0)
        config_complaint_sum(
            &work->complaints, at, "%zu host%s left out because of this, the first is '%s'",
            loss->host_count, loss->host_count == 1 ? " is" : "s are", loss->first_host);
}

static void tell_group_losses(struct config_work *work, const struct config_group *group)
{
    tell_loss(work, &group->at, &group->loss);
    for (size_t i = 0; i < CONFIG_SETTING_COUNT; i++)
        tell_loss(work, &group->settings.of[i].at, &group->settings.of[i].loss);
}

/* What many hosts share is told once; here follows how many. */
static void tell_losses(struct builder *builder)
{
    struct config_inventory *inventory = builder->inventory;
    for (struct config_auth *auth = inventory->auths; auth != NULL; auth = auth->next)
        tell_loss(builder->work, &auth->at, &auth->loss);
    tell_group_losses(builder->work, &inventory->defaults);
    for (struct config_group *group = inventory->groups; group != NULL; group = group->next)
        tell_group_losses(builder->work, group);
    for (struct config_plan *plan = builder->plans.first; plan != NULL; plan = plan->next)
        if (plan->loss.host_count > 1)
            tell_loss(builder->work, &plan->loss_at, &plan->loss);
}

void config_build(struct config_work *work, struct config_inventory *inventory,
                  const struct config_shelf *shelf, uint64_t default_interval_ms,
                  struct model *model, struct config_report *report)
{
    struct builder builder = {.work = work,
                              .inventory = inventory,
                              .shelf = shelf,
                              .default_interval_ms = default_interval_ms,
                              .report = report};
    place_auths(&builder, model);
    build_hosts(&builder, model);
    tell_losses(&builder);
    config_plans_free(&builder.plans);
}
