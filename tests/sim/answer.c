/* SPDX-License-Identifier: MIT */
#include "sim/answer.h"

#include "sim/classes.h"
#include "sim/enumeration.h"
#include "sim/envelope.h"
#include "sim/fault.h"
#include "sim/instances.h"
#include "sim/schema.h"

#include <ctype.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ACTION_RESPONSE "http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse"

/* Turns the body into UTF-16 with a byte order mark: the reply's charset is the request's
 * (shared/facts/wire.md 2). */
static void widen(struct sim_bytes *body)
{
    iconv_t converter = iconv_open("UTF-16LE", "UTF-8");
    size_t room = body->size * 2 + 2;
    char *wide = converter == (iconv_t)-1 ? NULL : malloc(room + 1);
    if (wide == NULL || body->failed) {
        body->failed = true;
        free(wide);
    } else {
        memcpy(wide, "\xff\xfe", 2);
        char *in = body->data, *out = wide + 2;
        size_t in_left = body->size, out_left = room - 2;
        body->failed = iconv(converter, &in, &in_left, &out, &out_left) == (size_t)-1;
        free(body->data);
        body->data = wide;
        body->size = (size_t)(out - wide);
        body->capacity = room + 1;
    }
    if (converter != (iconv_t)-1)
        iconv_close(converter);
}

void sim_answer_fault(struct sim_world *world, const struct sim_host *host, const char *machine,
                      uint32_t code, const struct sim_request *request, struct sim_reply *reply)
{
    struct sim_fault fault = {
        .code = code,
        .dialect = host->mode.dialect,
        .machine = machine,
        .computer = host->computer,
        .seed = host->seed,
        .serial = ++world->serial,
    };
    sim_bytes_free(&reply->body);
    reply->status = 500;
    reply->fault = true;
    sim_fault_write(&reply->body, &fault, request);
    if (request->utf16)
        widen(&reply->body);
}

/* The value that the selectors give to the class's key; *value stays NULL for a singleton. 0, or
 * the fault. */
static uint32_t key_select(const struct sim_request *request, const char *key, const char **value)
{
    if (key != NULL && request->selector_count == 0)
        return 0x803380FA; /* shared/facts/wire.md 1: a keyed class without keys */
    for (size_t i = 0; i < request->selector_count; i++) {
        if (key == NULL || strcasecmp(request->selectors[i].name, key) != 0)
            return 0x8033805B;
        *value = request->selectors[i].value;
    }
    return 0;
}

/* The same of a class of the tables, which may have a second key; all keys have to be named. */
static uint32_t keys_select(const struct sim_request *request, const struct sim_class *class,
                            const char **value)
{
    bool other = false;
    if (class->other_key == NULL)
        return key_select(request, class->key, value);
    for (size_t i = 0; i < request->selector_count; i++) {
        if (strcasecmp(request->selectors[i].name, class->key) == 0)
            *value = request->selectors[i].value;
        else if (strcasecmp(request->selectors[i].name, class->other_key) == 0)
            other = strcasecmp(request->selectors[i].value, class->other_value) == 0;
        else
            return 0x8033805B;
    }
    if (*value != NULL && other)
        return 0;
    return request->selector_count < 2 ? 0x803380FA : 0x80338000;
}

/* Whether two namespaces are one: a selector's value may have either slash, the URI has "/" only.
 */
static bool namespace_is(const struct sim_request *request, const char *name)
{
    const char *asked = request->namespace_name;
    bool either = request->form != SIM_FORM_WMI;
    for (; *name != '\0' && *asked != '\0'; name++, asked++) {
        bool slashes = *name == '/' && (*asked == '/' || (either && *asked == '\\'));
        if (!slashes && tolower((unsigned char)*name) != tolower((unsigned char)*asked))
            return false;
    }
    return *name == *asked;
}

bool sim_answer_is_in(const struct sim_request *request, const struct sim_class *class)
{
    return request->namespace_name == NULL || namespace_is(request, sim_classes_namespace(class));
}

static bool namespace_known(const struct sim_request *request)
{
    const struct sim_class *class = NULL;
    for (size_t i = 0; (class = sim_classes_at(i)) != NULL; i++) {
        if (namespace_is(request, sim_classes_namespace(class)))
            return true;
    }
    return false;
}

/* Whether the request names a namespace the host has, and the form of URI it takes. 0, or the
 * fault. */
static uint32_t namespace_judge(const struct sim_host *host, const struct sim_request *request)
{
    if (request->namespace_name == NULL)
        return host->mode.any_namespace ? 0 : 0x8033803B;
    if (request->form == SIM_FORM_SCHEMA && host->mode.no_schema)
        return 0x8033803B;
    if (!namespace_known(request))
        return 0x8004100E;
    if (request->form == SIM_FORM_DMTF && host->mode.no_dmtf &&
        strncasecmp(request->class_name, "Win32_", 6) == 0)
        return 0x80338139;
    return 0;
}

static uint32_t recorded_write(const struct sim_world *world, const struct sim_host *host,
                               const struct sim_request *request, struct sim_bytes *out)
{
    const char *prefix = host->mode.replay_prefix;
    const char *key = NULL;
    const char *value = NULL;
    if (world->replies == NULL || sim_replies_key(world->replies, prefix, request, &key) != 0)
        return 0x8033803B;
    uint32_t code = key_select(request, key, &value);
    if (code != 0)
        return code;
    const struct sim_recorded *item = sim_replies_find(world->replies, prefix, request, value);
    if (item == NULL)
        return 0x80338000;
    sim_bytes_add(out, item->xml, item->xml_size);
    return 0;
}

static uint32_t declaration_write(const struct sim_host *host, const struct sim_request *request,
                                  struct sim_bytes *out)
{
    const struct sim_class *class = sim_classes_find(request->class_name);
    if (class == NULL || !sim_answer_is_in(request, class))
        return 0x8033803B;
    if (request->selector_count > 0)
        return 0x8033805B;
    sim_schema_write(out, host, class, request->with_qualifiers);
    return 0;
}

static uint32_t synthetic_write(const struct sim_world *world, const struct sim_host *host,
                                const struct sim_request *request, struct sim_bytes *out)
{
    const struct sim_class *class = sim_classes_find(request->class_name);
    struct sim_instance_source source = {
        .host = host,
        .class = class,
        .moment = {.seed = host->seed,
                   .now_100ns = sim_clock_now_100ns(&world->clock),
                   .epoch_100ns = world->clock.epoch_100ns},
    };
    if (class == NULL || !sim_answer_is_in(request, class))
        return 0x8033803B; /* one namespace's class is unknown in another */
    const char *value = NULL;
    uint32_t code = keys_select(request, class, &value);
    if (code != 0)
        return code;
    if (sim_instances_find(&source, value) != 0)
        return 0x80338000;
    sim_instance_write(out, &source, request);
    return 0;
}

void sim_answer(struct sim_world *world, struct sim_host *host, const char *machine,
                const struct sim_request *request, struct sim_reply *reply)
{
    struct sim_envelope envelope = {
        .action = request->verb == SIM_VERB_GET ? ACTION_RESPONSE : sim_enumeration_action(request),
        .relates_to = request->message_id,
        .operation_id = request->operation_id,
        .seed = host->seed,
        .serial = ++world->serial,
    };
    uint32_t code = request->fault_code != 0 ? request->fault_code : namespace_judge(host, request);
    bool is_huge = request->form == SIM_FORM_SCHEMA && host->mode.big_schema_mb > 0;
    host->counts.declarations += request->form == SIM_FORM_SCHEMA ? 1 : 0;
    *reply = (struct sim_reply){.status = 200};
    if (code == 0) {
        sim_envelope_open(&reply->body, &envelope);
        code = request->verb != SIM_VERB_GET
                   ? sim_enumeration_answer(world, host, request, &reply->body)
               : host->mode.replay ? recorded_write(world, host, request, &reply->body)
               : request->form == SIM_FORM_SCHEMA
                   ? declaration_write(host, request, &reply->body)
                   : synthetic_write(world, host, request, &reply->body);
        sim_envelope_close(&reply->body);
    }
    if (code == 0 && request->utf16)
        widen(&reply->body);
    if (code == 0 && !is_huge && reply->body.size > request->max_envelope_bytes)
        code = 0x80338048;
    if (code != 0)
        sim_answer_fault(world, host, machine, code, request, reply);
}
